// The order form: picking a product fills its price and shows its stock; line and order totals follow what is typed.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  const group = document.getElementById("items-group");
  if (!$ || !group || !group.querySelector('input[name$="-quantity"]')) return;

  const currency = group.querySelector("[data-currency]").dataset.currency;
  const format = (cents) => `${(cents / 100).toLocaleString("en-US", { minimumFractionDigits: 2 })} ${currency}`;
  const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
  let touched = false;

  // Cents, as a whole number, so that no fraction is lost on the way.
  const lineCents = (row) => {
    const quantity = cell(row, "quantity"), price = cell(row, "unit_price"), gone = cell(row, "DELETE");
    if (quantity.disabled || (gone && gone.checked)) return 0;
    const cents = Math.round(Number(price.value) * 100) * Math.trunc(Number(quantity.value));
    return Number.isFinite(cents) && cents > 0 ? cents : 0;
  };

  const refresh = () => {
    let sum = 0;
    group.querySelectorAll("tr").forEach((row) => {
      const place = row.querySelector("[data-line-total]");
      if (!place || row.closest(".empty-form") || !cell(row, "quantity")) return;
      const cents = lineCents(row);
      place.textContent = format(cents);
      sum += cents;
    });
    const total = document.querySelector("[data-order-total]") || document.getElementById("order-total-live");
    total.textContent = format(sum);
  };

  const fill = async (select) => {
    if (!select.value) return;
    const row = select.closest("tr"), price = cell(row, "unit_price"), quantity = cell(row, "quantity");
    const base = window.location.pathname.split("/sales/order/")[0];
    const answer = await fetch(`${base}/sales/order/product-info/${encodeURIComponent(select.value)}/`);
    if (!answer.ok) return;
    const product = await answer.json();
    price.value = product.unit_price;
    if (!quantity.value) quantity.value = 1;
    quantity.title = `${product.stock_qty} in stock`;
    refresh();
    quantity.focus();
    quantity.select();
  };

  // unfold renumbers the lines after a removed one by rewriting their HTML, which forgets what was typed in them.
  // A removed line is hidden and not sent instead; the server passes over the missing number.
  const remove = (event) => {
    const bin = event.target.closest(".delete-template");
    if (!bin) return;
    event.preventDefault();
    event.stopPropagation();
    const line = bin.closest(".form-group");
    line.style.display = "none";
    line.querySelectorAll("input, select").forEach((field) => { field.disabled = true; });
    touched = true;
    refresh();
  };

  // Confirming or cancelling works on the saved order, so what is typed but not saved would be lost.
  const saveFirst = (event) => {
    const link = event.target.closest('a[href$="/confirm/"], a[href$="/cancel/"], [hx-get$="/confirm/"], [hx-get$="/cancel/"]');
    if (!link || !touched) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    window.alert("You have changed this order but not saved it yet. Please save your changes first.");
  };

  if (!document.querySelector("[data-order-total]")) {
    const line = document.createElement("p");
    line.className = "font-semibold p-3 text-right text-important";
    line.append("Total ", Object.assign(document.createElement("span"), { id: "order-total-live" }));
    group.append(line);
  }
  const form = group.closest("form");
  $(form).on("select2:select select2:clear", () => { touched = true; });
  $(form).on("select2:select", 'select[name$="-product"]', (event) => fill(event.target));
  form.addEventListener("input", () => { touched = true; refresh(); });
  group.addEventListener("change", refresh);
  group.addEventListener("click", remove, true);
  document.addEventListener("click", saveFirst, true);
  refresh();
});
