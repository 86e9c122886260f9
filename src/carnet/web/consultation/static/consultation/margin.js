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
let resting = false; // the draft is being closed, or is: nothing is asked of it
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
  if (resting) return;
  timer = setTimeout(() => { if (asking.size < MOST) ask(); }, Math.max(PAUSE, notBefore - Date.now()));
}

// From the moment that a signature goes until it is known that it was not carried out.
export function rest(on) {
  if (resting === on) return;
  resting = on;
  later();
}

function at_once() {
  notBefore = 0;
  later();
}

// True when the offers on the screen were read from these words, or from words a moment ago.
async function ask() {
  while (asking.size >= MOST) await Promise.race(asking);
  if (resting) return false;
  const text = note.value;
  if (!text.trim() && text !== read) show("", text); // no word, no question
  if (text === read) return upToDate();
  const question = send(form.dataset.offers, { text }, text);
  asking.add(question);
  const done = await question;
  asking.delete(question);
  const current = note.value === read; // by this answer, or by another that came meanwhile
  if (done || current) upToDate();
  else if (!resting) fallBehind();
  if (!current) later();
  return done;
}

// True when the program answered; its offers are shown, unless newer ones are there.
async function send(url, fields, text) {
  const number = ++asked;
  const marking = url === form.dataset.mark;
  if (marking) newest = number - 1;
  const late = setTimeout(() => { if (!behind && (marking || read !== note.value)) tellState(form.dataset.sayOffersSlow); }, SLOW);
  const answer = await post(url, fields).catch(() => null); // the note itself says that the connection is lost
  clearTimeout(late);
  if (!answer?.ok) return false;
  if (number > newest) {
    newest = number;
    show(answer.body, text);
  } else {
    if (marking) read = null;
    later();
  }
  return true;
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
  for (const button of document.querySelectorAll("#offers .offer button")) flag(button, "aria-disabled", on);
}

export function flag(element, name, on) {
  if (on) element.setAttribute(name, "true");
  else element.removeAttribute(name);
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
  const { scrollX, scrollY } = window;
  for (const id of ["offers", "today"]) put(document.getElementById(id), parsed.getElementById(id));
  read = text;
  for (const one of document.querySelectorAll("#offers .offer[data-measure]")) trend(one);
  if (opened) document.querySelector(".offer-quiet details")?.setAttribute("open", "");
  draw();
  if (key) document.querySelector(`[data-focus-key="${CSS.escape(key)}"]`)?.focus({ preventScroll: true });
  window.scrollTo(scrollX, scrollY); // new offers have no height until they are placed
}

function put(here, there) {
  if (there) return here.replaceWith(document.adoptNode(there));
  here.replaceChildren();
  if (here.id === "today") here.hidden = true;
}

// Earlier values of what is measured, drawn with the page: a small curve, the last value and its day.
function trend(offer) {
  const drawn = trends?.content.querySelector(`[data-measure="${CSS.escape(offer.dataset.measure)}"]`);
  if (drawn) offer.querySelector(".offer-said").append(" ", drawn.cloneNode(true));
}

// The words behind the note, with what was read marked in them: it gives each line its place.
function draw() {
  mirror.replaceChildren();
  let at = 0;
  for (const span of spans()) {
    if (span.from < at) continue;
    words(note.value.slice(at, span.from));
    mirror.append(marked(span));
    at = span.to;
  }
  words(`${note.value.slice(at)}\u200b`);
  place();
}

// Where each offer was read; nothing while the offers are those of other words.
function spans() {
  const offers = note.value === read ? [...document.querySelectorAll("#offers .offer:not(.is-refused)")] : [];
  const found = offers.map((one) => ({ from: place_of(one.dataset.start), to: place_of(one.dataset.end), kind: kind_of(one), key: one.dataset.key }));
  return found.sort((one, other) => one.from - other.from || other.to - one.to);
}

function marked({ from, to, kind, key }) {
  const mark = document.createElement("span");
  mark.className = `read read-${kind}`;
  mark.dataset.of = key;
  mark.textContent = note.value.slice(from, to);
  return mark;
}

