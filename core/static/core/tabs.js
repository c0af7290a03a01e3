// unfold measures the tabs of a page once, before its fonts are there, and puts those that seem not to fit into a menu. When
// the page has its true width they come back, one by one as with a window that grows.
"use strict";
window.addEventListener("load", () => document.fonts.ready.then(() => {
  document.querySelectorAll("#tabs-dropdown > *").forEach(() => window.dispatchEvent(new Event("resize")));
}));
