// A button that shows a typed secret, beside each password box; and the buttons that print a key. Keeps nothing.

for (const form of document.querySelectorAll("form[data-show]")) {
  for (const box of form.querySelectorAll('input[type="password"]')) addButton(form, box);
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

function addButton(form, box) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-quiet btn-sm";
  button.setAttribute("aria-controls", box.id);
  button.setAttribute("aria-pressed", "false");
  button.textContent = form.dataset.show;
  button.addEventListener("click", () => show(form, box, button, box.type === "password"));
  form.addEventListener("submit", () => show(form, box, button, false));
  box.after(button);
}

function show(form, box, button, visible) {
  box.type = visible ? "text" : "password";
  button.setAttribute("aria-pressed", String(visible));
  button.textContent = visible ? form.dataset.hide : form.dataset.show;
}
