// A figure takes in what stands beside it, of what a signed note left as text, and `p` prints what was taken in; not while
// a person writes, nor in a list, which has keys of its own, nor when single keys are switched off. Without this script
// each is a plain button.

let pressed = false; // one key, one offer: the page that answers has other figures

document.addEventListener("keydown", (event) => {
  if (pressed || event.repeat || event.ctrlKey || event.metaKey || event.altKey || !/^[1-9p]$/.test(event.key)) return;
  if (document.documentElement.dataset.letters === "off" || document.querySelector("dialog[open]")) return;
  if (event.target.matches("textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio])")) return;
  if (event.key === "p" && event.target !== document.body && !event.target.closest("#left")) return;
  const button = document.querySelector(`#left [data-left="${event.key}"]`);
  pressed = Boolean(button);
  button?.click();
});
