// Several files, one request each, in order: a report as soon as it is known, and one refusal stops nothing.

const form = document.querySelector("[data-drop]");
const input = form?.querySelector('input[type="file"]');
const reports = document.querySelector("[data-reports]");
const part = document.querySelector("[data-reports-part]");
const progress = document.querySelector("[data-progress]");
const waiting = [];
let sent = 0;
let total = 0;
let busy = false;

form?.querySelector("[data-send]").setAttribute("hidden", "");
form?.addEventListener("submit", (event) => { event.preventDefault(); add([...input.files]); });
input?.addEventListener("change", () => { add([...input.files]); input.value = ""; });

for (const name of ["dragenter", "dragover"]) {
  document.addEventListener(name, (event) => { event.preventDefault(); form?.classList.add("drop-over"); });
}
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form?.classList.remove("drop-over"); });
document.addEventListener("drop", async (event) => {
  event.preventDefault();
  form?.classList.remove("drop-over");
  add(await dropped(event.dataTransfer));
});
window.addEventListener("beforeunload", (event) => { if (busy) event.preventDefault(); });

async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  if (!entries.some((entry) => entry.isDirectory)) return [...transfer.files];
  return (await Promise.all(entries.map(filesOf))).flat();
}

async function filesOf(entry) {
  if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
  const reader = entry.createReader();
  const children = [];
  for (;;) {
    const some = await new Promise((done, failed) => reader.readEntries(done, failed));
    if (!some.length) break;
    children.push(...some);
  }
  return (await Promise.all(children.map(filesOf))).flat();
}

function add(files) {
  if (!files.length) return;
  waiting.push(...files);
  total += files.length;
  part.hidden = false;
  show();
  if (!busy) work();
}

async function work() {
  busy = true;
  for (let file = waiting.shift(); file; file = waiting.shift()) {
    const row = placeholder(file);
    if (file.size > Number(form.dataset.largest)) fail(row, form.dataset.large);
    else await send(file, row);
    sent += 1;
    show();
  }
  busy = false;
  document.querySelector("[data-live]").textContent = form.dataset.done;
}

function placeholder(file) {
  const row = document.createElement("article");
  row.className = "report report-busy";
  const head = document.createElement("p");
  const name = document.createElement("strong");
  name.textContent = file.name;
  const state = document.createElement("span");
  state.className = "muted";
  state.textContent = form.dataset.sending;
  head.className = "report-head";
  head.append(name, state);
  row.append(head);
  reports.prepend(row);
  return row;
}

async function send(file, row) {
  const body = new FormData();
  body.append("files", file);
  body.append("name", file.name);
  const patient = form.querySelector('[name="patient"]');
  if (patient) body.append("patient", patient.value);
  const headers = { ...JSON.parse(document.body.getAttribute("hx-headers") || "{}"), "X-Requested-With": "carnet" };
  try {
    const answer = await fetch(window.location.pathname, { method: "POST", body, headers });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("locked"));
    if (!answer.ok) throw new Error(String(answer.status));
    put(row, await answer.text());
  } catch {
    fail(row, form.dataset.failed);
  }
}

function put(row, html) {
  const template = document.createElement("template");
  template.innerHTML = html; // our own answer; the policy of the page lets no script of it run
  const fresh = [...template.content.children];
  row.replaceWith(...fresh);
  for (const one of fresh) window.htmx.process(one);
}

function fail(row, words) {
  row.classList.remove("report-busy");
  row.querySelector(".muted").className = "danger";
  row.querySelector(".danger").textContent = words;
}

function show() {
  progress.hidden = false;
  const bar = progress.querySelector("progress");
  bar.max = total;
  bar.value = sent;
  progress.querySelector("[data-count]").textContent = `${sent} / ${total}`;
}
