// The offers beside the note: asked for at each short pause, each on the line it was read from. The words of the note
// never move; nothing is accepted without a key or a click. Without an answer the note works as before: the margin says so,
// takes no word on offers that are not of these words, and asks again.

import { pause, post, SLOW } from "./posting.js";

const form = document.getElementById("note-form");
const note = document.getElementById("note");
const paper = note.closest(".note-paper");
const mirror = paper.querySelector(".note-mirror");
const live = document.querySelector("[data-live]");
const foot = form.querySelector(".note-foot");
const trends = document.getElementById("trends");
const state = document.getElementById("offers-state");

const PAUSE = 90; // with the answer, the offers stand there within 150 ms
let timer = 0;
const AGAIN = 3_000;
const MOST = 2; // questions at once: on a link that hangs, the saves still find their way
let asked = 0; // the number of the last question
let newest = 0; // the number of the answer on the screen, or just before a word on its way: no older one is shown
let failures = 0;
let notBefore = 0; // after a failure, when the next question may go
let behind = false; // the offers on the screen could not be read anew: none is taken
let missed = false; // a word on an offer was not kept
let notice = ""; // what the margin says until the next letter or word
const asking = new Set();
let saying = Promise.resolve(); // words on offers on their way: a signature waits for them
const underway = new Set(); // the offers that these words are about: with a slow answer they wait no more for a person
let read = null; // the words that the offers on the screen were read from

note.addEventListener("input", () => { notice = ""; draw(); later(); });
window.addEventListener("resize", place);
window.addEventListener("carnet:connection", (event) => { if (event.detail.online) at_once(); });
document.addEventListener("unlocked", at_once);
document.addEventListener("keydown", keys, true);
document.addEventListener("click", (event) => {
  const button = event.target.closest(".offer button");
  if (button) press(button.closest(".offer"), button);
});
document.addEventListener("mouseover", point);
document.addEventListener("focusin", point);

draw();
ask();

function later() {
  clearTimeout(timer);
  timer = setTimeout(() => { if (asking.size < MOST) ask(); }, Math.max(PAUSE, notBefore - Date.now()));
}

function at_once() {
  notBefore = 0;
  later();
}

// True when the offers on the screen were read from these words, or from words a moment ago.
async function ask() {
  while (asking.size >= MOST) await Promise.race(asking);
  const text = note.value;
  if (text === read || !text.trim()) { if (text !== read) show("", text); return upToDate(); }
  const question = send(form.dataset.offers, { text }, text);
  asking.add(question);
  const done = await question;
  asking.delete(question);
  if (done) upToDate();
  else if (note.value !== read) fallBehind();
  else upToDate(); // a newer answer came meanwhile
  if (note.value !== read) later();
  return done;
}

async function send(url, fields, text) {
  const number = ++asked;
  const marking = url === form.dataset.mark;
  const late = setTimeout(() => { if (!behind && (marking || read !== note.value)) tellState(form.dataset.sayOffersSlow); }, SLOW);
  if (marking) newest = number - 1;
  try {
    const answer = await post(url, fields);
    if (!answer.ok) return false;
    if (number > newest) { newest = number; show(answer.body, text); return true; }
    if (marking) read = null;
    later(); // an older answer never takes the place of a newer one
    return true;
  } catch {
    return false; // the note itself says that the connection is lost
  } finally {
    clearTimeout(late);
  }
}

function upToDate() {
  failures = notBefore = 0;
  bar(false);
  tellState(notice);
  return true;
}

function fallBehind() {
  failures += 1;
  notBefore = Date.now() + pause(failures, AGAIN);
  bar(true);
  tellState(form.dataset.sayOffersBehind);
}

function tellState(words) {
  if (state.textContent !== words) state.textContent = words;
}

// They stay where they are, so that nothing moves and the focus is kept, but none can be taken.
function bar(on) {
  behind = on;
  document.getElementById("offers").classList.toggle("is-behind", on);
  for (const button of document.querySelectorAll("#offers .offer button")) on ? button.setAttribute("aria-disabled", "true") : button.removeAttribute("aria-disabled");
}

// True, and told, when no word on an offer can be taken now; the question goes again at once.
function barred() {
  if (!behind) return false;
  tell(form.dataset.sayOffersBehind);
  at_once();
  return true;
}

