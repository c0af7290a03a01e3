// When a page's tabs do not fit, unfold puts them into a menu; when the window grows it takes back one for each time that it
// is told so. A phone that is turned tells it once.
"use strict";
window.addEventListener("load", () => {
  const menu = document.getElementById("tabs-dropdown");
  if (!menu) return;
  let isTelling = false;
  const takeBack = () => {
    let before = menu.childElementCount + 1;
    isTelling = true;
    while (menu.childElementCount && menu.childElementCount < before) {
      before = menu.childElementCount;
      window.dispatchEvent(new Event("resize"));
    }
    isTelling = false;
  };
  window.addEventListener("resize", () => isTelling || window.setTimeout(takeBack));  // when unfold has done its part
});
