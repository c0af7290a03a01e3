// The form that opens a stocktake asks only for what its scope needs.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const scope = document.querySelector("#id_scope");
  if (!scope || scope.type === "hidden") return;
  const asked = { CATEGORY: "category", SHELF: "shelf", CHOSEN: "codes" };
  const show = () => Object.entries(asked).forEach(([value, name]) => {
    const field = document.querySelector(`#id_${name}`), row = field && field.closest(".form-row, .field-row, .field-line") || null;
    const place = document.querySelector(`.field-${name}`) || row;
    if (place) place.hidden = scope.value !== value;
  });
  scope.addEventListener("change", show);
  show();
});
