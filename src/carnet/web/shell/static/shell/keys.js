// « ? » shows the keys of this screen, unless a person is writing or has switched single letters off.

document.addEventListener("keydown", (event) => {
  if (event.key !== "?" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (document.documentElement.dataset.letters === "off") return;
  if (event.target.matches("textarea, select, [contenteditable=true], input:not([type=checkbox], [type=radio])")) return;
  if (document.querySelector("dialog[open]")) return;
  event.preventDefault();
  const keys = document.getElementById("keys");
  if (keys && !keys.open) keys.showModal();
});
