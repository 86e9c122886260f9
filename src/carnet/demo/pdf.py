"""Writes a letter as a one-page PDF: a few lines of text, Helvetica, nothing else. Only for the demonstration."""

from __future__ import annotations

from textwrap import wrap

WIDTH = 92  # characters of a line
_FONTS = "/F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"


def letter(head: list[str], body: str, foot: list[str]) -> bytes:
    """The letter: lines of the head, paragraphs, lines of the foot."""
    lines = [*head, ""]
    for paragraph in body.strip().split("\n"):
        lines += [*(wrap(paragraph, WIDTH) or [""]), ""]
    return _file(_page([*lines, *foot]))


def _page(lines: list[str]) -> bytes:
    shown = b"".join(b"(" + _text(line) + b") Tj T*\n" for line in lines)
    return b"BT /F1 11 Tf 15 TL 60 780 Td\n" + shown + b"ET"


def _text(line: str) -> bytes:
    known = line.encode("cp1252", "replace")
    return known.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _file(page: bytes) -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (fr-FR) >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        b" /Resources << /Font << " + _FONTS.encode() + b" >> >> >>",
        b"<< /Length %d >>\nstream\n" % len(page) + page + b"\nendstream",
    ]
    result, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(result))
        result += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, len(result))
    return result + b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + table + end
