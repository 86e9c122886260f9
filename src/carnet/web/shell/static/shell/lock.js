// Locks after a quarter of an hour without a gesture, by the button, or when the program says so; and tells the
// program now and then that the page is in use while somebody reads. The page underneath keeps what is typed: it is
// covered, not left. `carnet:before-lock` lets a screen save first (event.detail.waitFor(promise)).

const { lockAfter = 900, alive } = document.body.dataset;
const lockForm = document.getElementById("lock-form");
const screen = document.getElementById("lock-screen");
const place = screen?.querySelector("[data-place]");
const empty = place?.innerHTML;
const TELL_EVERY = 120_000;
let lastGesture = Date.now();
let lastTold = Date.now();
let focused = null;

for (const gesture of ["pointerdown", "keydown", "wheel", "touchmove"]) {
  document.addEventListener(gesture, noticed, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", check);
document.addEventListener("locked", cover); // HX-Trigger of an answer
document.addEventListener("unlocked", uncover);
document.addEventListener("htmx:responseError", explain);
lockForm?.addEventListener("submit", (event) => { event.preventDefault(); lock(); });
screen?.addEventListener("cancel", (event) => event.preventDefault());
screen?.querySelector("[data-again]").addEventListener("click", askUnlock);
setInterval(check, 5_000);

function isOver() {
  return Date.now() - lastGesture > lockAfter * 1000;
}

function noticed() {
  if (screen?.open || isOver()) return check();
  lastGesture = Date.now();
  if (lastGesture - lastTold < TELL_EVERY) return;
  lastTold = lastGesture;
  send(alive).then((answer) => { if (answer.status === 401) cover(); }, () => {});
}

function check() {
  if (lockForm && !screen.open && isOver()) lock();
}

async function lock() {
  focused = lockForm.contains(document.activeElement) ? document.querySelector("[autofocus]") ?? document.activeElement : document.activeElement;
  const saving = [];
  document.dispatchEvent(new CustomEvent("carnet:before-lock", { detail: { waitFor: (promise) => saving.push(promise) } }));
  document.documentElement.classList.add("is-locked");
  await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 5_000))]);
  await send(lockForm.action).catch(() => {});
  cover();
}

function cover() {
  if (!screen || screen.open) return;
  if (!document.documentElement.classList.contains("is-locked")) focused = document.activeElement;
  for (const other of document.querySelectorAll("dialog[open]")) other.close();
  document.documentElement.classList.add("is-locked");
  screen.showModal();
  askUnlock();
}

// Signed out meanwhile: the form cannot come; say why, keep the page.
function explain(event) {
  if (!screen?.open || !place.contains(event.detail.target)) return;
  const words = place.querySelector("[data-words]");
  try { words.textContent = JSON.parse(event.detail.xhr.responseText).sentence; } catch { /* the usual words stay */ }
}

function askUnlock() {
  window.htmx.ajax("GET", screen.dataset.unlock, { target: place, swap: "innerHTML" }).then(() => {
    place.querySelector('input[type="password"]')?.focus();
  });
}

async function uncover() {
  lastGesture = Date.now();
  await freshen().catch(() => {});
  document.documentElement.classList.remove("is-locked");
  screen?.close();
  if (place) place.innerHTML = empty;
  focused?.focus?.({ preventScroll: true });
}

// After a new sign-in in another tab the forms of this page need the new token.
async function freshen() {
  const answer = await fetch(alive, { headers: { "X-Requested-With": "carnet" } });
  const token = answer.headers.get("X-Carnet-Token");
  if (!token) return;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": token }));
  for (const input of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) input.value = token;
}

function send(url) {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "X-Requested-With": "carnet" };
  return fetch(url, { method: "POST", headers });
}
