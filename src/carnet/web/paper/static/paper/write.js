// A paper being written: the caret waits in the blank that the model leaves, else at its end; Ctrl Enter lays it out, from
// any of its fields.

const body = document.querySelector("#paper-form [name=body]");
const blank = body.value.indexOf("\n\n\n");
const caret = blank < 0 ? body.value.length : blank + 2;
body.setSelectionRange(caret, caret);

document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  if (!event.repeat) document.getElementById("paper-form").requestSubmit();
});