// Put the new offers in the place of the old ones; the focus stays on the same offer.
function show(html, text) {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const key = document.activeElement?.dataset?.focusKey;
  const opened = document.querySelector(".offer-quiet details")?.open;
  for (const id of ["offers", "today"]) {
    const here = document.getElementById(id);
    const there = parsed.getElementById(id);
    if (there) here.replaceWith(document.adoptNode(there));
    else { here.replaceChildren(); if (id === "today") here.hidden = true; }
  }
  read = text;
  for (const one of document.querySelectorAll("#offers .offer[data-measure]")) trend(one);
  if (opened) document.querySelector(".offer-quiet details")?.setAttribute("open", "");
  if (key) document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`)?.focus();
  draw();
}

// Earlier values of what is measured, drawn with the page: a small curve, the last value and its day.
function trend(offer) {
  const drawn = trends?.content.querySelector(`[data-measure="${CSS.escape(offer.dataset.measure)}"]`);
  if (drawn) offer.querySelector(".offer-said").append(" ", drawn.cloneNode(true));
}

// The words behind the note, with what was read marked in them: it gives each line its place.
function draw() {
  const marks = note.value === read ? [...document.querySelectorAll("#offers .offer:not(.is-refused)")] : [];
  const spans = marks.map((one) => ({ from: place_of(one.dataset.start), to: place_of(one.dataset.end), kind: kind_of(one), key: one.dataset.key }));
  spans.sort((one, other) => one.from - other.from || other.to - one.to);
  mirror.replaceChildren();
  let at = 0;
  for (const span of spans) {
    if (span.from < at) continue;
    words(note.value.slice(at, span.from));
    const mark = document.createElement("span");
    mark.className = `read read-${span.kind}`;
    mark.dataset.of = span.key;
    mark.textContent = note.value.slice(span.from, span.to);
    mirror.append(mark);
    at = span.to;
  }
  words(`${note.value.slice(at)}\u200b`);
  place();
}

// Lines of the note as elements of their own, so that each can be asked where it is.
function words(text) {
  text.split("\n").forEach((line, index) => {
    if (index) { mirror.append("\n"); const start = document.createElement("span"); start.className = "line-start"; mirror.append(start); }
    mirror.append(line);
  });
}

const kind_of = (offer) => offer.className.match(/offer-(\w+)/)[1];

// Code points, as the program counts, to the units of a string here.
function place_of(points) {
  let units = 0;
  for (const character of note.value) {
    if (points-- <= 0) break;
    units += character.length;
  }
  return units;
}

function place() {
  const tops = tops_of_lines();
  let free = 0;
  for (const group of document.querySelectorAll("#offers > .offer-line")) {
    if (getComputedStyle(group).position !== "absolute") { group.style.removeProperty("top"); continue; }
    const wanted = group.dataset.line === undefined ? free : tops[group.dataset.line] ?? free;
    const top = Math.max(wanted, free);
    group.style.top = `${top}px`;
    free = top + group.offsetHeight + 2;
  }
  const list = document.getElementById("offers");
  if (list) list.style.minHeight = free ? `${free}px` : "";
}

function tops_of_lines() {
  const base = mirror.getBoundingClientRect().top;
  const padding = parseFloat(getComputedStyle(mirror).paddingTop);
  const starts = [...mirror.querySelectorAll(".line-start")].map((one) => one.getBoundingClientRect().top - base);
  return [padding, ...starts];
}

// The words of the offer under the pointer or the focus stand out.
function point(event) {
  const offer = event.target.closest?.(".offer");
  for (const mark of mirror.querySelectorAll(".is-pointed")) mark.classList.remove("is-pointed");
  if (offer) mirror.querySelector(`[data-of="${CSS.escape(offer.dataset.key)}"]`)?.classList.add("is-pointed");
}

function say(offers, verdict, from = null) {
  notice = "";
  for (const one of offers) underway.add(one.dataset.key);
  saying = saying.then(() => keep(offers, verdict, from)).finally(() => { for (const one of offers) underway.delete(one.dataset.key); });
  return saying;
}

// A second press takes the word back, even before the program has answered to the first.
function press(offer, button) {
  if (barred()) return;
  const verdict = button.matches(".offer-take") ? "accepted" : "refused";
  const was = offer.classList.contains(`is-${verdict}`) || (verdict === "accepted" && underway.has(offer.dataset.key));
  say([offer], was ? "" : verdict, button);
}

// True when everything that was said of the offers is kept.
export async function settled() {
  missed = false;
  await saying;
  return !missed;
}

// Only what the person saw: an offer whose words changed meanwhile is shown again and waits.
async function keep(offers, verdict, from) {
  if (read !== note.value && !(await ask())) return miss();
  const here = new Map([...document.querySelectorAll("#offers .offer")].map((one) => [one.dataset.key, one]));
  const waiting = offers.map((one) => [one, here.get(one.dataset.key)]).filter(([saw, now]) => now?.dataset.words === saw.dataset.words).map(([, now]) => now);
  if (!waiting.length) return offers.length ? tell(form.dataset.sayChanged) : undefined;
  for (const one of waiting) {
    one.classList.toggle("is-accepted", verdict === "accepted");
    one.classList.toggle("is-refused", verdict === "refused");
  }
  const next = verdict === "refused" && from ? neighbour(from) : "";
  const done = await send(form.dataset.mark, { text: note.value, key: waiting.map((one) => one.dataset.key), words: waiting.map((one) => one.dataset.words), verdict }, note.value);
  if (!done) { read = null; fallBehind(); later(); return miss(); }
  upToDate();
  // Who has gone back to the words meanwhile stays there.
  if (next && document.activeElement !== note) (document.querySelector(`[data-focus-key="${CSS.escape(next)}"]`) || note).focus();
  const kept = `${waiting.length} ${waiting.length > 1 ? form.dataset.sayTakenMany : form.dataset.sayTaken}${all().some(waits) ? "" : `. ${form.dataset.sayAll}`}`;
  tell(verdict === "accepted" ? kept : verdict === "refused" ? form.dataset.sayLeft : form.dataset.sayUndone);
}

function miss() {
  missed = true;
  notice = form.dataset.sayNotKept;
  tell(notice);
}

function tell(words) {
  if (live) live.textContent = words;
}

function neighbour(button) {
  const all = [...document.querySelectorAll("#offers .offer-take")];
  const place = all.indexOf(button.closest(".offer").querySelector(".offer-take"));
  return (all[place + 1] || all[place - 1])?.dataset.focusKey;
}

const line_of_cursor = () => note.value.slice(0, note.selectionStart).split("\n").length - 1;
const line_of = (offer) => Number(offer.closest(".offer-line").dataset.line ?? -1);
const all = () => [...document.querySelectorAll("#offers .offer")].filter((one) => one.offsetParent);
const unsaid = (offer) => !offer.classList.contains("is-accepted") && !offer.classList.contains("is-refused");
// What a person still has to look at: not what the record already says, nor what is folded away.
const waits = (offer) => unsaid(offer) && !underway.has(offer.dataset.key) && !offer.classList.contains("is-known") && !offer.closest(".offer-quiet");
const take = (offer) => offer.querySelector(".offer-take");

// The offers of the line, or all that are certain: of those on the screen when the key went down, never one unseen. One
// of the line that is not on the screen is shown first. On a line where nothing waits the key goes to the nearest offer
// that does. Neither accepts anything.
async function acceptMany(every, from) {
  if (barred()) return;
  const line = from ? line_of(from) : line_of_cursor();
  const chosen = every ? "#offers .offer[data-certain]" : `#offers [data-line="${line}"] .offer`;
  const open = [...document.querySelectorAll(chosen)].filter((one) => unsaid(one) && !one.closest(".offer-quiet"));
  const seen = every ? open.filter(in_view) : open;
  const hidden = seen.find((one) => !in_view(one));
  if (hidden) return take(hidden).focus();
  if (!seen.length && !every && all().some(waits)) return enter();
  if (read !== note.value && !seen.length) await ask();
  if (!seen.length) return tell(open.length ? form.dataset.sayUnseen : form.dataset.sayNone);
  const said = say(seen, "accepted");
  if (from) onward(from, seen);
  await said;
}

