// The page that takes goods back: the credit follows the pieces, as the server reckons it, until somebody types another.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const whole = (input) => (/^\d{1,9}$/.test(input.value.trim()) ? Number(input.value) : 0);
  const cents = (text) => Math.round(Number(text) * 100);

  document.querySelectorAll(".return-row").forEach((row) => {
    const credit = row.querySelector('[name$="-credit"]');
    if (!credit) return;
    const pieces = row.querySelectorAll('[name$="-shelf"], [name$="-trash"]');
    const sold = Number(credit.dataset.sold), left = sold - Number(credit.dataset.back);
    const total = cents(credit.dataset.total);
    const unreturned = Math.max(0, total - cents(credit.dataset.taken));
    const uncredited = Math.max(0, total - cents(credit.dataset.credited));

    const usual = (number) => {
      const worth = number >= left ? unreturned : Math.min(unreturned, Math.round((total * number) / sold));
      const paid = credit.dataset.price ? cents(credit.dataset.price) * number : uncredited;
      return Math.min(worth, paid, uncredited);
    };
    const suggested = () => {
      const number = Array.from(pieces).reduce((sum, input) => sum + whole(input), 0);
      return number ? (usual(number) / 100).toFixed(2) : "";
    };
    const isOwn = () => credit.value.trim() !== "" && credit.value !== suggested();
    let own = isOwn();
    const follow = () => {
      if (!own) credit.value = suggested();
    };
    credit.addEventListener("input", () => { own = isOwn(); });
    pieces.forEach((input) => input.addEventListener("input", follow));
  });
});
