// « Imprimer » prints the papers in the frame, not the page around them. Where a browser does not let it, they open in a
// tab of their own, which prints.

const frame = document.getElementById("papers");

document.getElementById("print").addEventListener("click", () => {
  try {
    frame.contentWindow.focus();
    frame.contentWindow.print();
  } catch {
    window.open(frame.src, "_blank", "noopener");
  }
});
