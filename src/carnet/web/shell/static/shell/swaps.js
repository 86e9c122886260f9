// After htmx changed a part of the page: the focus returns to where it was, and news marked data-announce is read.

let held = null;

document.addEventListener("htmx:beforeSwap", () => {
  const focused = document.activeElement;
  held = focused && focused !== document.body ? { id: focused.id, key: focused.dataset.focusKey, place: placeOf(focused), around: focused.parentElement?.closest("[id]")?.id } : null;
});

document.addEventListener("htmx:afterSettle", (event) => {
  announce(event.target);
  if (!held || (document.activeElement && document.activeElement !== document.body)) return;
  const back = found(held);
  back?.focus({ preventScroll: true });
  held = null;
});

function found({ id, key, place, around }) {
  const named = (id && document.getElementById(id)) || (key && document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`));
  if (named) return named;
  const list = document.getElementById(place?.list) || document.getElementById(around)?.querySelector("[data-list]");
  const lines = list ? linesOf(list) : [];
  const line = lines[Math.min(place?.index ?? 0, lines.length - 1)];
  const news = document.querySelector(".notice[data-announce] :is(button, a)");
  return line?.querySelector("a, button, [tabindex]") || news || document.getElementById("main");
}

const linesOf = (list) => [...list.querySelectorAll(".line, [data-line]")];

function placeOf(focused) {
  const list = focused.closest("[data-list][id]");
  const line = focused.closest(".line, [data-line]");
  return list && line ? { list: list.id, index: linesOf(list).indexOf(line) } : null;
}

function announce(part) {
  const news = part.matches?.("[data-announce]") ? part : part.querySelector?.("[data-announce]");
  const live = document.querySelector("[data-live]");
  if (!news || !live) return;
  live.textContent = "";
  setTimeout(() => { live.textContent = news.dataset.announce || news.textContent; }, 50);
}
