"""Notes and documents are found by their words, in one record and in the practice, by whom may read them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from carnet.actions import documents
from carnet.fhir import codes
from carnet.fhir.errors import NotFound
from carnet.record import gate
from carnet.store.search import note_text, reindex
from tests.cast import ALICE, CHLOE, DALIA, EMILE, FATOU
from tests.documents.test_pictures import pdf_of


def note(patient: str, day: str, text: str) -> dict[str, Any]:
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Consultation"},
        "subject": {"reference": f"Patient/{patient}"},
        "date": day,
        "author": [{"display": "Dr A. Martin"}],
        "title": "Consultation",
        "extension": [{"url": codes.NOTE, "valueString": text}],
    }


def letter(patient: str, day: str, description: str, blob: str | None = None) -> dict[str, Any]:
    made = {
        "resourceType": "DocumentReference",
        "status": "current",
        "subject": {"reference": f"Patient/{patient}"},
        "date": f"{day}T10:00:00Z",
        "description": description,
        "content": [{"attachment": {"contentType": "application/pdf"}}],
    }
    return made | ({"extension": [{"url": codes.TEXT, "valueUrl": f"Binary/{blob}"}]} if blob else {})


@pytest.fixture
def two(any_cell: Path, at: datetime) -> dict[str, str]:
    ids = {}
    for name, who in (("emile", EMILE), ("fatou", FATOU)):
        with gate.write(by=ALICE, at=at, action="patient.create") as work:
            ids[name] = work.create(who).id
    with gate.write(by=ALICE, at=at, action="note", patient=ids["emile"]) as work:
        work.create(
            note(ids["emile"], "2026-02-01", "Cœur régulier. Œdèmes discrets, l’insuffisance s’aggrave.")
        )
        work.create(note(ids["emile"], "2020-02-01", "Pas d'œdème. Vaccin grippe."))
        blob = work.keep_blob("Échographie : fraction d'éjection conservée, œdème minime.".encode())
        work.create(letter(ids["emile"], "2024-05-01", "Courrier de cardiologie", blob))
    with gate.write(by=ALICE, at=at, action="note", patient=ids["fatou"]) as work:
        work.create(note(ids["fatou"], "2023-01-01", "Œdème de la cheville droite."))
        work.create(letter(ids["fatou"], "2022-01-01", "Radio : œdème des parties molles"))
    return ids


def dates(page: gate.TextPage) -> list[str]:
    return [one.stored.resource()["date"][:4] for one in page.entries]


def test_in_one_record_newest_first(two: dict[str, str], at: datetime) -> None:
    record = gate.open_record(by=ALICE, at=at, patient=two["emile"])
    assert dates(record.find_text("oedeme")) == ["2026", "2024", "2020"]
    assert dates(record.find_text("ŒDÈME")) == ["2026", "2024", "2020"]
    assert dates(record.find_text("éjec cardio")) == ["2024"]
    assert dates(record.find_text("insuff cœur")) == ["2026"]
    assert dates(record.find_text("cheville")) == []
    assert dates(record.find_text("  ")) == []
    assert dates(gate.find_text(by=ALICE, at=at, text="œdeme", patient=two["fatou"])) == ["2023", "2022"]


def test_in_the_practice_one_row_without_a_word(two: dict[str, str], at: datetime) -> None:
    before = gate.audit_page(by=ALICE, limit=1)[0].seq
    page = gate.find_text(by=ALICE, at=at, text="oedeme")
    assert dates(page) == ["2026", "2024", "2023", "2022", "2020"]
    assert (page.next, page.many) == (None, False)
    assert "conservée" in page.entries[1].text
    [row] = gate.audit_page(by=ALICE, limit=gate.audit_page(by=ALICE, limit=1)[0].seq - before)
    assert (row.action, row.patient) == ("text.find", None)
    assert row.entities == tuple(f"{one.stored.reference}/1" for one in page.entries)


def test_page_after_page(two: dict[str, str], at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="note", patient=two["emile"]) as work:
        for day in range(1, 26):
            work.create(note(two["emile"], f"2025-01-{day:02}", "zona thoracique"))
    first = gate.find_text(by=ALICE, at=at, text="zona")
    second = gate.find_text(by=ALICE, at=at, text="zona", page=first.next)
    seen = [one.stored.resource()["date"] for one in (*first.entries, *second.entries)]
    assert len(seen) == 25
    assert seen == sorted(seen, reverse=True)
    assert second.next is None


def test_the_secretary_finds_documents_only(two: dict[str, str], at: datetime) -> None:
    assert dates(gate.find_text(by=CHLOE, at=at, text="oedeme")) == ["2024", "2022"]


def test_another_practice_finds_nothing(two: dict[str, str], at: datetime) -> None:
    with pytest.raises(NotFound):
        gate.find_text(by=DALIA, at=at, text="oedeme")


def test_what_was_deleted_or_changed_is_not_found(two: dict[str, str], at: datetime) -> None:
    found = gate.find_text(by=ALICE, at=at, text="cheville").entries[0].stored
    with gate.write(by=ALICE, at=at, action="note") as work:
        work.delete(found.type, found.id)
    assert dates(gate.find_text(by=ALICE, at=at, text="cheville")) == []


def test_indexing_again_changes_nothing(two: dict[str, str], at: datetime) -> None:
    for _ in range(2):
        reindex.notes()
        assert len(gate.find_text(by=ALICE, at=at, text="oedeme").entries) == 5


def test_nonsense_finds_nothing(two: dict[str, str], at: datetime) -> None:
    for text in ('"', "a* OR b", "NEAR(", "'||", "œdème xyz"):
        assert dates(gate.find_text(by=ALICE, at=at, text=text)) == [], text


def test_the_words_inside_an_imported_file(any_cell: Path, at: datetime) -> None:
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        emile = work.create(EMILE).id
    documents.import_file(
        by=ALICE, at=at, name="courrier.pdf", content=pdf_of("Echographie renale normale"), patient=emile
    )
    [found] = gate.find_text(by=ALICE, at=at, text="rénale écho").entries
    assert found.stored.type == "DocumentReference"
    assert "Echographie renale normale" in found.text
    assert "renale" not in found.stored.body.decode()


@pytest.mark.parametrize(("looked_at", "often"), [(2, 1), (2, 99), (99, 99)])
def test_what_stands_in_many_notes_and_in_few_is_found_alike(
    two: dict[str, str], at: datetime, monkeypatch: pytest.MonkeyPatch, looked_at: int, often: int
) -> None:
    """Whichever way PostgreSQL goes: through the latest, further back, or by its index."""
    monkeypatch.setattr(note_text, "LOOKED_AT", looked_at)
    monkeypatch.setattr(note_text, "OFTEN", often)
    assert dates(gate.find_text(by=ALICE, at=at, text="oedeme")) == ["2026", "2024", "2023", "2022", "2020"]
    assert dates(gate.find_text(by=ALICE, at=at, text="oedem discre")) == ["2026"]
    assert dates(gate.find_text(by=ALICE, at=at, text="éjec cardio")) == ["2024"]
    assert dates(gate.find_text(by=ALICE, at=at, text="Martin zona")) == []
    assert dates(gate.find_text(by=CHLOE, at=at, text="oedeme")) == ["2024", "2022"]
    monkeypatch.setattr(note_text, "MOST", 3)
    assert len(gate.find_text(by=ALICE, at=at, text="oedeme").entries) == 3


@pytest.mark.usefixtures("two")
def test_neither_way_reads_all_there_is() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite gathers nothing: its index is in the order of the resources")
    groups = [[("oedeme", False)]]
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")  # of a table this small
        for found, index in (
            (note_text._latest(groups, "LIMIT 2000"), "store_text_latest"),
            (note_text._rare(groups), "store_text_notes"),
        ):
            cursor.execute(f"EXPLAIN {found.text}", found.args)
            assert index in str(cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
