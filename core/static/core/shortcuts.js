// Keys for those who type all day: what each does stands in the list that "?" opens (templates/admin/shortcuts.html).
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const list = document.getElementById("shortcuts");
  if (!list) return;
  let before = "";  // the first key of two

  const isTyping = (element) => element.matches("input, textarea, select, [contenteditable], .select2-selection");
  const isBusy = () => list.open || document.querySelector("#modal-content #dialog");
  const follow = (link) => link && link.click();

  const act = (keys) => {
    if (keys === "?") return list.showModal();
    if (keys === "n") return follow(document.querySelector("main a[href$='/add/'], #main a[href$='/add/']"));
    if (keys === "/") {
      const search = document.getElementById("searchbar");
      return search ? search.focus() : document.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true }));
    }
    return follow(list.querySelector(`a[data-keys="${keys}"]`));
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.key.length !== 1) return;
    if (isTyping(event.target) || isBusy()) return;
    const keys = before ? `${before} ${event.key}` : event.key;
    before = "";
    if (keys === "g") before = "g";
    else if (["?", "n", "/"].includes(keys) || keys.startsWith("g ")) {
      event.preventDefault();
      act(keys);
    }
  });
  list.addEventListener("click", (event) => { if (event.target === list) list.close(); });
});
