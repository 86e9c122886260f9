// Ctrl K: one field, one list. Arrows choose, Enter opens, Esc closes. What is typed goes by POST and is forgotten when the
// window closes. Enter opens only of a list that answers the words in the field: before that list is there it waits for it,
// and then opens the one line that these words mean; when there is none, or several, the doctor looks and chooses.

import { answers, asked, forget, press, seen } from "./answers.js";

const dialog = document.getElementById("palette");
const text = document.getElementById("palette-text");
const results = document.getElementById("palette-results");
const state = dialog?.querySelector("[role=status]");
const form = text?.form;

const PAUSE = 60; // milliseconds without a letter, then the question goes
const SLOW = 300; // past this the wait is told
let timer = 0;
let late = 0;
let question = null; // the one under way
let entered = false; // Enter was pressed before the answer
let moved = false; // so was an arrow: nobody knows which line was meant

document.addEventListener("keydown", (event) => {
  if (!dialog || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
  if (!(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  show();
});

dialog?.addEventListener("carnet:opened", begin);
dialog?.addEventListener("close", () => { if (!dialog.open) clear(); });
document.addEventListener("keydown", (event) => { if (dialog?.open) keys(event); });
form?.addEventListener("submit", (event) => event.preventDefault());
form?.addEventListener("htmx:beforeSend", ({ detail }) => { question = { xhr: detail.xhr, words: asked(detail) }; });
form?.addEventListener("htmx:afterRequest", ({ detail }) => { if (question?.xhr === detail.xhr) question = null; });
for (const failure of ["htmx:responseError", "htmx:sendError", "htmx:timeout"]) form?.addEventListener(failure, failed);
text?.addEventListener("input", typed);
results?.addEventListener("htmx:afterSwap", ({ target }) => { if (target === results) answered(); });
// The field keeps the focus, so that every key goes there.
results?.addEventListener("mousedown", (event) => { if (event.target.closest('[role="option"]')) event.preventDefault(); });
results?.addEventListener("click", (event) => { if (event.target.closest("[data-here]")) dialog.close(); });
window.addEventListener("carnet:connection", ({ detail }) => { if (detail.online && dialog?.open) ask(); });

// Whatever is open gives way to it, but for the lock; where it is open already, the next letter replaces its words.
function show() {
  if (document.documentElement.classList.contains("is-locked") || document.getElementById("lock-screen")?.open) return;
  if (dialog.open) { text.focus(); return text.select(); }
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
  begin();
}

function begin() {
  clear();
  form.elements.patient.value = document.getElementById("banner")?.dataset.patient ?? "";
  text.focus();
  ask();
}

function clear() {
  window.htmx.trigger(form, "htmx:abort");
  clearTimeout(timer);
  forget(results);
  results.replaceChildren();
  text.value = "";
  still("");
}

// Nothing is waited for any more; `words` say how things stand.
function still(words) {
  entered = moved = false;
  clearTimeout(late);
  results.removeAttribute("aria-busy");
  state.textContent = words;
}

function typed() {
  still("");
  clearTimeout(timer);
  if (answers(results)) return;
  results.setAttribute("aria-busy", "true");
  timer = setTimeout(ask, PAUSE);
}

function ask() {
  clearTimeout(timer);
  if (answers(results) || question?.words === text.value) return;
  clearTimeout(late);
  late = setTimeout(() => { state.textContent = state.dataset.sayBusy; }, SLOW);
  form.dispatchEvent(new CustomEvent("palette:ask"));
}

function failed({ detail }) {
  if (asked(detail) !== text.value) return;
  forget(results);
  results.replaceChildren();
  still(state.dataset.sayFailed);
}

function answered() {
  const opens = entered && !moved, waited = entered;
  still("");
  choose(0);
  if (opens && chosen()?.dataset.meant === "") press(chosen());
  else if (waited) state.textContent = state.dataset.sayChoose;
}

function keys(event) {
  if (event.isComposing) return;
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.key === "Escape") dialog.close();
  else if (event.key in moves) move(moves[event.key]);
  else if (event.key === "Enter") enter(event);
  else return keep(event);
  event.preventDefault();
}

function keep(event) {
  if (event.key.length === 1 && !event.ctrlKey && !event.metaKey && event.target !== text) text.focus();
}

const lines = () => [...results.querySelectorAll('[role="option"]')];
const chosen = () => results.querySelector('[aria-selected="true"]');

function choose(index) {
  const all = lines();
  for (const line of all) line.setAttribute("aria-selected", "false");
  const line = all[Math.max(0, Math.min(index, all.length - 1))];
  if (!line) return text.removeAttribute("aria-activedescendant");
  line.setAttribute("aria-selected", "true");
  text.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function move(step) {
  if (!answers(results)) { moved = true; return; }
  const all = lines();
  if (!all.length) return;
  const next = all.indexOf(chosen()) + step;
  choose(Math.abs(step) === 1 ? (next + all.length) % all.length : next);
}

function enter(event) {
  if (event.repeat) return;
  if (!answers(results)) { entered = true; return ask(); }
  const line = chosen();
  if (line && (seen(line) || line.dataset.meant === "")) press(line);
  else if (line) state.textContent = state.dataset.sayChoose;
}
