// When a page's tabs do not fit, unfold puts them into a menu; when the window grows it takes back one for each time that it
// is told so. A phone that is turned tells it once.
"use strict";
window.addEventListener("load", () => {
  const menu = document.getElementById("tabs-dropdown");
  if (!menu) return;
  let before = menu.childElementCount;
  const goOn = () => {
    const isComingBack = menu.childElementCount < before;
    before = menu.childElementCount;
    if (isComingBack && before) window.dispatchEvent(new Event("resize"));
  };
  window.addEventListener("resize", () => window.setTimeout(goOn));  // when unfold has done its part
});
