// The page that records a payment: choosing the customer opens it; the amount goes to what was due first, until somebody
// types what goes where. A form that is on its way is not sent again.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const { readNumber } = window;  // of core/lines.js
  const payer = document.getElementById("payer-form"), $ = window.django && window.django.jQuery;
  if (payer && $) $("#id_customer").on("select2:select", () => payer.requestSubmit());

  const form = document.getElementById("payment-form");
  if (!form) return;
  const amount = form.querySelector('[name="amount"]'), byHand = form.querySelector('[name="by_hand"]');
  const parts = Array.from(form.querySelectorAll("[data-rest]")), left = form.querySelector("[data-rest-of-payment]");

  const cents = (typed) => Math.round(readNumber(typed) * 100) || 0;
  const paid = () => (amount ? cents(amount.value) : cents(form.dataset.paid));

  const refresh = () => {
    let rest = paid();
    parts.forEach((part) => {
      if (amount && !byHand.value) {
        const share = Math.min(rest, cents(part.dataset.rest));
        part.value = share > 0 ? (share / 100).toFixed(2) : "";
      }
      rest -= cents(part.value);
    });
    if (!left) return;
    left.textContent = (rest / 100).toFixed(2).replace("-", "−");
    left.classList.toggle("text-red-700", rest < 0);
  };
  parts.forEach((part) => part.addEventListener("input", () => {
    byHand.value = "1";
    refresh();
  }));
  if (amount) amount.addEventListener("input", refresh);
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "1";
  });
  window.addEventListener("pageshow", () => { delete form.dataset.sent; });
  refresh();
  if (amount && !amount.value) amount.focus();
});
