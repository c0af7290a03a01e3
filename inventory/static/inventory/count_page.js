// Counting: each number is saved as it is typed, each scanned code is one piece more. What gets no answer is sent again.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const page = document.querySelector("#count-page");
  if (!page) return;
  const PAUSE = 700, AGAIN = 4000;  // milliseconds: after the last key, and until another attempt
  const token = page.querySelector("[name=csrfmiddlewaretoken]").value;
  const progress = page.querySelector("[data-progress]"), at = page.querySelector("[data-at]");
  const rowOf = (line) => page.querySelector(`[data-line="${line}"]`);

  const post = async (url, data) => {
    const body = new URLSearchParams(data), headers = { "X-CSRFToken": token };
    const answer = await fetch(url, { method: "POST", body, headers }).catch(() => null);
    return answer && answer.ok ? answer.json().catch(() => null) : null;
  };

  const show = (row, answer, typed) => {
    const input = row.querySelector("input"), remark = row.querySelector(".count-remark");
    if (answer.standing !== undefined) input.dataset.seen = answer.standing;
    if (answer.counted !== undefined && (!answer.problem || typed === undefined)) input.value = answer.counted;
    row.classList.toggle("is-wrong", Boolean(answer.problem));
    row.classList.toggle("is-saved", !answer.problem);
    remark.textContent = answer.problem || answer.remark;
    if (answer.progress) progress.textContent = answer.progress;
  };

  // One after the other for each field: the last one typed is the last one saved.
  const unsaved = new Map();  // by field: what was typed and is not saved yet
  let timer = null;
  const save = async (input) => {
    const work = unsaved.get(input);
    if (!work || work.busy) return;
    const row = input.closest("[data-line]"), { value, time } = work;
    work.busy = true;
    const ago = String(Math.round((Date.now() - time) / 1000));
    const answer = await post(row.dataset.url, { counted: value, seen: input.dataset.seen, at: work.at, ago });
    work.busy = false;
    if (!answer) {
      row.classList.add("is-wrong");
      row.querySelector(".count-remark").textContent = page.dataset.unsaved;
      window.clearTimeout(timer);
      timer = window.setTimeout(saveAll, AGAIN);
      return;
    }
    if (work.value === value) {
      unsaved.delete(input);
      show(row, answer, value);
    } else {  // somebody has typed on
      if (answer.standing !== undefined) input.dataset.seen = answer.standing;
      save(input);
    }
  };
  const saveAll = () => Array.from(unsaved.keys()).forEach(save);

  page.querySelectorAll("[data-line] input").forEach((input) => {
    let pause = null;
    const note = () => {
      window.clearTimeout(pause);
      const value = input.value.trim(), before = unsaved.get(input);
      if (before) Object.assign(before, { value, time: Date.now(), at: at.value });
      else unsaved.set(input, { value, time: Date.now(), at: at.value, busy: false });
    };
    input.addEventListener("input", () => {
      input.closest("[data-line]").classList.remove("is-saved", "is-wrong");
      note();
      pause = window.setTimeout(() => save(input), PAUSE);
    });
    input.addEventListener("change", () => {
      window.clearTimeout(pause);
      if (unsaved.has(input)) save(input);
    });
    input.addEventListener("focus", () => input.select());
    input.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      const inputs = Array.from(page.querySelectorAll("[data-line] input")), next = inputs[inputs.indexOf(input) + 1];
      if (next) next.focus();
      else input.blur();
    });
  });
  window.addEventListener("online", saveAll);
  window.addEventListener("beforeunload", (event) => {
    saveAll();
    if (unsaved.size || scans.length) event.preventDefault();
  });

  // The scanner's box: one code after the other.
  const box = page.querySelector("[data-scan]"), done = page.querySelector("[data-scan-done]");
  const problems = page.querySelector("[data-scan-problems]"), scans = [];  // not saved yet
  const say = (text) => {
    const list = problems.firstElementChild;
    list.append(Object.assign(document.createElement("span"), { className: "block", textContent: text }));
    while (list.childElementCount > 5) list.firstElementChild.remove();
    problems.hidden = false;
    done.textContent = "";
  };
  // The server knows by its key what it has counted: what has got no answer is sent again, and counted once.
  let busy = false, next = null;
  const newKey = () => Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(16)).join("-");
  const work = async () => {
    if (busy) return;
    busy = true;
    window.clearTimeout(next);
    while (scans.length) {
      const answer = await post(page.dataset.scanUrl, scans[0]);
      if (!answer) {
        done.textContent = page.dataset.noAnswer.replace("{code}", scans[0].code);
        next = window.setTimeout(work, AGAIN);
        break;
      }
      const row = answer.line && rowOf(answer.line);
      if (row) {
        show(row, answer);
        row.scrollIntoView({ block: "center" });
      }
      if (answer.line) done.textContent = `${answer.text}: ${answer.counted}`;
      if (answer.progress) progress.textContent = answer.progress;
      if (answer.problem) say(answer.problem);
      scans.shift();
    }
    busy = false;
  };
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const code = box.value.trim();
    box.value = "";
    if (!code) return;
    scans.push({ code, key: newKey() });
    work();
  });
  window.addEventListener("online", work);
  problems.querySelector("button").addEventListener("click", () => {
    problems.firstElementChild.replaceChildren();
    problems.hidden = true;
    box.focus();
  });
});
