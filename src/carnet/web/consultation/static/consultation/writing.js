// Help with writing: a snippet typed after a point expands, a line of an earlier note is carried over with its date.
// Both write where the cursor is, as typing would, so that undo takes them back.

const note = document.getElementById("note");
const snippets = JSON.parse(document.getElementById("snippets")?.textContent || "{}");
const TYPED = /(^|\s)\.([\p{L}\p{N}_-]{1,30})([ \n\t])$/u;

note.addEventListener("input", (event) => { if (event.inputType !== "historyUndo") expand(); });
document.addEventListener("click", (event) => { const line = event.target.closest("[data-carries]"); if (line) carry(line); });

function expand() {
  const end = note.selectionStart;
  if (end !== note.selectionEnd) return;
  const found = TYPED.exec(note.value.slice(Math.max(0, end - 40), end));
  const text = found && snippets[found[2].toLowerCase()];
  if (!text) return;
  note.setSelectionRange(end - found[2].length - 2, end);
  write(`${text}${found[3]}`);
}

function carry(line) {
  if (note.readOnly) return; // a signature is under way
  const end = note.value.indexOf("\n", note.selectionEnd);
  const place = end < 0 ? note.value.length : end;
  note.focus();
  note.setSelectionRange(place, place);
  const before = place && note.value[place - 1] !== "\n" ? "\n" : "";
  write(`${before}(${line.parentElement.dataset.date}) ${line.textContent}`);
}

function write(text) {
  note.focus();
  // The only way to write that undo knows; where it is gone, the text is written without.
  if (document.execCommand("insertText", false, text)) return;
  note.setRangeText(text, note.selectionStart, note.selectionEnd, "end");
  note.dispatchEvent(new InputEvent("input", { bubbles: true }));
}
