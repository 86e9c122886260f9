"""The documents tell the truth: the drawing is the code's, each hazard names tests that exist, each setting and each
word is written down, and no link leads nowhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tools import module_graph

from tests.house.sources import ROOT, suite

DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)[^)]*\)")
PICTURE = re.compile(r'\bsrc(?:set)?="([^"]+)"')
TEST_NAME = re.compile(r"`(tests/[\w/]+\.py)(?:::(\w+))?`")


def pages() -> list[Path]:
    return [*sorted(ROOT.glob("*.md")), *sorted(DOCS.rglob("*.md"))]


def test_the_drawing_of_the_house_is_up_to_date() -> None:
    page = module_graph.PAGE.read_text("utf-8")
    assert module_graph.renewed(page) == page, "run: make docs"


def test_every_part_says_what_it_is() -> None:
    silent = [name for name in module_graph.parts() if f"| `{name}` |  |" in module_graph.table()]
    assert silent == []


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text("utf-8")
    targets = [*LINK.findall(text), *PICTURE.findall(text)]
    lost = [target for target in targets if not (page.parent / target).exists()]
    assert lost == []


def test_tests_named_in_documents_exist() -> None:
    texts = {source.place: source.text for source in suite()}
    lost = [
        f"{page.name}: {place}::{name}"
        for page in pages()
        for place, name in TEST_NAME.findall(page.read_text("utf-8"))
        if place not in texts or (name and f"def {name}(" not in texts[place])
    ]
    assert lost == []


def test_decisions_fit_on_one_page() -> None:
    long = [page.name for page in (DOCS / "adr").glob("*.md") if page.read_text("utf-8").count("\n") > 60]
    assert long == []


def test_every_hazard_has_its_proof_or_is_said_to_be_open() -> None:
    rows = [line for line in (DOCS / "hazards.md").read_text("utf-8").splitlines() if line.startswith("| **")]
    assert rows
    assert [row for row in rows if not TEST_NAME.search(row) and "**open**" not in row] == []
