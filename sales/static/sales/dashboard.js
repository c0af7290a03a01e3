// The dashboard fetches itself every minute and takes over what has changed, without being drawn anew.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const MINUTE = 60_000;
  const inUse = () => {
    const dialog = document.getElementById("modal-content");
    return document.hidden || (dialog && dialog.offsetParent);
  };

  const goal = (one) => one.getAttribute("href") || one.getAttribute("hx-get");

  const refresh = async () => {
    if (inUse()) return;
    const answer = await fetch(window.location.href, { headers: { "X-Refresh": "1" } }).catch(() => null);
    if (answer && answer.redirected) window.location.reload();  // signed out meanwhile
    if (!answer || !answer.ok || answer.redirected || inUse()) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");

    document.querySelectorAll("[data-refresh]").forEach((part) => {
      const now = fresh.querySelector(`[data-refresh="${part.dataset.refresh}"]`);
      if (!now || now.innerHTML === part.innerHTML) return;
      const focus = part.contains(document.activeElement) && goal(document.activeElement);
      part.innerHTML = now.innerHTML;
      window.htmx.process(part);
      const again = focus && Array.from(part.querySelectorAll("a, button")).find((one) => goal(one) === focus);
      if (again) again.focus();
    });
    const canvases = fresh.querySelectorAll("canvas.chart");
    document.querySelectorAll("canvas.chart").forEach((canvas, index) => {
      const chart = window.Chart.getChart(canvas), data = canvases[index] && canvases[index].dataset.value;
      if (!chart || !data || data === canvas.dataset.value) return;
      canvas.dataset.value = data;
      const { labels, datasets } = JSON.parse(data);
      chart.data.labels = labels;
      chart.data.datasets.forEach((dataset, number) => { dataset.data = datasets[number].data; });
      chart.update();
    });
  };
  window.setInterval(refresh, MINUTE);
});
