"""A page at the FHIR door holds so many bytes: the rest is on the next one. On both engines."""

from __future__ import annotations

import pytest

from carnet.store.search import pages
from tests.api.asking import ask
from tests.api.test_search import emile, followed, keep, kilos, link, resources, weight

__all__ = ["emile"]
DOCUMENT = {"note": [{"text": "mot " * 1000}]}


@pytest.fixture(autouse=True)
def small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "BYTES", 9000)


def test_large_resources_make_small_pages_and_none_is_left_out(emile: str) -> None:
    for number in range(5):
        keep(weight(emile, number, "2026-04-05", **DOCUMENT))
    said = ask("GET", f"Observation?patient={emile}&_sort=-date&_total=accurate")
    assert said.json["total"] == 8
    seen, sizes = kilos(said), [len(resources(said))]
    while link(said, "next"):
        said = followed(said)
        seen += kilos(said)
        sizes.append(len(resources(said)))
    assert sorted(seen) == [0, 1, 2, 3, 4, 80, 81, 82]
    assert sizes[:2] == [2, 2]


def test_one_that_is_larger_than_a_page_stands_alone(emile: str) -> None:
    large = {"note": [{"text": "mot " * 4000}]}
    for number in range(2):
        keep(weight(emile, number, "2026-04-05", **large))
    said = ask("GET", "Observation?_sort=-date")
    assert len(resources(said)) == 1
    assert len(resources(followed(said))) == 1


def test_a_whole_record_comes_in_such_pages_too(emile: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(5):
        keep(weight(emile, number, "2026-04-05", **DOCUMENT))
    said, found = ask("GET", f"{emile}/$everything"), list[str]()
    assert link(said, "next")
    while link(said, "next"):
        found += [one["id"] for one in resources(said)]
        said = followed(said)
    found += [one["id"] for one in resources(said)]
    monkeypatch.setattr(pages, "BYTES", 1 << 20)
    assert found == [one["id"] for one in resources(ask("GET", f"{emile}/$everything"))]


def test_what_comes_along_has_no_next_page_and_is_refused(emile: str) -> None:
    for number in range(5):
        keep(weight(emile, number, "2026-04-05", **DOCUMENT))
    assert ask("GET", "Patient?_id=emile&_revinclude=Observation:patient").status == 400
    assert len(resources(ask("GET", "Patient?_id=emile"))) == 1
