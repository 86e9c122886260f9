"""Opens a PDF in memory and says what is in it. The original bytes are kept by the caller, untouched."""

from __future__ import annotations

import io
import threading
from dataclasses import dataclass
from typing import Any

import pypdfium2

from carnet.fhir.errors import Malformed

PAGES_READ = 200  # text of the first pages only: enough to search, bounded in time
TEXT_LIMIT = 200_000
THUMBNAIL_WIDTH = 400
one_at_a_time = threading.Lock()  # PDFium is not safe to call from two threads


@dataclass(frozen=True, slots=True)
class Pdf:
    """Page count, text of the first pages (empty for a scan), PNG of the first page (None if it cannot be drawn)."""

    pages: int
    text: str
    thumbnail: bytes | None


def read(content: bytes) -> Pdf:
    """What the PDF holds. Raises Malformed when it cannot be opened (damaged, or locked by a password)."""
    with one_at_a_time:
        document = _open(content)
        try:
            return Pdf(len(document), _text(document), _thumbnail(document))
        finally:
            document.close()


def _open(content: bytes) -> Any:
    try:
        document = pypdfium2.PdfDocument(content)
        pages = len(document)
    except pypdfium2.PdfiumError as error:
        if "password" in str(error).lower():
            raise Malformed(
                "Ce PDF est protégé par un mot de passe. Ouvrez-le, enregistrez-le sans protection, puis réessayez."
            ) from error
        raise Malformed(
            "Ce PDF est abîmé ou incomplet : il ne s'ouvre pas. Rien n'a été enregistré."
        ) from error
    if not pages:
        raise Malformed("Ce PDF n'a aucune page. Rien n'a été enregistré.")
    return document


def _text(document: Any) -> str:
    """A page that cannot be read gives no text: the document is still filed."""
    parts: list[str] = []
    for number in range(min(len(document), PAGES_READ)):
        try:
            parts.append(document[number].get_textpage().get_text_bounded())
        except pypdfium2.PdfiumError:
            continue
    text = "\n".join(parts).replace("\r\n", "\n")[:TEXT_LIMIT]
    return "".join(
        c for c in text if c in "\n\t" or (c.isprintable() and not "\ud800" <= c <= "\udfff")
    ).strip()


def _thumbnail(document: Any) -> bytes | None:
    try:
        page = document[0]
        width, height = page.get_size()
        scale = THUMBNAIL_WIDTH / max(width, height, 1)
        buffer = io.BytesIO()
        page.render(scale=scale).to_pil().save(buffer, "PNG")
        return buffer.getvalue()
    except (pypdfium2.PdfiumError, ValueError, MemoryError, OSError):
        return None
