// The record: keys of its lists, files dropped on it, printing. Without this script every verb is a plain form or link.

const lettersOn = () => document.documentElement.dataset.letters !== "off";
const isWriting = (node) => node.matches("textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio], [type=file])");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || !lettersOn() || isWriting(event.target)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "n") begin(event);
  if (event.key === "/") focusFilter(event);
  if (event.key === "Delete") pressDelete(event);
});

function begin(event) {
  const verb = document.getElementById("begin");
  if (!verb || verb.disabled) return;
  event.preventDefault();
  verb.click();
}

function focusFilter(event) {
  const filter = document.getElementById("filter-text");
  if (!filter) return;
  event.preventDefault();
  filter.focus();
}

function pressDelete(event) {
  const button = event.target.closest("[data-list] .line")?.querySelector('[data-key="Delete"]');
  if (!button) return;
  event.preventDefault();
  button.click();
}

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-prints]")) window.print();
  const row = event.target.closest(".received-row > .line-link");
  if (!row) return;
  for (const other of document.querySelectorAll(".received-row > .shown")) other.classList.remove("shown");
  row.classList.add("shown");
});

for (const form of document.querySelectorAll("[data-drop]")) prepare(form);

function prepare(form) {
  const input = form.querySelector('input[type="file"]');
  form.dataset.ready = "";
  input.addEventListener("change", () => { if (input.files.length) send(form); });
  for (const name of ["dragenter", "dragover"]) document.addEventListener(name, (event) => over(form, event));
  document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) form.classList.remove("dropping"); });
  document.addEventListener("drop", (event) => dropped(form, input, event));
}

const holdsFiles = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");

function over(form, event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.add("dropping");
}

function dropped(form, input, event) {
  if (!holdsFiles(event)) return;
  event.preventDefault();
  form.classList.remove("dropping");
  input.files = event.dataTransfer.files;
  send(form);
}

function send(form) {
  form.classList.add("sending");
  form.requestSubmit();
}
