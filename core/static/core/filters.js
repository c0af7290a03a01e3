// A click into a date opens its calendar (unfold shows it beside the field only on its own small link).
"use strict";
document.addEventListener("click", (event) => {
  const shortcuts = window.DateTimeShortcuts, inputs = shortcuts ? shortcuts.calendarInputs : [];
  const number = inputs.indexOf(event.target);
  if (number < 0) return;
  const box = document.getElementById(shortcuts.calendarDivName1 + number);
  if (!box || box.style.display !== "block") shortcuts.openCalendar(number);
  event.stopPropagation();
});
