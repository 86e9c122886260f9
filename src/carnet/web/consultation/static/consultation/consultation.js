// The note being written: kept at each pause, never lost. While the program does not answer, is locked, or another
// window wrote in the same draft, the text stays in this page (in memory only) and says so.

import { enter as enterMargin, flag, rest, settled } from "./margin.js";
import { csrf, LIMIT, pause, post, SLOW } from "./posting.js";

const form = document.getElementById("note-form");
const note = document.getElementById("note");
const revision = document.getElementById("revision");
const state = document.querySelector("[data-state]");
const conflict = document.getElementById("conflict");
const again = document.getElementById("sign-in-again");
const see = document.getElementById("see-record");
const verbs = [...document.querySelectorAll(".note-foot button")];

const PAUSE = 900;
const MOST = 5_000; // who types without a pause is kept all the same
const AGAIN = 4_000;
const SOON = 300; // a save that takes less is not shown under way
let kept = note.defaultValue; // what the program has; null while nobody knows whether a verb was carried out
let timer = 0;
let since = 0; // when the first letter came that was not sent
let saving = null;
let stopped = false; // a conflict waits for a person
let leaving = false;
let busy = false; // a verb is under way: the words wait as they are
let failures = 0; // tries in a row without an answer
let notBefore = 0; // after a failure, when the next try may go
let said = state.textContent; // the last words about what is kept
let trouble = ""; // why the last try failed, until one goes through
let progress = ""; // how the save under way is told
let outcome = ""; // how a verb ended that did not go through, until the next letter or verb
let doubt = null; // a verb that got no answer: the note it was asked of, how it is told, and how once it is sure that it was not carried out
let shut = false; // the program has no such draft any more
const sent = new Set(); // texts without an answer: the program may have them

const changed = () => note.value !== kept;

note.addEventListener("input", () => { resize(); typed(); if (!doubt) outcome = ""; show(); });
document.addEventListener("unlocked", () => { notBefore = 0; later(0); });
document.addEventListener("carnet:before-lock", (event) => event.detail.waitFor(save()));
document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
window.addEventListener("carnet:connection", (event) => { if (event.detail.online) save(); });
window.addEventListener("beforeunload", (event) => { if (changed() && !leaving) event.preventDefault(); });
form.addEventListener("submit", signing);
document.getElementById("drop-form").addEventListener("submit", dropping);
document.addEventListener("keydown", keys);
conflict.addEventListener("click", (event) => resolve(event.target.dataset?.resolve));

resize();
if (changed()) later(PAUSE); // typed before this script had come
else note.setSelectionRange(note.value.length, note.value.length);

function resize() {
  if (CSS.supports("field-sizing", "content")) return;
  note.style.height = "auto";
  note.style.height = `${note.scrollHeight + 2}px`;
}

// Once it is time the letters that come do not put the save off again: a slow computer has one before any timer ends.
function typed() {
  const now = Date.now();
  since ||= now;
  if (now - since >= MOST && now >= notBefore && !saving) save();
  else later(Math.min(PAUSE, Math.max(0, since + MOST - now)));
}

function later(ms) {
  clearTimeout(timer);
  timer = setTimeout(() => { if (!saving) save(); }, Math.max(ms, notBefore - Date.now()));
}

function say(words, kind = "") {
  if (state.textContent !== words) state.textContent = words;
  state.dataset.kind = kind;
}

// How the words stand: a verb that did not go through, then a save that did not, then one under way.
function show() {
  if (busy) return;
  if (outcome || trouble) return say(outcome || trouble, "settle");
  say(progress || (changed() ? form.dataset.sayTyping : said));
}

// Never two at once: who comes meanwhile waits for the first.
async function save() {
  clearTimeout(timer);
  while (saving) await saving;
  if (stopped) return;
  if (!changed()) return show();
  since = 0;
  saving = send(note.value).finally(() => { saving = null; });
  const done = await saving;
  if (done === "again") return save();
  if (done && changed()) later(PAUSE);
}

// Whether the program has the text now; "again" when it has an earlier one of this page.
async function send(text) {
  sent.add(text.normalize("NFC"));
  try {
    const answer = await underway(post(form.dataset.save, { text, revision: revision.value }, "application/json"));
    return heard(answer.status, parsed(answer.body), text);
  } catch (error) {
    failed(error.name === "AbortError" ? form.dataset.sayMute : form.dataset.sayLost);
    return false;
  }
}

