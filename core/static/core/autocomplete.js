// Enter in a box that searches while one types chooses among the answers to what was typed, never among those that are
// still shown from before: it waits for them. A scanner types a code and Enter within milliseconds. The server puts
// the record with exactly this code first (get_search_results in core/admin/base.py).
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  if (!$ || !$.fn.select2) return;
  // A suggestion says beside its name what core/admin_site.py has told of it.
  $.fn.select2.defaults.set("templateResult", (record) => {
    if (!record.detail) return record.text;
    const detail = Object.assign(document.createElement("small"), { className: "suggestion-detail", textContent: record.detail });
    return $("<span>").addClass("suggestion").append($("<span>").text(record.text), detail);
  });

  const shown = new WeakMap();  // by box: the text that its results answer
  const waiting = new WeakMap();  // by box: the text for which Enter was pressed before the answer came

  const watch = (box) => {
    if (shown.has(box)) return;
    shown.set(box, null);
    box.on("results:all", ({ data, query }) => {
      shown.set(box, query.term || "");
      if (!waiting.has(box) || waiting.get(box) !== shown.get(box)) return;
      waiting.delete(box);
      const keyboard = document.activeElement, isElsewhere = !box.isOpen();
      if (data.results.length) box.trigger("select", { data: data.results[0] });
      if (isElsewhere) keyboard.focus();  // select2 has taken it
    });
  };

  const openBox = () => {
    const select = Array.from(document.querySelectorAll("select.admin-autocomplete")).find((one) => {
      const box = $(one).data("select2");
      return box && box.isOpen();
    });
    return select && $(select).data("select2");
  };

  $(document).on("select2:opening", "select.admin-autocomplete", (event) => watch($(event.target).data("select2")));
  // At once, not (as select2 does) a moment later: what a scanner sends meanwhile would go to the field one came from.
  const search = () => document.querySelector(".select2-container--open .select2-search__field");
  $(document).on("select2:open", "select.admin-autocomplete", () => search().focus());
  // Whoever types on a closed box wants to search in it.
  document.addEventListener("keydown", (event) => {
    const box = event.target.matches(".select2-selection") && event.target.closest(".select2-container");
    if (!box || event.key.length !== 1 || event.key === " " || event.ctrlKey || event.metaKey || event.altKey) return;
    const select = $(box).prev("select.admin-autocomplete");
    if (!select.length) return;
    const wasOpen = select.data("select2").isOpen();
    if (!wasOpen) select.select2("open");
    search().focus();
    if (wasOpen) return;  // the key goes on to where the keyboard is now
    event.preventDefault();
    event.stopImmediatePropagation();
    search().value = event.key;
    search().setSelectionRange(1, 1);
    $(search()).trigger("input");
  }, true);

  document.addEventListener("keydown", (event) => {
    if (!event.target.matches(".select2-search__field")) return;
    const box = openBox();
    if (!box || !shown.has(box)) return;
    if (event.key === "Tab" && waiting.has(box)) {  // on to the next field; the answer is taken when it comes
      event.stopImmediatePropagation();
      box.close();
      const { key, shiftKey } = event;  // the page may know better where to go from the box
      const again = new KeyboardEvent("keydown", { key, shiftKey, bubbles: true, cancelable: true });
      if (!box.$selection[0].dispatchEvent(again)) event.preventDefault();
      return;
    }
    if (event.key !== "Enter") {
      if (event.key.length === 1 || ["Backspace", "Delete", "Escape"].includes(event.key)) waiting.delete(box);
      return;
    }
    const text = event.target.value;
    if (text === shown.get(box)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (text) waiting.set(box, text);
  }, true);
});

// What a box is for, said to those who do not see it.
document.addEventListener("DOMContentLoaded", () => {
  const $ = window.django && window.django.jQuery;
  if (!$) return;

  // select2 names its boxes after what is chosen in them, which says nothing while that is nothing.
  const nameOf = (select) => {
    const label = document.querySelector(`label[for="${select.id}"]`);
    return select.getAttribute("aria-label") || (label ? label.firstChild.textContent.trim() : "");
  };
  const nameBoxes = () => {
    document.querySelectorAll("select.admin-autocomplete").forEach((select) => {
      const frame = select.nextElementSibling, name = nameOf(select);
      if (!frame || !frame.matches(".select2-container") || !name) return;
      frame.querySelectorAll("[role=combobox], [role=textbox]").forEach((part) => {
        const chosen = frame.querySelector(".select2-selection__rendered").textContent.trim();
        part.removeAttribute("aria-labelledby");
        part.setAttribute("aria-label", chosen ? `${name}: ${chosen}` : name);
      });
    });
  };

  $(document).on("select2:select select2:clear select2:open", nameBoxes);
  document.addEventListener("formset:added", () => window.setTimeout(nameBoxes));
  window.addEventListener("load", () => $(() => window.setTimeout(nameBoxes)));  // once jQuery has made them
});
