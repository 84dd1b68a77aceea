// Keeps a page current and saves some typing. Every page works without it.
"use strict";

// Text that somebody is writing must never be exchanged under their hands.
function isBeingEdited(element) {
  const active = document.activeElement;
  if (active && element.contains(active) && active.matches("input, textarea, select")) return true;
  if (element.querySelector("form.edit, details.edit-title[open], details.edit-labels[open]")) return true;
  return [...element.querySelectorAll("textarea, input:not([type=hidden])")].some((field) =>
    field.type === "checkbox" ? field.checked !== field.defaultChecked : field.value !== field.defaultValue);
}

function withoutState(element) {
  const copy = element.cloneNode(true);
  for (const fold of [copy, ...copy.querySelectorAll("details")]) fold.removeAttribute("open");
  for (const moment of copy.querySelectorAll("time")) moment.textContent = "";
  return copy.outerHTML;
}

function exchange(old, fresh) {
  if (withoutState(old) === withoutState(fresh)) {
    const moments = fresh.querySelectorAll("time");
    old.querySelectorAll("time").forEach((moment, n) => { moment.textContent = moments[n].textContent; });
    return;
  }
  if (isBeingEdited(old)) return;
  const folds = fresh.querySelectorAll("details");
  old.querySelectorAll("details").forEach((fold, n) => { if (folds[n] && fold.open) folds[n].open = true; });
  if (old.matches("details") && fresh.matches("details")) fresh.open = old.open;
  const focused = old.contains(document.activeElement) ? [...old.querySelectorAll("a, button, summary")].indexOf(document.activeElement) : -1;
  old.replaceWith(fresh);
  if (focused >= 0) fresh.querySelectorAll("a, button, summary")[focused]?.focus();
}

function exchangeList(old, fresh) {
  const keep = new Set();
  let last = null;
  for (const item of [...fresh.children]) {
    keep.add(item.id);
    const known = [...old.children].find((child) => child.id === item.id);
    if (known) exchange(known, item);
    else last ? last.after(item) : old.prepend(item);
    last = document.getElementById(item.id);
  }
  for (const child of [...old.children]) if (!keep.has(child.id) && !isBeingEdited(child)) child.remove();
}

let looking = false;
let again = false;
async function lookAgain() {
  if (looking) { again = true; return; }
  looking = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const old of document.querySelectorAll("[data-live], [data-live-list]")) {
        const next = fresh.getElementById(old.id);
        if (!next) continue;
        const adopted = document.adoptNode(next);
        old.hasAttribute("data-live-list") ? exchangeList(old, adopted) : exchange(old, adopted);
      }
      document.body.dataset.lookedAt = String(Date.now());
    }
  } catch { /* the stream reconnects and asks again */ }
  looking = false;
  if (again) { again = false; setTimeout(lookAgain, 200); } // a log that grows fast is looked at now and then
}

// Editing starts and ends where the text stands; what is typed elsewhere on the page stays.
async function showInPlace(link) {
  const old = link.closest("article");
  try {
    const answer = await fetch(link.href);
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(old.id);
    if (!fresh) throw new Error("it is gone");
    old.replaceWith(document.adoptNode(fresh));
    document.getElementById(old.id).querySelector("textarea, a.face")?.focus();
  } catch { location.href = link.href; }
}

const stream = document.body.dataset.liveStream;
if (stream) {
  let source = null;
  const listen = () => {
    source = new EventSource(stream);
    source.onopen = lookAgain; // something may have happened between the page and the stream
    source.onmessage = lookAgain;
  };
  listen();
  addEventListener("pagehide", () => source.close());
  addEventListener("pageshow", (event) => { if (event.persisted) listen(); });
}

document.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && event.target.matches("textarea")) {
    event.preventDefault();
    event.target.form?.requestSubmit(event.target.form.querySelector(".button-main, .button-go"));
  }
  if (event.key === "Escape") for (const menu of document.querySelectorAll("details.menu[open]")) menu.open = false;
});

document.addEventListener("click", async (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  const link = event.target.closest("[data-in-place]");
  if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey) { event.preventDefault(); showInPlace(link); }
  const copy = event.target.closest("[data-copy]");
  if (copy) {
    const field = document.getElementById(copy.dataset.copy);
    field.select();
    try { await navigator.clipboard.writeText(field.value); copy.textContent = "Copied"; } catch { copy.textContent = "Press Ctrl+C"; }
    setTimeout(() => { copy.textContent = "Copy"; }, 2000);
  }
  if (event.target.closest("[data-back]") && history.length > 1) { event.preventDefault(); history.back(); }
});

// A click too many files nothing twice.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent) { event.preventDefault(); return; }
  form.dataset.sent = "yes";
  addEventListener("pageshow", () => { delete form.dataset.sent; }, { once: true });
});

// Half-written text is not lost by a wrong click.
addEventListener("beforeunload", (event) => {
  const half = [...document.querySelectorAll("form[data-guard]")].some((form) => !form.dataset.sent && isBeingEdited(form)
    && [...form.querySelectorAll("textarea")].some((area) => area.value !== area.defaultValue));
  if (half) event.preventDefault();
});
