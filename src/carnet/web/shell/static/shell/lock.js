// Locks the page after a quarter of an hour without a gesture, and tells the program now and then that the page is
// in use while somebody reads. Before it locks, `carnet:before-lock` lets the page save what is typed.

const lockAfter = Number(document.body.dataset.lockAfter || 900) * 1000;
const tellEvery = 120_000;
const lockForm = document.getElementById("lock-form");
let lastGesture = Date.now();
let lastTold = Date.now();
let locking = false;

for (const gesture of ["pointerdown", "keydown", "wheel", "touchmove"]) {
  document.addEventListener(gesture, noticed, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", check);
setInterval(check, 5_000);

function noticed() {
  if (Date.now() - lastGesture > lockAfter) return check();
  lastGesture = Date.now();
  if (lastGesture - lastTold < tellEvery) return;
  lastTold = lastGesture;
  fetch(document.body.dataset.alive, { method: "POST", headers: csrf(), redirect: "manual" }).catch(() => {});
}

function csrf() {
  return JSON.parse(document.body.getAttribute("hx-headers") || "{}");
}

async function check() {
  if (!lockForm || locking || Date.now() - lastGesture < lockAfter) return;
  locking = true;
  const saving = [];
  document.dispatchEvent(new CustomEvent("carnet:before-lock", { detail: { waitFor: (promise) => saving.push(promise) } }));
  document.body.inert = true;
  await Promise.race([Promise.allSettled(saving), new Promise((done) => setTimeout(done, 5_000))]);
  lockForm.submit();
}
