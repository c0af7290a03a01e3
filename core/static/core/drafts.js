// What is typed into a form is kept in this browser, for this person, page and tab, until it is saved or discarded or
// the person signs out. It comes back by itself after signing in again, and is offered after a crash or Back.
"use strict";
document.addEventListener("DOMContentLoaded", () => {
  const WEEK = 7 * 24 * 60 * 60 * 1000;
  const user = document.querySelector("meta[name=user]");
  if (!user) return;

  let store, tab;
  try {
    store = window.localStorage;
    tab = window.sessionStorage.getItem("tab") || `${Date.now()}${Math.random()}`;
    window.sessionStorage.setItem("tab", tab);
  } catch {
    return;  // the browser keeps nothing
  }
  const mine = `draft ${user.content} `;
  const keyOf = (path) => `${mine}${path} ${tab}`;
  const read = (key) => JSON.parse(store.getItem(key));
  const drafts = () => Object.keys(store).filter((key) => key.startsWith(mine));
  drafts().filter((key) => read(key).time < Date.now() - WEEK).forEach((key) => store.removeItem(key));

  // BackOfficeAdmin says in a cookie which form has just been saved.
  const saved = document.cookie.match(/(?:^|; )saved=([^;]*)/);
  if (saved) {
    store.removeItem(keyOf(decodeURIComponent(saved[1])));
    document.cookie = "saved=; path=/; max-age=0; samesite=lax";
  }
  const signOut = document.querySelector('form[action$="/logout/"]');
  if (signOut) signOut.addEventListener("submit", () => drafts().forEach((key) => store.removeItem(key)));

  const notice = document.getElementById("draft-notice");
  if (!notice) return;
  const form = notice.closest("form"), path = window.location.pathname, key = keyOf(path);

  // A page that was left behind comes back as the server knows it, not half filled.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) window.location.reload();
  });
  form.setAttribute("autocomplete", "off");
  const [navigation] = window.performance.getEntriesByType("navigation");
  if (navigation && navigation.type === "back_forward") form.reset();

  const kept = () => Array.from(form.elements).filter((field) => (
    field.name && !field.disabled && !["password", "file", "submit", "button"].includes(field.type)
    && !field.name.startsWith("_") && !field.name.includes("__prefix__") && field.name !== "csrfmiddlewaretoken"
  ));
  const isTicked = (field) => ["checkbox", "radio"].includes(field.type);
  const describe = (field) => ({
    name: field.name,
    value: field.value,
    ...(isTicked(field) && { checked: field.checked }),
    ...(field.matches("select") && { chosen: Array.from(field.selectedOptions, ({ value, text }) => [value, text]) }),
  });
  const fields = () => kept().map(describe);
  const refused = document.querySelector(".errornote");  // everything that was typed is on the page, and not saved
  let atRest = "";

  let timer = null;
  const keep = () => {
    window.clearTimeout(timer);
    const now = fields();
    try {
      if (JSON.stringify(now) === atRest) store.removeItem(key);
      else store.setItem(key, JSON.stringify({ time: Date.now(), fields: now }));
    } catch {
      // the browser's store is full: nothing is kept, nothing breaks
    }
  };
  const keepSoon = () => {
    window.clearTimeout(timer);
    timer = window.setTimeout(keep, 200);
  };

  // Lines that have been added or taken away, of each kind that the form has.
  const restoreLines = (draft) => {
    draft.filter(({ name }) => name.endsWith("-TOTAL_FORMS")).forEach(({ name, value }) => {
      const prefix = name.slice(0, -"-TOTAL_FORMS".length), group = document.getElementById(`${prefix}-group`);
      const total = form.elements[name], button = group && group.querySelector(".add-row");
      while (button && Number(total.value) < Number(value)) {
        const before = total.value;
        button.click();
        if (total.value === before) break;  // as many as there may be
      }
      for (let number = 0; number < Number(total.value); number += 1) {
        const line = group && group.querySelector(`[name^="${prefix}-${number}-"]:not([type=hidden])`);
        const bin = line && line.closest(".form-group").querySelector(".delete-template");
        if (bin && !draft.some((field) => field.name.startsWith(`${prefix}-${number}-`))) bin.click();
      }
    });
  };

  const restore = (draft) => {
    restoreLines(draft);
    draft.forEach(({ name, value, checked, chosen }) => {
      kept().filter((field) => field.name === name).forEach((field) => {
        if (isTicked(field)) {
          if (field.value === value) field.checked = checked;
        } else if (chosen) {
          const there = Array.from(field.options, (option) => option.value);
          chosen.filter(([key]) => !there.includes(key)).forEach(([key, text]) => field.add(new Option(text, key)));
          Array.from(field.options).forEach((option) => { option.selected = chosen.some(([key]) => key === option.value); });
          window.django.jQuery(field).trigger("change.select2");
        } else if (!name.endsWith("_FORMS")) field.value = value;
      });
    });
    form.dispatchEvent(new CustomEvent("draft:restored", { bubbles: true }));
    form.dispatchEvent(new Event("input", { bubbles: true }));
  };

  const newest = () => [key, ...drafts().filter((one) => one.startsWith(`${mine}${path} `)).sort(
    (one, other) => read(other).time - read(one).time,
  )].find((one) => store.getItem(one));

  const show = (draft, restored) => {
    notice.hidden = false;
    notice.querySelector("[data-offered]").hidden = restored;
    notice.querySelector("[data-restored]").hidden = !restored;
    notice.querySelector("[data-restore]").hidden = restored;
    const language = document.documentElement.lang;
    notice.querySelector("[data-time]").textContent = new Date(draft.time).toLocaleString(language, { dateStyle: "medium", timeStyle: "short" });
  };

  const offer = () => {
    const source = newest();
    if (!source) return;
    const draft = read(source);
    const takeBack = () => {
      if (source !== key) store.removeItem(source);
      restore(draft.fields);
      keep();
      show(draft, true);
    };
    show(draft, false);
    notice.querySelector("[data-restore]").addEventListener("click", takeBack);
    notice.querySelector("[data-discard]").addEventListener("click", () => {
      store.removeItem(source);
      store.removeItem(key);
      notice.hidden = true;
      if (!notice.querySelector("[data-restored]").hidden) {
        window.removeEventListener("beforeunload", window.preventLeaving);  // unfold's
        window.location.reload();
      }
    });
    if (/\/login\//.test(document.referrer)) takeBack();
  };

  // After the form's other scripts have made it what it is.
  window.setTimeout(() => {
    if (!refused) {
      atRest = JSON.stringify(fields());
      offer();
    }
    form.addEventListener("input", keepSoon);
    form.addEventListener("change", keepSoon);
    form.addEventListener("submit", keep);
    document.addEventListener("formset:added", keepSoon);
    document.addEventListener("formset:removed", keepSoon);
    window.django.jQuery(form).on("select2:select select2:clear", keepSoon);
  });
});
