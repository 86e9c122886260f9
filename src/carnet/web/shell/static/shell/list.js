// Lists marked data-list, while they have the focus: arrows or j k move, Home and End jump, Enter opens (a link
// does that by itself), and a letter presses the button of the line that names it (data-key="e").
// F6 goes from list to list; j with no focus anywhere enters the first; the down arrow goes from a filter to its list.
// Single letters can be switched off (data-letters on <html>); nothing is read while a person writes.

const stops = (list) => [...list.querySelectorAll(".line-link, .line > :is(a, button), [data-stop]")].filter((stop) => stop.offsetParent);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  const nowhere = document.activeElement === document.body || document.activeElement?.id === "main";
  const filtered = event.key === "ArrowDown" && document.getElementById(event.target.dataset?.filters ?? "");
  const goal = event.key === "F6" ? otherList(event.shiftKey ? -1 : 1)
    : event.key === "j" && nowhere && lettersOn() ? lists().find((list) => list.closest("main")) ?? lists()[0] : filtered;
  if (!goal || !stops(goal).length) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  stops(goal)[0].focus();
});

const lists = () => [...document.querySelectorAll("[data-list]")].filter((list) => stops(list).length);

function otherList(step) {
  const all = lists();
  const here = all.findIndex((list) => list.contains(document.activeElement));
  return here < 0 ? all[0] : all[(here + step + all.length) % all.length];
}

document.addEventListener("keydown", (event) => {
  const list = event.target.closest("[data-list]");
  if (!list || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
  if (moved(list, event) || pressed(event)) event.preventDefault();
});

function moved(list, event) {
  const all = stops(list);
  const here = all.findIndex((stop) => stop === event.target || lineOf(stop) === lineOf(event.target));
  const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1, ...letterMoves(here) }[event.key];
  if (next === undefined) return false;
  all[Math.max(0, Math.min(next, all.length - 1))]?.focus();
  return true;
}

const letterMoves = (here) => (lettersOn() ? { j: here + 1, k: here - 1 } : {});

function pressed(event) {
  if (!lettersOn() || event.key.length !== 1) return false;
  const button = lineOf(event.target)?.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  button?.click();
  return Boolean(button);
}

const lineOf = (node) => node.closest(".line, [data-line]");
const lettersOn = () => document.documentElement.dataset.letters !== "off";
const isWriting = (node) => node.matches("textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio])");
