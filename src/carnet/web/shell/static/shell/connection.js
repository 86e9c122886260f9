// Says in the bar when the program does not answer or refused a request, and when it answers again. Nothing typed is
// lost: a failed request leaves the page as it is, and so does a form that nobody would receive.

const bar = document.querySelector("[data-connection]");
const LIMIT = 20_000; // what answers no sooner is not there
const BACK = 10_000; // how long it says so: who looks elsewhere sees it too
let lost = false;
let retry = 0;
let asking = false; // whether a form may leave the page
let passing = false; // it may

document.addEventListener("htmx:sendError", () => say(false));
document.addEventListener("htmx:timeout", () => say(false));
document.addEventListener("htmx:afterRequest", (event) => { if (event.detail.xhr?.status) say(true); });
document.addEventListener("htmx:responseError", (event) => refused(event.detail.xhr));
document.addEventListener("htmx:beforeSwap", (event) => {
  if (!event.detail.shouldSwap || !isSentence(event.detail.xhr)) return;
  event.detail.shouldSwap = false; // a refusal in one sentence belongs in the bar, not in the place of the answer
  refused(event.detail.xhr);
});
window.addEventListener("submit", leaving); // after every script that sends a form by itself
window.addEventListener("offline", () => say(false));
window.addEventListener("online", ask);
// The banner gives way to what the bar says: the name of the patient is never under it.
if (bar) new ResizeObserver(() => document.documentElement.style.setProperty("--connection", `${bar.offsetHeight}px`)).observe(bar);

function say(online) {
  if (!bar || lost === !online) return;
  lost = !online;
  window.dispatchEvent(new CustomEvent("carnet:connection", { detail: { online } }));
  show(online ? bar.dataset.back : bar.dataset.lost, online ? BACK : 0);
  clearInterval(retry);
  if (lost) retry = setInterval(ask, 5_000);
}

const isSentence = (xhr) => xhr.getResponseHeader("X-Carnet-Refusal") === "1";

function refused(xhr) {
  if (stateOf(xhr) === "locked") return; // lock.js covers the page
  const usual = xhr.status === 401 || xhr.status === 403 ? bar.dataset.denied : bar.dataset.refused;
  show(sentenceOf(xhr) || usual, 15_000);
}

function sentenceOf(xhr) {
  return isSentence(xhr) ? xhr.responseText : answerOf(xhr).sentence;
}

const stateOf = (xhr) => answerOf(xhr).state;

function answerOf(xhr) {
  if (!(xhr.getResponseHeader("Content-Type") || "").includes("json")) return {};
  try { return JSON.parse(xhr.responseText) || {}; } catch { return {}; }
}

function show(words, forMs) {
  bar.textContent = words;
  if (forMs) setTimeout(() => { if (bar.textContent === words) bar.textContent = ""; }, forMs);
}

function ask() {
  reach().then(() => say(true), () => {});
}

function reach() {
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "X-Carnet-Idle": "1" };
  return fetch(document.body.dataset.alive, { method: "POST", headers, signal: AbortSignal.timeout(LIMIT) });
}

// A form that leads to another page leaves this one only towards a program that answers: on a link that is cut the page
// stays, with what was typed in it.
async function leaving(event) {
  const { target: form, submitter } = event;
  if (passing || event.defaultPrevented || form.getAttribute("method") !== "post") return;
  event.preventDefault();
  if (asking) return;
  asking = true;
  if (await isThere()) send(form, submitter);
  asking = false;
}

async function isThere() {
  try {
    const answer = await reach();
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("locked"));
    return answer.status !== 401;
  } catch {
    say(false);
    show(bar.dataset.unsent);
    return false;
  }
}

function send(form, submitter) {
  passing = true;
  form.requestSubmit(submitter);
  passing = false;
}
