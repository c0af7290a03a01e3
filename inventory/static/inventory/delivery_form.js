// The form of a delivery: picking a product begins with one piece and (for whoever may see it) its cost price, and shows
// its stock; below stands what all lines come to.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const { readNumber } = window;  // of core/lines.js
  const $ = window.django && window.django.jQuery, group = document.getElementById("items-group");
  const texts = (document.getElementById("delivery-form-texts") || {}).dataset;
  if (!$ || !texts || !group || !group.querySelector('input[name$="-quantity"]')) return;

  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
  const rows = () => Array.from(group.querySelectorAll('input[name$="-quantity"]')).filter((field) => (
    !field.name.includes("__prefix__") && !field.disabled
  )).map((field) => field.closest("tr")).filter((row) => !(cell(row, "DELETE") || {}).checked);
  const pieces = (row) => (cell(row, "product").value ? Math.max(0, Math.trunc(readNumber(cell(row, "quantity").value)) || 0) : 0);

  // A cost has up to four decimals: counted in these, and only the line is rounded to cents.
  const cents = (row) => {
    const cost = cell(row, "unit_cost"), each = cost ? Math.round(readNumber(cost.value || cost.dataset.usual || 0) * 10000) : 0;
    return Math.max(0, Math.round((pieces(row) * each) / 100)) || 0;
  };

  const refresh = () => {
    const count = rows().reduce((sum, row) => sum + pieces(row), 0), cost = rows().reduce((sum, row) => sum + cents(row), 0);
    const money = `${(cost / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} ${texts.currency}`;
    total.textContent = `${texts.pieces} ${count.toLocaleString("en-US")}${texts.currency ? ` · ${money}` : ""}`;
    rows().forEach(tellStock);
  };

  const tellStock = (row) => {
    const stock = cell(row, "quantity").dataset.stock, place = cell(row, "product").closest("td");
    let note = place.querySelector("[data-stock-note]");
    if (!note) {
      note = document.createElement("p");
      note.dataset.stockNote = "";
      note.setAttribute("role", "status");
      place.firstElementChild.append(note);
    }
    note.textContent = stock === undefined || !cell(row, "product").value ? "" : texts.inStock.replace("{stock}", stock);
  };

  // An answer is for the product that was asked about, whenever it comes, and leaves alone what has been typed by then.
  const pick = async (select) => {
    const row = select.closest("tr"), quantity = cell(row, "quantity"), cost = cell(row, "unit_cost"), asked = select.value;
    if (!quantity.value) quantity.value = 1;
    if (cost) cost.value = "";
    delete quantity.dataset.stock;
    refresh();
    if (!asked) return;
    const answer = await fetch(texts.product.replace("/0/", `/${encodeURIComponent(asked)}/`)).catch(() => null);
    const product = answer && answer.ok ? await answer.json().catch(() => null) : null;
    if (!product || select.value !== asked) return;
    quantity.dataset.stock = product.stock_qty;
    if (cost && !cost.value) cost.value = product.unit_cost;
    refresh();
    const focus = document.activeElement;
    if (focus === document.body || (row.contains(focus) && !focus.matches("input"))) {
      quantity.focus();
      quantity.select();
    }
  };

  const total = document.createElement("p"), bar = document.querySelector("#submit-row .container");
  total.id = "delivery-total-live";
  total.className = "font-semibold ml-auto text-important whitespace-nowrap";
  if (bar) bar.insertBefore(total, bar.lastElementChild);
  else group.append(total);

  const form = group.closest("form");
  $(form).on("select2:select select2:clear", 'select[name$="-product"]', (event) => pick(event.target));
  form.addEventListener("input", refresh);
  group.addEventListener("change", refresh);
  refresh();
});
