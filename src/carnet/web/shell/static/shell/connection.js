// Says in the bar when the program does not answer or refused a request, and when it answers again. Nothing typed is
// lost: a failed request leaves the page as it is.

const bar = document.querySelector("[data-connection]");
let lost = false;
let retry = 0;

document.addEventListener("htmx:sendError", () => say(false));
document.addEventListener("htmx:timeout", () => say(false));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr?.status) say(true); });
document.addEventListener("htmx:responseError", (event) => refused(event.detail.xhr.status));
window.addEventListener("offline", () => say(false));
window.addEventListener("online", ask);

function say(online) {
  if (!bar || lost === !online) return;
  lost = !online;
  window.dispatchEvent(new CustomEvent("carnet:connection", { detail: { online } }));
  show(online ? bar.dataset.back : bar.dataset.lost, online ? 4_000 : 0);
  clearInterval(retry);
  if (lost) retry = setInterval(ask, 5_000);
}

function refused(status) {
  show(status === 401 || status === 403 ? bar.dataset.denied : bar.dataset.refused, 12_000);
}

function show(words, forMs) {
  bar.textContent = words;
  if (forMs) setTimeout(() => { if (bar.textContent === words) bar.textContent = ""; }, forMs);
}

function ask() {
  const headers = JSON.parse(document.body.getAttribute("hx-headers") || "{}");
  fetch(document.body.dataset.alive, { method: "POST", headers, redirect: "manual" }).then(() => say(true), () => {});
}
