// What forms with lines of products have in common (those with a box for scanners above the lines, see scan.js): Enter in
// a line goes on to the next one, a removed line takes no other's number, and a double click saves once.
"use strict";

// A number with a decimal point or a decimal comma; what could be thousands is none, as on the server (core/forms.py).
window.readNumber = (typed) => {
  let text = String(typed).trim();
  if (/^[1-9]\d{0,2}[.,]\d{3}$/.test(text)) return NaN;
  if (/^\d{1,3}(\.\d{3})+,\d+$/.test(text)) text = text.replaceAll(".", "");
  if (/^\d{1,3}(,\d{3})+\.\d+$/.test(text)) text = text.replaceAll(",", "");
  return Number(text.replace(",", "."));
};

document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery, box = document.querySelector("[data-scan-box]");
  const group = box && box.closest("[data-inline-type]"), form = group && group.closest("form");
  if (!$ || !form) return;

  const productOf = (row) => row.querySelector('select[name$="-product"]');
  const rows = () => Array.from(group.querySelectorAll('select[name$="-product"]')).filter((select) => (
    !select.name.includes("__prefix__") && !select.disabled
  )).map((select) => select.closest("tr")).filter((row) => !(row.querySelector('[name$="-DELETE"]') || {}).checked);

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
    group.dispatchEvent(new Event("input", { bubbles: true }));
  };

  // Enter would save the form; whoever types lines wants the next one.
  const goOn = (event) => {
    const row = event.target.closest("tr");
    if (event.key !== "Enter" || !event.target.matches("input[name]") || !rows().includes(row)) return;
    event.preventDefault();
    let goal = rows()[rows().indexOf(row) + 1];
    if (!goal) {
      group.querySelector(".add-row").click();
      goal = rows().pop();
    }
    goal.scrollIntoView({ block: "nearest" });
    $(productOf(goal)).select2("open");
  };

  // A double click saves once. (Whoever has stopped the page from loading may try again in a while.)
  let sent = false;
  const sendOnce = (event) => {
    if (event.defaultPrevented) return;
    if (sent) event.preventDefault();
    sent = true;
    window.setTimeout(() => { sent = false; }, 10000);
  };

  form.addEventListener("submit", sendOnce);
  window.addEventListener("pageshow", () => { sent = false; });
  group.addEventListener("click", remove, true);
  group.addEventListener("keydown", goOn);
});
