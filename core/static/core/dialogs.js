// Dialogs: the keyboard goes into one when it opens, stays in it, and goes back to where it came from. (That they
// scroll inside and keep their buttons in sight is the style's work, admin.css; Escape is unfold's.)
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const content = document.getElementById("modal-content");
  if (!content) return;
  const isOpen = () => content.offsetParent !== null && content.querySelector("#dialog") !== null;
  const focusable = () => Array.from(
    content.querySelectorAll('a[href], button, input:not([type="hidden"]), select, textarea'),
  ).filter((element) => !element.disabled && element.offsetParent !== null);
  let opener = null, wasOpen = false;

  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target === content) opener = event.detail.elt;
  });

  // Into the field that is meant to be first, or is, else onto the button that changes nothing.
  const enter = () => {
    const dialog = content.querySelector("#dialog");
    dialog.setAttribute("role", "dialog");
    dialog.setAttribute("aria-modal", "true");
    dialog.setAttribute("aria-label", (dialog.querySelector("h1") || dialog).textContent.trim());
    if (dialog.contains(document.activeElement)) return; // htmx was first, and typing may have begun
    const [first] = content.querySelectorAll('#dialog-form input:not([type="hidden"]), #dialog-form select, #dialog-form textarea');
    (content.querySelector("#dialog [autofocus]") || first || focusable()[0]).focus();
  };

  const leave = () => {
    // On a phone the opener stands in a menu that has been closed since.
    if (opener && opener.isConnected && opener.offsetParent !== null) opener.focus();
  };

  new MutationObserver(() => {
    if (isOpen() === wasOpen) return;
    wasOpen = !wasOpen;
    window.setTimeout(wasOpen ? enter : leave);
  }).observe(content.parentElement, { attributes: true, attributeFilter: ["style"], childList: true, subtree: true });

  document.addEventListener("keydown", (event) => {
    if (event.key !== "Tab" || !isOpen()) return;
    const all = focusable(), first = all[0], last = all[all.length - 1];
    const inside = content.contains(document.activeElement);
    if (event.shiftKey ? !inside || document.activeElement === first : !inside || document.activeElement === last) {
      event.preventDefault();
      (event.shiftKey ? last : first).focus();
    }
  });
});
