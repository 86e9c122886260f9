// The secret of a program, shown once: one gesture copies it. Without a clipboard it is selected instead.

for (const button of document.querySelectorAll("[data-copy]")) {
  const secret = button.parentElement.querySelector("[data-secret]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(secret.textContent);
      button.textContent = button.dataset.copied ?? "✓";
    } catch {
      getSelection().selectAllChildren(secret);
    }
  });
}