function in_view(offer) {
  const { top, bottom } = offer.getBoundingClientRect();
  return offer.offsetParent && top >= form.getBoundingClientRect().top - 1 && top >= 0 && bottom <= foot.getBoundingClientRect().top + 1;
}

async function keys(event) {
  if (document.querySelector("dialog[open]")) return;
  const offer = event.target.closest?.(".offer");
  if (event.key === "Enter" && event.altKey && !event.ctrlKey) {
    event.preventDefault();
    if (!event.repeat) acceptMany(event.shiftKey, offer);
    return;
  }
  if (!offer || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Enter" && event.target.closest(".offer-take")) return accept(event, offer);
  if (["ArrowDown", "ArrowUp"].includes(event.key)) return step(event, offer, event.key === "ArrowDown" ? 1 : -1);
  if (event.key === "Delete") { event.preventDefault(); return barred() || say([offer], "refused", take(offer)); }
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); note.focus(); }
}

// Enter accepts, then goes to the next offer that waits: a key too many takes nothing back (Space does, or Delete).
function accept(event, offer) {
  event.preventDefault();
  if (event.repeat || barred()) return;
  if (!offer.classList.contains("is-accepted") && !underway.has(offer.dataset.key)) say([offer], "accepted");
  onward(offer, [offer]);
}

// The next one that waits below, else the first above; the focus stays where it is when none does.
function onward(offer, done) {
  const listed = all();
  const here = listed.indexOf(offer);
  const rest = [...listed.slice(here + 1), ...listed.slice(0, here)].filter((one) => waits(one) && !done.includes(one));
  if (rest.length) take(rest[0]).focus();
}

function step(event, offer, by) {
  event.preventDefault();
  const listed = all();
  const next = listed[listed.indexOf(offer) + by];
  if (next) take(next).focus();
}

// F6 goes from the note to the nearest offer that waits, else to the nearest one; the line above comes before the one
// below, since it was just typed: see consultation.js.
export function enter() {
  const line = line_of_cursor();
  const far = (offer) => { const by = line_of(offer) - line; return by > 0 ? by + 0.5 : -by; };
  const listed = all().filter((one) => !one.closest(".offer-quiet"));
  const [near] = (listed.some(waits) ? listed.filter(waits) : listed.length ? listed : all()).sort((one, other) => far(one) - far(other));
  if (near) take(near).focus();
  return Boolean(near);
}