// Lines of the note as elements of their own, so that each can be asked where it is.
function words(text) {
  const [first, ...others] = text.split("\n");
  mirror.append(first);
  for (const line of others) {
    const start = document.createElement("span");
    start.className = "line-start";
    mirror.append("\n", start, line);
  }
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

function say(offers, verdict) {
  notice = "";
  for (const one of offers) underway.add(one.dataset.key);
  saying = saying.then(() => keep(offers, verdict)).finally(() => { for (const one of offers) underway.delete(one.dataset.key); });
  return saying;
}

// A second press takes the word back, even before the program has answered to the first.
function press(offer, button) {
  if (barred()) return;
  const verdict = button.matches(".offer-take") ? "accepted" : "refused";
  if (verdict === "refused") return leave(offer);
  const was = offer.classList.contains("is-accepted") || underway.has(offer.dataset.key);
  say([offer], was ? "" : "accepted");
}

// True when everything that was said of the offers is kept.
export async function settled() {
  missed = false;
  await saying;
  return !missed;
}

// Only what the person saw: an offer whose words changed meanwhile is shown again and waits.
async function keep(offers, verdict) {
  if (read !== note.value && !(await ask())) return miss();
  const waiting = unchanged(offers);
  if (!waiting.length) return offers.length ? tell(form.dataset.sayChanged) : undefined;
  for (const one of waiting) {
    one.classList.toggle("is-accepted", verdict === "accepted");
    one.classList.toggle("is-refused", verdict === "refused");
  }
  const [key, words] = ["key", "words"].map((name) => waiting.map((one) => one.dataset[name]));
  const done = await send(form.dataset.mark, { text: note.value, key, words, verdict }, note.value);
  if (!done) { read = null; fallBehind(); later(); return miss(); }
  upToDate();
  tell(kept(verdict, waiting));
}

// Those of the screen that still say what these said.
function unchanged(offers) {
  const here = new Map([...document.querySelectorAll("#offers .offer")].map((one) => [one.dataset.key, one]));
  return offers.filter((saw) => here.get(saw.dataset.key)?.dataset.words === saw.dataset.words).map((saw) => here.get(saw.dataset.key));
}

// What was refused or given back is named: a key too many is heard.
function kept(verdict, offers) {
  const named = offers.map((one) => one.querySelector(".offer-words").textContent).join(" · ");
  const again = document.activeElement?.closest?.(".offer")?.dataset.key === offers[0].dataset.key ? ` ${form.dataset.sayBack}` : "";
  if (verdict === "refused") return `${form.dataset.sayLeft} ${named}.${again}`;
  if (!verdict) return `${form.dataset.sayUndone} ${named}.`;
  const taken = `${offers.length} ${offers.length > 1 ? form.dataset.sayTakenMany : form.dataset.sayTaken}`;
  return all().some(waits) ? taken : `${taken}. ${form.dataset.sayAll}`;
}

function miss() {
  missed = true;
  notice = form.dataset.sayNotKept;
  tell(notice);
}

function tell(words) {
  if (live) live.textContent = words;
}

const line_of_cursor = () => note.value.slice(0, note.selectionStart).split("\n").length - 1;
const line_of = (offer) => Number(offer.closest(".offer-line").dataset.line ?? -1);
const all = () => [...document.querySelectorAll("#offers .offer")].filter((one) => one.offsetParent);
const unsaid = (offer) => !offer.classList.contains("is-accepted") && !offer.classList.contains("is-refused");
// What a person still has to look at: not what the record already says, nor what is folded away.
const waits = (offer) => unsaid(offer) && !underway.has(offer.dataset.key) && !offer.classList.contains("is-known") && !offer.closest(".offer-quiet");
const take = (offer) => offer.querySelector(".offer-take");

// The offers of the line, or all that are certain: of those on the screen when the key went down, never one unseen. What
// is not on the screen is brought there first, and said to be. On a line where nothing waits the key goes to the nearest
// offer that does. Neither accepts anything.
async function acceptMany(every, from) {
  if (barred()) return;
  const open = unsaidOf(every ? "[data-certain]" : `[data-line="${from ? line_of(from) : line_of_cursor()}"] .offer`);
  const seen = every ? open.filter(in_view) : open;
  const hidden = seen.find((one) => !in_view(one));
  if (hidden) return bring(hidden, form.dataset.sayShown);
  if (every && open.length && !seen.length) return bring(open[0], form.dataset.sayShownCertain);
  if (!seen.length && !every && all().some(waits)) return enter();
  if (read !== note.value && !seen.length) await ask();
  if (!seen.length) return tell(form.dataset.sayNone);
  const said = say(seen, "accepted");
  if (from) onward(from, seen);
  await said;
}

// At the top of what is seen, so that those that follow it are seen too.
function bring(offer, words) {
  take(offer).focus({ preventScroll: true });
  offer.scrollIntoView({ block: "start" });
  tell(words);
}

function unsaidOf(chosen) {
  return [...document.querySelectorAll(`#offers ${chosen}`)].filter((one) => unsaid(one) && !one.closest(".offer-quiet"));
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
  if (event.key === "Delete") { event.preventDefault(); return event.repeat || barred() || leave(offer); }
  if (event.key === "Escape") { event.preventDefault(); event.stopPropagation(); note.focus(); }
}

// Enter accepts, then goes to the next offer that waits: a key too many takes nothing back (Space does, or Delete).
function accept(event, offer) {
  event.preventDefault();
  if (event.repeat || barred()) return;
  if (!offer.classList.contains("is-accepted") && !underway.has(offer.dataset.key)) say([offer], "accepted");
  onward(offer, [offer]);
}

// Refuses, then goes to the next offer that waits, at once: a second key never falls on one that was accepted. On one that
// is refused it gives it back.
function leave(offer) {
  const refused = offer.classList.contains("is-refused");
  say([offer], refused ? "" : "refused");
  if (!refused) onward(offer, [offer]);
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
  const far = (offer) => (line_of(offer) > line ? line_of(offer) - line + 0.5 : line - line_of(offer));
  const open = all().filter((one) => !one.closest(".offer-quiet"));
  const listed = open.some(waits) ? open.filter(waits) : open.length ? open : all();
  const [near] = listed.sort((one, other) => far(one) - far(other));
  if (near) take(near).focus();
  return Boolean(near);
}
