// The note being written: kept at each pause, never lost. While the program does not answer, is locked, or another
// window wrote in the same draft, the text stays in this page (in memory only) and says so.

import { enter as enterMargin, settled } from "./margin.js";
import { csrf, post } from "./posting.js";

const form = document.getElementById("note-form");
const note = document.getElementById("note");
const revision = document.getElementById("revision");
const state = document.querySelector("[data-state]");
const conflict = document.getElementById("conflict");
const again = document.getElementById("sign-in-again");

const PAUSE = 900;
const AGAIN = 4_000;
let kept = note.value; // what the program has
let timer = 0;
let saving = null;
let stopped = false; // a conflict waits for a person
let leaving = false;
let said = state.textContent; // the last words about what is kept

const changed = () => note.value !== kept;

note.addEventListener("input", () => { resize(); later(PAUSE); if (!stopped) say(form.dataset.sayTyping); });
document.addEventListener("unlocked", () => later(0));
document.addEventListener("carnet:before-lock", (event) => event.detail.waitFor(save()));
document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
window.addEventListener("carnet:connection", (event) => { if (event.detail.online) save(); });
window.addEventListener("beforeunload", (event) => { if (changed() && !leaving) event.preventDefault(); });
form.addEventListener("submit", signing);
document.getElementById("drop-form").addEventListener("submit", dropping);
document.addEventListener("keydown", keys);
conflict.addEventListener("click", (event) => resolve(event.target.dataset?.resolve));

resize();
note.setSelectionRange(note.value.length, note.value.length);

function resize() {
  if (CSS.supports("field-sizing", "content")) return;
  note.style.height = "auto";
  note.style.height = `${note.scrollHeight + 2}px`;
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(save, ms);
}

function say(words, kind = "") {
  if (state.textContent !== words) state.textContent = words;
  state.dataset.kind = kind;
}

async function save() {
  clearTimeout(timer);
  while (saving) await saving;
  if (stopped) return;
  if (!changed()) return say(said);
  saving = send(note.value).finally(() => { saving = null; });
  if ((await saving) && changed()) later(PAUSE);
}

// Whether the program has the text now.
async function send(text) {
  try {
    const answer = await post(form.dataset.save, { text, revision: revision.value }, "application/json");
    heard(answer.status, await answer.json().catch(() => ({})), text);
    return answer.status === 200;
  } catch {
    say(form.dataset.sayLost, "settle");
    later(AGAIN);
    return false;
  }
}

function heard(status, answer, text) {
  if (status === 200) return saved(answer, text);
  if (status === 409) return conflicting(answer);
  if (status === 401) return lock(answer);
  if (status === 403) renew();
  say(answer.sentence || form.dataset.sayRefused, "settle");
  if (answer.url) offerDoor(answer.url);
  if (status >= 500 || status === 0) later(AGAIN);
}

function saved(answer, text) {
  kept = text;
  again.hidden = true;
  revision.value = answer.revision;
  if (document.documentElement.classList.contains("is-locked")) document.dispatchEvent(new CustomEvent("unlocked"));
  said = `${form.dataset.saySaved} ${answer.saved}`;
  say(changed() ? form.dataset.sayTyping : said);
}

// another window wrote in this draft

function conflicting(answer) {
  stopped = true;
  revision.value = answer.revision;
  conflict.querySelector("[data-theirs]").textContent = answer.text;
  conflict.hidden = false;
  say(form.dataset.sayConflict, "settle");
}

function resolve(how) {
  if (!how) return;
  const theirs = conflict.querySelector("[data-theirs]").textContent;
  kept = theirs;
  if (how === "both") note.value = `${note.value}\n\n${theirs}`;
  if (how === "theirs") note.value = theirs;
  stopped = false;
  conflict.hidden = true;
  resize();
  note.focus();
  save();
}

// locked: the shell covers the page, the text waits in it; signed out: it waits for a sign-in in another tab

function lock(answer) {
  const out = answer.state === "signed-out";
  say(out ? form.dataset.saySignedOut : answer.sentence || form.dataset.sayLocked, "settle");
  if (out) offerDoor(answer.url);
  else document.dispatchEvent(new CustomEvent("locked"));
  later(AGAIN);
}

// Another tab, so that this page and its text stay.
function offerDoor(url) {
  again.querySelector("a").href = url;
  again.hidden = false;
}

// After a sign-in elsewhere the page's token is out of date: take the new one from the page itself.
async function renew() {
  const page = await fetch(location.href, { redirect: "manual" }).then((answer) => (answer.ok ? answer.text() : ""), () => "");
  const fresh = new DOMParser().parseFromString(page, "text/html").querySelector("#note-form [name=csrfmiddlewaretoken]");
  if (!fresh || fresh.value === csrf()) return;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh.value;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh.value }));
  later(0);
}

// signing

async function signing(event) {
  if (leaving) return;
  event.preventDefault();
  if (!note.value.trim()) return empty();
  await settled();
  await save();
  if (stopped) conflict.querySelector("button").focus();
  if (stopped || changed()) return;
  leaving = true;
  form.requestSubmit(event.submitter);
}

// The last words are kept first: what is given up can be taken back whole.
async function dropping(event) {
  if (leaving) return;
  event.preventDefault();
  await save();
  leaving = true;
  event.target.requestSubmit();
}

function empty() {
  say(form.dataset.sayEmpty, "settle");
  note.focus();
}

function keys(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    form.requestSubmit(document.getElementById(event.shiftKey ? "sign-print" : "sign"));
  } else if (event.key === "F6") {
    event.preventDefault();
    if (document.activeElement === note && enterMargin()) return;
    (document.activeElement === note || document.activeElement.closest(".offer") ? document.getElementById("previous") : note)?.focus();
  } else if (event.key === "Escape" && event.target.closest(".aside, .side")) {
    note.focus();
  }
}