async function underway(answer) {
  const tell = (words) => { progress = words; show(); };
  const timers = [[SOON, form.dataset.saySaving], [SLOW, form.dataset.saySlow]].map(([ms, words]) => setTimeout(tell, ms, words));
  try { return await answer; } finally { timers.forEach(clearTimeout); progress = ""; }
}

function parsed(body) {
  try { return JSON.parse(body) || {}; } catch { return {}; }
}

function heard(status, answer, text) {
  if (status === 200 || status === 409) rest(false); // the draft is there
  if (status === 200) return saved(answer, text);
  if (status === 409) return moved(answer);
  if (status >= 500 || status === 0) return failed(answer.sentence || form.dataset.sayRefused);
  failures = 0;
  if (status === 401) return lock(answer);
  if (status === 404 && doubt) return closed();
  if (status === 403) renew();
  trouble = answer.sentence || form.dataset.sayRefused;
  show();
  if (answer.url) offerDoor(answer.url);
  return false;
}

function failed(words) {
  trouble = words;
  failures += 1;
  notBefore = Date.now() + pause(failures, AGAIN);
  later(0);
  show();
  return false;
}

function saved(answer, text) {
  kept = text;
  trouble = "";
  failures = notBefore = 0;
  sent.clear();
  again.hidden = true;
  revision.value = answer.revision;
  if (document.documentElement.classList.contains("is-locked")) document.dispatchEvent(new CustomEvent("unlocked"));
  said = `${form.dataset.saySaved} ${answer.saved}`;
  if (doubt && !busy) outcome = doubt.not;
  doubt = null;
  show();
  return true;
}

// A save whose answer never came is no other window.
function moved(answer) {
  if (!sent.has(answer.text)) return conflicting(answer);
  revision.value = answer.revision;
  return "again";
}

// another window wrote in this draft

function conflicting(answer) {
  stopped = true;
  revision.value = answer.revision;
  conflict.querySelector("[data-theirs]").textContent = answer.text;
  conflict.hidden = false;
  trouble = form.dataset.sayConflict;
  show();
  return false;
}

function resolve(how) {
  if (!how) return;
  const theirs = conflict.querySelector("[data-theirs]").textContent;
  kept = theirs;
  if (how === "both") note.value = `${note.value}\n\n${theirs}`;
  if (how === "theirs") note.value = theirs;
  stopped = false;
  trouble = "";
  conflict.hidden = true;
  resize();
  note.focus();
  save();
}

// locked: the shell covers the page, the text waits in it; signed out: it waits for a sign-in in another tab

function lock(answer) {
  const out = answer.state === "signed-out";
  trouble = out ? form.dataset.saySignedOut : answer.sentence || form.dataset.sayLocked;
  show();
  if (out) offerDoor(answer.url);
  else document.dispatchEvent(new CustomEvent("locked"));
  later(AGAIN);
  return false;
}

// Another tab, so that this page and its text stay.
function offerDoor(url) {
  again.querySelector("a").href = url;
  again.hidden = false;
}

// After a sign-in elsewhere the page's token is out of date: take the new one from the page itself.
async function renew() {
  const fresh = new DOMParser().parseFromString(await thisPage(), "text/html").querySelector("#note-form [name=csrfmiddlewaretoken]");
  if (!fresh || fresh.value === csrf()) return;
  for (const field of document.querySelectorAll("[name=csrfmiddlewaretoken]")) field.value = fresh.value;
  document.body.setAttribute("hx-headers", JSON.stringify({ "X-CSRFToken": fresh.value }));
  later(0);
}

async function thisPage() {
  const answer = await fetch(location.href, { redirect: "manual", signal: AbortSignal.timeout(LIMIT) }).catch(() => null);
  return answer?.ok ? answer.text().catch(() => "") : "";
}

// signing and giving up: one verb at a time, told at once, given up after a limit. They are sent by script, so that a link
// that is cut leaves this page and its words. The program closes the draft with the signature: a second one finds nothing
// to sign.

