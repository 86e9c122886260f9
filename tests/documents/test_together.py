"""Several papers go to the printer as one file, their pages in order; each stays itself, and can still be read aloud."""

from __future__ import annotations

import ctypes
import io
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pypdfium2
import pytest
from PIL import Image
from pypdfium2 import raw

from carnet.documents.paper.pictures import pages, picture
from carnet.documents.paper.render import KINDS, pdf
from carnet.documents.paper.together import joined
from carnet.fhir.errors import Malformed, NotFound
from tests.documents.test_paper import ALICE, AMLODIPINE, AT, SHEET, words

# Words that look like the inside of a PDF, and signs of every alphabet, stay words.
ODD = ("Bio (12 0 R", "x) /StructParents 3 >>\nendobj", "Łukasz Αθήνα œ", "\\(")
STACK = [
    pdf(replace(SHEET, lines=(AMLODIPINE,) * 40, body=ODD, title="Ordonnance (2 0 R"), at=AT),
    *(pdf(replace(SHEET, kind=kind, body=ODD, others=ODD * 30, by=replace(ALICE, name="Dr (1 0 R) é")), at=AT) for kind in KINDS),
]  # fmt: skip


def tags(content: bytes) -> list[tuple[int, int, str, list[int]]]:
    """What a screen reader finds: page, depth, kind and marks of each element."""
    document, found = pypdfium2.PdfDocument(content), []
    for number, page in enumerate(document):
        tree = raw.FPDF_StructTree_GetForPage(page.raw)
        for place in range(raw.FPDF_StructTree_CountChildren(tree)):
            root = raw.FPDF_StructTree_GetChildAtIndex(tree, place)
            found += [(number, *one) for one in elements(root)]
    return found


def elements(one: Any, depth: int = 0) -> Iterator[tuple[int, str, list[int]]]:
    if not one:
        return  # of another page
    said = ctypes.create_string_buffer(200)
    length = raw.FPDF_StructElement_GetType(one, said, 200)
    kind = said.raw[:length].decode("utf-16le").strip("\0")
    marks = range(raw.FPDF_StructElement_GetMarkedContentIdCount(one))
    yield depth, kind, [raw.FPDF_StructElement_GetMarkedContentIdAtIndex(one, place) for place in marks]
    for place in range(raw.FPDF_StructElement_CountChildren(one)):
        yield from elements(raw.FPDF_StructElement_GetChildAtIndex(one, place), depth + 1)


def test_their_pages_follow_each_other() -> None:
    other = replace(SHEET, kind="order", title="Ordonnance – Biologie", others=("NFS, CRP",))
    said = words(joined([pdf(SHEET, at=AT), pdf(other, at=AT)]))
    assert said.index("amlodipine") < said.index("NFS, CRP")


def test_all_of_them_last_and_are_read_aloud_as_each_one_is() -> None:
    content, wanted, before = joined(STACK), [], 0
    for one in STACK:
        wanted += [(before + number, *rest) for number, *rest in tags(one)]
        before += pages(one)
    assert tags(content) == wanted
    assert {kind for _, _, kind, _ in wanted} >= {"Document", "H1", "P", "L", "LBody"}
    for mark in (b"pdfaid:part", b"pdfuaid:part", b"/StructTreeRoot", b"/OutputIntents", b"/Lang"):
        assert mark in content
    assert content == joined(STACK)


def test_each_page_is_the_one_that_was_kept() -> None:
    content = joined(STACK)
    kept = [picture(one, number) for one in STACK for number in range(pages(one))]
    assert [picture(content, number) for number in range(pages(content))] == kept


def test_one_alone_is_itself() -> None:
    one = pdf(SHEET, at=AT)
    assert joined([one]) is one


def test_of_a_file_that_is_not_ours_only_the_pages_are_taken() -> None:
    blank, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    blank.new_page(595, 842)
    blank.save(out)
    content = joined([out.getvalue(), pdf(SHEET, at=AT)])
    assert pages(content) == 2
    assert b"/StructTreeRoot" not in content


def test_a_file_that_pretends_to_be_ours_is_none() -> None:
    one = pdf(SHEET, at=AT)
    acting = one.replace(b"/Lang(fr)", b"/AA 9 0 R")
    assert b"/AA" not in joined([acting, one])
    for wrong in (b"/Root 99 0 R", b"/Root 0 0 R", b"/Root 1 0 R"):
        start = one.rindex(b"/Root")
        broken = one[:start] + wrong + one[one.index(b"/Info", start) :]
        with pytest.raises(Malformed):
            joined([broken, one])


def test_what_is_no_pdf_is_refused() -> None:
    with pytest.raises(Malformed):
        joined([b"%PDF-1.7 not one", pdf(SHEET, at=AT)])


def test_a_page_is_a_picture_of_the_size_of_the_paper() -> None:
    content = pdf(SHEET, at=AT)
    assert pages(content) == 1
    shown = Image.open(io.BytesIO(picture(content, 0)))
    assert (shown.size, shown.mode) == ((2481, 3508), "L")
    assert shown.getextrema() == (0, 255)
    for number in (-1, 1):
        with pytest.raises(NotFound):
            picture(content, number)
    with pytest.raises(Malformed):
        pages(b"%PDF-1.7 not one")
