// A paper being written: Ctrl Enter lays it out, from any of its fields.

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (!event.repeat) document.getElementById("paper-form").requestSubmit();
});
