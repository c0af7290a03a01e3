// The order form: picking a product fills its price and shows its stock; totals and shortages follow what is typed.
// A customer who is picked may have the same as last time. (core/lines.js knows what all forms with lines do.)
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const { readNumber } = window;  // of core/lines.js
  const $ = window.django && window.django.jQuery;
  const group = document.getElementById("items-group");

  // Saved by "Save and confirm": go on to the dialog.
  if (new URLSearchParams(window.location.search).has("confirm")) {
    window.history.replaceState(null, "", window.location.pathname);
    const confirm = document.querySelector('[hx-get$="/confirm/"]');
    if (confirm) window.addEventListener("load", () => window.setTimeout(() => confirm.click()));
  }

  if (!$ || !group || !group.querySelector('input[name$="-quantity"]')) return;

  const texts = document.getElementById("order-form-texts").dataset;
  const amending = "before" in texts, toCents = (amount) => Math.round(Number(amount) * 100);
  const currency = group.querySelector("[data-currency]").dataset.currency;
  const format = (cents) => `${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} ${currency}`;
  const customer = document.getElementById("id_customer");
  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
  let touched = Boolean(document.querySelector(".errornote, .errorlist"));  // refused: typed, and not saved

  // Cents, as a whole number, so that no fraction is lost on the way.
  const lineCents = (row) => {
    const quantity = cell(row, "quantity"), price = cell(row, "unit_price"), gone = cell(row, "DELETE");
    if (quantity.disabled || (gone && gone.checked)) return 0;
    const each = price.value.trim() || price.dataset.usual || 0;  // left empty, it is the product's own
    const cents = Math.round(readNumber(each) * 100) * Math.trunc(readNumber(quantity.value));
    return Number.isFinite(cents) && cents > 0 ? cents : 0;
  };

  const lines = () => Array.from(group.querySelectorAll("tr")).filter((row) => (
    row.querySelector("[data-line-total]") && !row.closest(".empty-form") && cell(row, "quantity")
  ));
  const isIn = (row) => !cell(row, "quantity").disabled && !(cell(row, "DELETE") || {}).checked;
  const pieces = (row) => Math.max(0, Math.trunc(readNumber(cell(row, "quantity").value)) || 0);

  const refresh = () => {
    let sum = 0;
    const asked = {};
    lines().forEach((row) => {
      const cents = lineCents(row), product = cell(row, "product").value;
      row.querySelector("[data-line-total]").textContent = format(cents);
      sum += cents;
      if (isIn(row)) asked[product] = (asked[product] || 0) + pieces(row);
    });
    lines().forEach((row) => tellStock(row, asked[cell(row, "product").value]));
    const text = amending ? `${format(toCents(texts.before))} → ${format(sum + toCents(texts.kept))}` : format(sum);
    document.querySelectorAll(amending ? "#order-total-live" : "[data-order-total], #order-total-live").forEach((total) => {
      if (total.textContent !== text) total.textContent = text;
    });
  };

  // Beside the product: how many there are, or that there are too few for all lines of this product together. Where the
  // server has said so at the quantity, it is not said twice.
  const tellStock = (row, asked) => {
    const quantity = cell(row, "quantity"), stock = quantity.dataset.stock, place = cell(row, "product").closest("td");
    let note = place.querySelector("[data-stock-note]");
    if (!note) {
      note = document.createElement("p");
      note.dataset.stockNote = "";
      note.setAttribute("role", "status");
      place.firstElementChild.append(note);
    }
    const known = stock !== undefined && cell(row, "product").value && isIn(row);
    const taken = Number(quantity.dataset.taken) || 0, promised = Number(quantity.dataset.promised) || 0;
    const short = known && asked - taken > Number(stock) && !quantity.matches("[aria-invalid=true]");
    const figures = { stock, asked, taken, promised, free: Number(stock) - promised, n: Math.abs(asked - taken) };
    const price = cell(row, "unit_price"), last = price.dataset.last;
    const sentences = known ? [sentenceOf(short, figures)] : [];
    if (known && last && Number(last) !== readNumber(price.value)) sentences.push(texts.last.replace("{price}", last));
    const text = sentences.join(" · ").replace(/{(\w+)}/g, (_, name) => figures[name]);
    if (note.textContent !== text) note.textContent = text;
    note.className = short ? "font-semibold text-red-700 dark:text-red-400" : "";
  };

  // Of a confirmed order what changes; else what there is.
  const sentenceOf = (short, { asked, taken, promised }) => {
    if (short) return taken ? texts.tooFewMore : texts.tooFew;
    if (taken && asked !== taken) return asked < taken ? texts.back : texts.more;
    return promised > 0 ? texts.promised : texts.inStock;
  };

  const ask = async (question, query = "") => {
    const base = window.location.pathname.split("/sales/order/")[0];
    const answer = await fetch(`${base}/sales/order/${question}/${query}`).catch(() => null);
    return answer && answer.ok ? answer.json().catch(() => null) : null;
  };

  // An answer is for the product that was asked about, whenever it comes, and leaves alone what has been typed by then.
  const lookUp = async (select) => {
    const asked = select.value, row = select.closest("tr"), price = cell(row, "unit_price");
    const product = asked && await ask(`product-info/${encodeURIComponent(asked)}`, `?customer=${customer ? customer.value : ""}`);
    if (!product || select.value !== asked) return select.value === asked;
    price.dataset.usual = product.unit_price;
    price.dataset.last = product.last_price;
    cell(row, "quantity").dataset.stock = product.stock_qty;
    cell(row, "quantity").dataset.promised = product.promised;
    const same = lines().find((other) => cell(other, "product").value === asked && cell(other, "quantity").dataset.taken);
    cell(row, "quantity").dataset.taken = same ? cell(same, "quantity").dataset.taken : 0;
    if (!price.value) price.value = product.unit_price;
    refresh();
    return true;
  };

  // The old product's price and stock go at once; the keyboard goes on to the quantity, unless somebody types elsewhere.
  const fill = async (select) => {
    const row = select.closest("tr"), price = cell(row, "unit_price"), quantity = cell(row, "quantity");
    price.value = "";
    delete price.dataset.usual;
    delete price.dataset.last;
    delete quantity.dataset.stock;
    delete quantity.dataset.taken;
    if (!quantity.value) quantity.value = 1;
    refresh();
    if (!select.value || !await lookUp(select)) return;
    const focus = document.activeElement;
    if (focus === document.body || (row.contains(focus) && !focus.matches("input"))) {
      quantity.focus();
      quantity.select();
    }
  };

  // A link that fills an order without lines with those of the customer's last one.
  const offerLastOrder = async (customer) => {
    const place = group.querySelector(".form-actions td");
    const clear = () => place.querySelectorAll("[data-last-order]").forEach((old) => old.remove());
    clear();
    const asked = customer.value, last = asked && isNew && await ask(`last-order/${encodeURIComponent(asked)}`);
    if (!last || !last.pk || customer.value !== asked || lines().some((row) => isIn(row) && cell(row, "product").value)) return;
    const link = Object.assign(document.createElement("a"), {
      href: `?customer=${asked}&copy=${last.pk}`, textContent: last.label, className: "inline-block p-3 text-primary-600 dark:text-primary-500",
    });
    link.dataset.lastOrder = "";
    link.addEventListener("click", () => window.removeEventListener("beforeunload", window.preventLeaving));
    clear();  // of an answer that came in between
    place.append(link);
  };

  // From the customer on to the first line; what stands between is for the few who need it (Shift+Tab from there).
  const skip = (event) => {
    if (event.key !== "Tab" || event.shiftKey || !event.target.matches("#id_customer + span .select2-selection")) return;
    const first = lines().find(isIn), box = first && cell(first, "product").nextElementSibling;
    if (!box) return;
    event.preventDefault();
    box.querySelector(".select2-selection").focus();
  };

  // Confirming or cancelling works on the saved order, so what is typed but not saved would be lost.
  const saveFirst = (event) => {
    const link = event.target.closest('a[href$="/confirm/"], a[href$="/cancel/"], [hx-get$="/confirm/"], [hx-get$="/cancel/"]');
    if (!link || !touched) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.alert(texts.saveFirst);
  };

  // The total is always in sight: it stands in the bar with the buttons.
  const bar = document.querySelector("#submit-row .container"), sum = document.createElement("p");
  sum.className = "font-semibold ml-auto text-important whitespace-nowrap";
  sum.append(`${texts.total} `, Object.assign(document.createElement("span"), { id: "order-total-live" }));
  if (bar) bar.insertBefore(sum, bar.lastElementChild);
  else group.append(sum);

  const form = group.closest("form"), isNew = /\/add\/$/.test(window.location.pathname);
  if (customer) {
    $(customer).on("change", () => offerLastOrder(customer));
    offerLastOrder(customer);
  }
  form.addEventListener("draft:restored", () => lines().filter(isIn).forEach((row) => lookUp(cell(row, "product"))));
  $(form).on("select2:select select2:clear", () => { touched = true; });
  $(form).on("select2:select select2:clear", 'select[name$="-product"]', (event) => fill(event.target));
  form.addEventListener("input", () => { touched = true; refresh(); });
  group.addEventListener("change", refresh);
  form.addEventListener("keydown", skip);
  document.addEventListener("click", saveFirst, true);
  refresh();
});
