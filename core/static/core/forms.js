// Forms: the keyboard starts where one types next (or what was wrong), and an error goes as soon as its field changes.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const form = document.querySelector("#content-main form[method=post]");
  const isAdding = document.querySelector("#django-admin-form-add-constants[data-model-name]");
  if (!form) return;

  // What one sees of a field: of an autocomplete, select2's box.
  const face = (field) => {
    const box = field.matches(".select2-hidden-accessible") && field.nextElementSibling;
    return box ? box.querySelector(".select2-selection") : field;
  };
  const isOpen = (field) => (
    field.name && !field.disabled && !field.readOnly && face(field).offsetParent !== null
    && !field.closest("details:not([open])")
    && !["hidden", "submit", "button", "checkbox", "radio", "file"].includes(field.type)
  );
  const goTo = (field) => {
    face(field).focus({ preventScroll: true });
    face(field).scrollIntoView({ block: "nearest" });
  };
  // Whoever was faster than the page keeps the keyboard where they have taken it.
  let begun = false;
  ["keydown", "pointerdown"].forEach((kind) => window.addEventListener(kind, () => { begun = true; }, { capture: true, once: true }));

  const start = () => {
    // simplebar gives the frame around a table a stop of its own for Tab, which shows nothing.
    form.querySelectorAll(".simplebar-content-wrapper").forEach((frame) => frame.setAttribute("tabindex", "-1"));
    const fields = Array.from(form.elements), wrong = fields.find((field) => field.matches("[aria-invalid=true]"));
    if (begun) return;
    if (wrong) {
      goTo(wrong);
      face(wrong).scrollIntoView({ block: "center" });
    } else if (isAdding) {
      const open = fields.filter(isOpen), empty = open.find((field) => !field.value);
      if (empty || open.length) goTo(empty || open[0]);
    }
  };
  // After the page's last script (Django's takes the first field that has a place in the page, seen or not) and after
  // jQuery has made its boxes.
  const $ = window.django && window.django.jQuery;
  window.addEventListener("load", () => ($ ? $(() => window.setTimeout(start)) : start()));

  const forget = (event) => {
    const field = event.target;
    if (!field.matches("[aria-invalid=true]")) return;
    field.removeAttribute("aria-invalid");
    const place = field.closest("td, .group") || field.parentElement, message = place.querySelector(".text-red-600.text-xs");
    if (message) message.remove();
    place.classList.remove("errors");
  };
  form.addEventListener("input", forget);
  if ($) $(form).on("change", "select", forget);
});
