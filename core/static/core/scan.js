// A box above the lines of a form that takes what a scanner sends: a code and Enter, again and again, each within
// milliseconds. The code's line has one piece more then (`12*CODE`: twelve), or a new line begins. Codes wait in a row
// for the server's answer, so none is lost and none overtakes another; what the server does not know adds nothing and
// is said. For any formset of an admin page whose rows have a select of products and a number of pieces: the box says
// in `data-product` and `data-pieces` what these fields are called, if not `product` and `quantity`.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  document.querySelectorAll("[data-scan-box]").forEach((box) => $ && watch(box));

  function watch(box) {
    const { lookup, failed, full, product = "product", pieces = "quantity" } = box.dataset;
    const group = box.closest("[data-inline-type]"), form = box.closest("form"), input = box.querySelector("input");
    const done = box.querySelector("[data-scan-done]"), problems = box.querySelector("[data-scan-problems]");
    const waiting = [], known = new Map();  // codes without an answer yet; answers that had a product
    let busy = false, submitter = null, refused = false;
    box.hidden = false;

    const cell = (row, name) => row.querySelector(`[name$="-${name}"]`);
    const rows = () => Array.from(group.querySelectorAll(`select[name$="-${product}"]`)).filter((select) => (
      !select.name.includes("__prefix__") && !select.disabled
    )).map((select) => select.closest("tr")).filter((row) => !(cell(row, "DELETE") || {}).checked);

    const ask = async (code) => {
      if (known.has(code)) return known.get(code);
      const answer = await fetch(`${lookup}?${new URLSearchParams({ code })}`).catch(() => null);
      const found = answer && answer.ok ? await answer.json().catch(() => null) : null;
      if (found && found.id) known.set(code, found);
      return found || { problem: failed.replace("{code}", code) };
    };

    const newRow = () => {
      const empty = rows().find((row) => !cell(row, product).value);
      if (empty) return empty;
      const before = rows().length;
      const link = group.querySelector(".add-row");
      if (link) link.click();
      const after = rows();
      return after.length > before ? after[after.length - 1] : null;
    };

    // As if somebody had picked the product in the row's box: what listens to that fills in the rest.
    const begin = (row, found) => {
      const select = cell(row, product);
      cell(row, pieces).value = "";
      if (!Array.from(select.options).some((option) => option.value === String(found.id))) {
        select.append(new Option(found.text, found.id));
      }
      $(select).val(String(found.id)).trigger("change");
      $(select).trigger({ type: "select2:select", params: { data: { id: String(found.id), text: found.text } } });
    };

    const add = (code, found) => {
      let row = rows().find((one) => cell(one, product).value === String(found.id)), there = 0;
      if (row) {
        there = Math.max(0, Math.trunc(Number(cell(row, pieces).value.replace(",", "."))) || 0);
      } else {
        row = newRow();
        if (!row) return full.replace("{code}", code);
        begin(row, found);
      }
      const field = cell(row, pieces);
      field.value = there + found.pieces;
      field.dispatchEvent(new Event("input", { bubbles: true }));
      row.scrollIntoView({ block: "nearest" });
      done.textContent = `${found.text}: ${field.value}`;
      return "";
    };

    // It stays until somebody takes it away: whoever scans does not look at each.
    const say = (problem) => {
      refused = true;
      const list = problems.firstElementChild;
      list.append(Object.assign(document.createElement("span"), { className: "block", textContent: problem }));
      while (list.childElementCount > 5) list.firstElementChild.remove();
      problems.hidden = false;
      done.textContent = "";
    };

    const work = async () => {
      if (busy) return;
      busy = true;
      while (waiting.length) {
        const code = waiting[0], found = await ask(code), problem = found.problem || add(code, found);
        waiting.shift();
        if (problem) say(problem);
      }
      busy = false;
      if (!submitter) return;
      const button = submitter;
      submitter = null;
      if (!refused) form.requestSubmit(button);  // else somebody has to look first
    };

    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const code = input.value.trim();
      input.value = "";
      if (!code) return;
      waiting.push(code);
      work();
    });
    input.addEventListener("input", (event) => event.stopPropagation());  // typed here, nothing of the form has changed

    // Saving waits for what has been scanned.
    form.addEventListener("submit", (event) => {
      if (!waiting.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      [submitter, refused] = [event.submitter, false];
    }, true);
    problems.querySelector("button").addEventListener("click", () => {
      problems.firstElementChild.replaceChildren();
      problems.hidden = true;
      input.focus();
    });
  }
});
