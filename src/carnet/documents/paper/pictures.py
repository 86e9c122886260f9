"""A page of a paper as a picture, for the screen and the printer: every browser shows and prints it alike, none of them
its own reader of PDF. Pure; the PDF stays what is kept."""

from __future__ import annotations

import io

import pypdfium2

from carnet.documents.pdf.read import one_at_a_time
from carnet.fhir.errors import Malformed, NotFound

_SCALE = 300 / 72  # dots of a printer
_FAILED = "Ce document n'a pas pu être montré. Ouvrez le PDF."


def pages(content: bytes) -> int:
    """How many there are. Raises Malformed."""
    with one_at_a_time:
        try:
            return len(pypdfium2.PdfDocument(content))
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Malformed(_FAILED) from error


def picture(content: bytes, number: int) -> bytes:
    """Page `number` (from 0) as a PNG in greys. Raises NotFound when there is no such page, Malformed."""
    with one_at_a_time:
        try:
            document = pypdfium2.PdfDocument(content)
            if not 0 <= number < len(document):
                raise NotFound(_FAILED)
            out = io.BytesIO()
            document[number].render(scale=_SCALE, grayscale=True).to_pil().save(out, "PNG")
            return out.getvalue()
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Malformed(_FAILED) from error
