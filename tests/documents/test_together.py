"""Several papers go to the printer as one file, their pages in order; each stays itself."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from carnet.documents.paper.pictures import pages, picture
from carnet.documents.paper.render import pdf
from carnet.documents.paper.together import joined
from carnet.fhir.errors import Malformed, NotFound
from tests.documents.test_paper import AT, SHEET, words


def test_their_pages_follow_each_other() -> None:
    other = replace(SHEET, kind="order", title="Ordonnance – Biologie", others=("NFS, CRP",))
    said = words(joined([pdf(SHEET, at=AT), pdf(other, at=AT)]))
    assert said.index("amlodipine") < said.index("NFS, CRP")


def test_one_alone_is_itself() -> None:
    one = pdf(SHEET, at=AT)
    assert joined([one]) is one


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
