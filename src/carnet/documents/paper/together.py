"""Several papers as one file for the printer: one key, one stack of sheets. Pure; each paper is kept by itself."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pypdfium2

from carnet.documents.paper import tagged
from carnet.documents.pdf.read import one_at_a_time
from carnet.fhir.errors import Malformed

_FAILED = "Ces documents n'ont pas pu être réunis. Imprimez-les un par un."


def joined(contents: Sequence[bytes]) -> bytes:
    """Their pages in order, each paper from a page of its own, to be kept and read aloud as they are; one alone is given
    back as it is. Of what we did not lay out only the pages are taken: nothing else that a file may hold. Raises
    Malformed."""
    if len(contents) == 1:
        return contents[0]
    try:
        return tagged.joined(contents)
    except tagged.Foreign:
        return _pages(contents)


def _pages(contents: Sequence[bytes]) -> bytes:
    with one_at_a_time:
        try:
            made, out = pypdfium2.PdfDocument.new(), io.BytesIO()
            for content in contents:
                made.import_pages(pypdfium2.PdfDocument(content))
            made.save(out)
        except (pypdfium2.PdfiumError, ValueError) as error:
            raise Malformed(_FAILED) from error
        return out.getvalue()
