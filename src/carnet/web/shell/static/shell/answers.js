// A list that follows what is typed (data-follows="id of the field") acts only while it answers the words that stand in
// the field now, and a line of it only once a person can have seen it in its place: a list changes faster than a hand
// stops, and the line that takes the place of another may be another patient.

const SEEN = 200; // milliseconds
const LINES = "a, button";
const known = new WeakMap(); // list → the words it answers, and since when each of its lines stands where it is
let aimed = null; // the line under the pointer when it was pressed, if it could be seen there
let passing = false;

export const answers = (list) => known.get(list)?.words === document.getElementById(list.dataset.follows)?.value;
export const asked = (detail) => detail.requestConfig.parameters.text ?? "";
export const forget = (list) => known.delete(list);

export function seen(line) {
  const since = known.get(line.closest("[data-follows]"))?.since.get(line);
  return since !== undefined && performance.now() - since >= SEEN;
}

// Press a line that nobody has to have seen: the one that the program says was meant.
export function press(line) {
  passing = true;
  line.click();
  passing = false;
}

// An answer to other words than those of the field comes too late, and is not shown.
document.addEventListener("htmx:beforeSwap", ({ target: list, detail }) => {
  if (list.dataset?.follows && asked(detail) !== document.getElementById(list.dataset.follows).value) detail.shouldSwap = false;
}, true);

document.addEventListener("htmx:afterSwap", ({ target: list, detail }) => {
  if (list.dataset?.follows) known.set(list, { words: asked(detail), ...standing(list) });
}, true);

// A line that stood there before, the very same, was seen before.
function standing(list) {
  const before = known.get(list)?.places;
  const since = new Map();
  const places = [...list.querySelectorAll(LINES)].map((line, place) => {
    const says = (line.closest("form") ?? line).outerHTML;
    const stood = before?.[place]?.says === says ? before[place].from : performance.now();
    since.set(line, stood);
    return { says, from: stood };
  });
  return { since, places };
}

const lineOf = (event) => {
  const line = event.target.closest?.("[data-follows]") && event.target.closest(LINES);
  return line?.closest("[data-follows]") ? line : null;
};
const acts = (line) => answers(line.closest("[data-follows]")) && seen(line);

document.addEventListener("pointerdown", (event) => {
  const line = lineOf(event);
  aimed = line && acts(line) ? line : null;
}, true);

document.addEventListener("click", (event) => {
  const line = lineOf(event);
  if (!line || passing || (acts(line) && (!event.detail || line === aimed))) return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);
