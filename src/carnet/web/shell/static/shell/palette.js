// Ctrl K: one field, one list. Arrows choose, Enter opens, Esc closes (the dialog does that by itself).
// What is typed goes by POST and is forgotten when the window closes.

const dialog = document.getElementById("palette");
const text = document.getElementById("palette-text");
const results = document.getElementById("palette-results");
const form = text?.form;

document.addEventListener("keydown", (event) => {
  if (!dialog || event.altKey || event.shiftKey || event.key.toLowerCase() !== "k") return;
  if (!(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  if (dialog.open) dialog.close();
  else show();
});

dialog?.addEventListener("carnet:opened", begin);
dialog?.addEventListener("close", () => { text.value = ""; results.replaceChildren(); waiting = false; });
form?.addEventListener("submit", (event) => event.preventDefault());
text?.addEventListener("input", () => { waiting = false; });
results?.addEventListener("htmx:afterSwap", () => { choose(0); if (waiting) openChosen(); });

// Enter typed before the answer has come opens the first line of that answer, never a line of the one before.
let waiting = false;

text?.addEventListener("keydown", (event) => {
  const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 };
  if (event.key in moves) move(moves[event.key]);
  else if (event.key === "Enter") enter();
  else return;
  event.preventDefault();
});

function show() {
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  dialog.showModal();
  begin();
}

function begin() {
  text.focus();
  results.dataset.for = "";
  form.dispatchEvent(new CustomEvent("palette:open"));
}

const lines = () => [...results.querySelectorAll('[role="option"]')];
const chosen = () => results.querySelector('[aria-selected="true"]');

function choose(index) {
  results.dataset.for = text.value;
  const all = lines();
  for (const line of all) line.setAttribute("aria-selected", "false");
  const line = all[Math.max(0, Math.min(index, all.length - 1))];
  if (!line) return text.removeAttribute("aria-activedescendant");
  line.setAttribute("aria-selected", "true");
  text.setAttribute("aria-activedescendant", line.id);
  line.scrollIntoView({ block: "nearest" });
}

function move(step) {
  const all = lines();
  if (!all.length) return;
  const next = all.indexOf(chosen()) + step;
  choose(Math.abs(step) === 1 ? (next + all.length) % all.length : next);
}

function enter() {
  if (results.dataset.for === text.value && lines().length) openChosen();
  else waiting = true;
}

function openChosen() {
  waiting = false;
  chosen()?.click();
}
