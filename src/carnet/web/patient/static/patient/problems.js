// A problem goes up or down in place: the column is taken anew from the answer, the focus stays on the same problem, and
// its key works again at once. Without this script each step is a page.

const STEPS = ["up", "down"];
let going = Promise.resolve(); // one step after the other: the keyboard repeats faster than a page comes

document.addEventListener("submit", (event) => {
  const form = event.target.closest?.(".moves form");
  if (!form || !STEPS.includes(event.submitter?.value)) return;
  event.preventDefault();
  const [key, step] = [form.closest(".moves").querySelector("summary").dataset.focusKey, event.submitter.value];
  going = going.then(() => move(key, step));
});

async function move(key, step) {
  const form = summary(key)?.closest(".moves").querySelector("form");
  if (!form) return;
  const body = new URLSearchParams(new FormData(form));
  body.set("to", step);
  const answer = await fetch(form.action, { method: "POST", body }).catch(() => null);
  const html = answer?.ok && (await answer.text().catch(() => "")); // a link that is cut in the middle too
  if (!html) return location.reload();
  const page = new DOMParser().parseFromString(html, "text/html");
  const [here, there] = [document.getElementById("synthesis"), page.getElementById("synthesis")];
  if (!there) return location.reload();
  here.replaceChildren(...document.adoptNode(there).childNodes);
  summary(key)?.focus({ preventScroll: true });
  const said = page.querySelector(".messages span")?.textContent;
  if (said) document.querySelector("[data-live]").textContent = said;
}

const summary = (key) => document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`);
