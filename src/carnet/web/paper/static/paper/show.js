// « Imprimer » prints the papers alone, at their size, once all of their pages are there.

const sheets = [...document.querySelectorAll(".paper-sheet")];

document.getElementById("print").addEventListener("click", async () => {
  await Promise.all(sheets.map((sheet) => sheet.decode().catch(() => {})));
  window.print();
});