const SIGNATURE = { mute: form.dataset.saySignMute, cut: form.dataset.saySignCut, not: form.dataset.sayNotSigned };
const DROP = { mute: form.dataset.sayDropMute, cut: form.dataset.sayDropCut, not: form.dataset.sayNotDropped };

async function signing(event) {
  if (!begins(event)) return;
  if (!note.value.trim()) return empty();
  begin(form.dataset.saySigning);
  const ready = await within(ready_to_sign());
  if (ready === true) return carry_out(form, event.submitter, SIGNATURE);
  end(ready || (ready === null || failures ? notSigned() : ""));
  if (stopped) conflict.querySelector("button").focus();
}

// True, or why not; nothing when the state of the draft says it.
async function ready_to_sign() {
  if (!(await settled())) return form.dataset.saySignMissed;
  await save();
  if (shut) return form.dataset.sayClosed;
  return !stopped && !changed();
}

// An earlier signature may still be without an answer.
function notSigned() {
  if (doubt) return doubt.mute;
  return trouble === form.dataset.sayLost ? form.dataset.sayNotSignedCut : form.dataset.sayNotSigned;
}

// The last words are kept first: what is given up can be taken back whole.
async function dropping(event) {
  if (!begins(event)) return;
  begin(form.dataset.sayDropping);
  const done = await within(save());
  if (done === null || (failures && changed() && !stopped)) return end(form.dataset.sayNotDropped);
  carry_out(event.target, event.submitter, DROP);
}

// Null when the limit has passed.
const within = (promise) => Promise.race([promise, new Promise((over) => setTimeout(over, LIMIT, null))]);

// Whether nothing is under way.
function begins(event) {
  event.preventDefault();
  return !busy;
}

let slowly = 0;

function begin(words) {
  outcome = "";
  say(words);
  slowly = setTimeout(say, SLOW, `${words} ${form.dataset.saySlowVerb}`);
  mark_busy(true);
}

function end(words) {
  clearTimeout(slowly);
  outcome = words;
  mark_busy(false);
  show();
}

function mark_busy(on) {
  busy = note.readOnly = on;
  for (const verb of verbs) for (const name of ["aria-busy", "aria-disabled"]) flag(verb, name, on);
}

// The program answers with where to go on, or refuses with a page of its own (nothing was carried out: it is asked for once
// more as a page). Of anything else nobody knows.
async function carry_out(which, verb, told) {
  const words = note.value;
  rest(true);
  try {
    const answer = await post(which.action, Object.fromEntries(new FormData(which, verb)), "application/json");
    if (answer.ok) return leave(parsed(answer.body).url, words);
    if (answer.status === 409 || answer.status === 422) return send_as_page(which);
    wonder({ ...told, words });
  } catch (error) {
    wonder({ ...told, words, mute: error.name === "AbortError" ? told.mute : told.cut });
  }
}

// Should the next page not come, this one says that the draft is closed.
function leave(url, words) {
  leaving = true;
  kept = words;
  location.assign(url);
  setTimeout(() => { mark_busy(false); closed(); }, SLOW);
}

function send_as_page(which) {
  leaving = true;
  which.submit();
}

// Whether it was carried out is known by the draft: still there, or closed.
function wonder(about) {
  kept = null;
  doubt = about;
  end(about.mute);
  later(0);
}

// Nothing is left to save: what was signed or given up had these words, unless letters came since.
function closed() {
  shut = true;
  if (doubt?.words === note.value) kept = note.value;
  doubt = null;
  trouble = "";
  outcome = form.dataset.sayClosed;
  see.hidden = false;
  show();
  return false;
}

function empty() {
  outcome = form.dataset.sayEmpty;
  show();
  note.focus();
}

function keys(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.altKey) {
    if (document.querySelector("dialog[open]")) return;
    event.preventDefault();
    form.requestSubmit(document.getElementById(event.shiftKey ? "sign-print" : "sign"));
  } else if (event.key === "F6") {
    event.preventDefault();
    go_round();
  } else if (event.key === "Escape" && event.target.closest(".aside, .side")) {
    note.focus();
  }
}

// From the note to its offers, to the earlier notes, and back.
function go_round() {
  const here = document.activeElement;
  if (here === note && enterMargin()) return;
  const onward = here === note || here.closest(".offer");
  (onward ? document.getElementById("previous") : note)?.focus();
}
