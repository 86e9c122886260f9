"""A consultation: opened, written, signed once, corrected with its trace. No text is lost, no signed text moves."""

from __future__ import annotations

import json
import unicodedata
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from carnet.actions import consultation
from carnet.fhir import codes
from carnet.fhir.errors import CarnetError, Conflict, Invalid, NotFound, Refused, TooBig
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.work import Draft, Stored
from carnet.rules import note
from tests.cast import ALICE, BRUNO, CHLOE, DALIA, EMILE, FATOU

pytestmark = pytest.mark.usefixtures("any_cell")

TEXT = "Motif : renouvellement\nSe sent bien. TA 14/8\nRevoir dans 3 mois"


@pytest.fixture
def emile(any_cell: Path, at: datetime) -> str:
    return patient(at, EMILE)


def patient(at: datetime, who: dict[str, Any]) -> str:
    with gate.write(by=ALICE, at=at, action="patient.create") as work:
        return work.create(dict(who)).id


def written(at: datetime, emile: str, text: str = TEXT, by: Actor = ALICE) -> Draft:
    draft = consultation.open(by=by, at=at, patient=emile)
    return consultation.save(by=by, patient=emile, draft=draft.id, revision=draft.revision, text=text)


def sign(at: datetime, emile: str, draft: Draft, by: Actor = ALICE, over: int | None = None) -> Stored:
    return consultation.sign(
        by=by, at=at, patient=emile, draft=draft.id, revision=draft.revision, over=over
    ).composition


def signed(at: datetime, emile: str, text: str = TEXT, by: Actor = ALICE) -> Stored:
    return sign(at, emile, written(at, emile, text, by), by)


def amended(at: datetime, emile: str, kept: Stored, text: str, by: Actor = ALICE) -> Draft:
    draft = consultation.amend(by=by, at=at, patient=emile, composition=kept.id)
    return consultation.save(by=by, patient=emile, draft=draft.id, revision=draft.revision, text=text)


def actions_of(emile: str) -> list[str]:
    return [row.action for row in gate.audit_page(by=ALICE, patient=emile)]


# works


def test_opening_twice_resumes_the_same_draft(at: datetime, emile: str) -> None:
    first = written(at, emile)
    again = consultation.open(by=ALICE, at=at, patient=emile)
    assert (again.id, again.text) == (first.id, TEXT)
    assert consultation.open(by=BRUNO, at=at, patient=emile).id != first.id


def test_signing_makes_a_visit_and_a_final_note_and_drops_the_draft(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    made = consultation.sign(by=ALICE, at=at, patient=emile, draft=draft.id, revision=draft.revision)
    kept = made.composition.resource()
    assert kept["status"] == "final"
    assert kept["type"]["coding"][0]["code"] == "11488-4"
    assert note.text_of(kept) == TEXT
    assert note.is_intact(kept)
    assert made.encounter is not None
    assert made.encounter.resource()["reasonCode"] == [{"text": "renouvellement"}]
    assert gate.drafts(by=ALICE) == []
    assert actions_of(emile)[0] == "consultation.sign"


def test_a_pause_leaves_no_row_in_the_journal(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    before = actions_of(emile)
    consultation.save(by=ALICE, patient=emile, draft=draft.id, revision=draft.revision, text="TA 13/8")
    assert actions_of(emile) == before


def test_a_correction_is_a_new_version_and_the_first_text_stays(at: datetime, emile: str) -> None:
    kept = signed(at, emile)
    draft = consultation.amend(by=BRUNO, at=at, patient=emile, composition=kept.id)
    assert draft.text == TEXT
    after = sign(at, emile, amended(at, emile, kept, TEXT + "\nRappelé ce soir.", BRUNO), BRUNO).resource()
    assert after["status"] == "amended"
    assert codes.has_tag(after, codes.AMENDED)
    assert note.is_intact(after)
    assert [one["display"] for one in after["author"]] == [ALICE.name, BRUNO.name]
    versions = gate.history(by=ALICE, at=at, type="Composition", id=kept.id)
    assert [note.text_of(one.resource()) for one in versions] == [TEXT + "\nRappelé ce soir.", TEXT]


def test_a_draft_given_up_leaves_the_journal_only(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    consultation.drop(by=ALICE, at=at, patient=emile, draft=draft.id)
    assert gate.drafts(by=ALICE) == []
    assert actions_of(emile)[0] == "consultation.drop"
    assert gate.open_record(by=ALICE, at=at, patient=emile).all("Composition") == []


# refuses


@pytest.mark.parametrize("text", ["", "  \n\t", "\u00a0\u200b"])
def test_an_empty_note_is_not_signed(text: str, at: datetime, emile: str) -> None:
    draft = written(at, emile, text)
    with pytest.raises(Invalid):
        sign(at, emile, draft)
    assert gate.drafts(by=ALICE)[0].id == draft.id


def test_the_secretary_neither_writes_nor_reads_a_note(at: datetime, emile: str) -> None:
    kept = signed(at, emile)
    with pytest.raises(Refused):
        consultation.open(by=CHLOE, at=at, patient=emile)
    with pytest.raises(Refused):
        consultation.amend(by=CHLOE, at=at, patient=emile, composition=kept.id)
    assert gate.open_record(by=CHLOE, at=at, patient=emile).all("Composition") == []


def test_dalia_of_another_practice_finds_nothing(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    with pytest.raises(NotFound):
        consultation.open(by=DALIA, at=at, patient=emile)
    with pytest.raises(NotFound):
        consultation.save(by=DALIA, patient=emile, draft=draft.id, revision=1, text="x")
    with pytest.raises(NotFound):
        sign(at, emile, draft, DALIA)
    with pytest.raises(NotFound):
        consultation.drop(by=DALIA, at=at, patient=emile, draft=draft.id)


def test_nobody_writes_in_the_draft_of_a_colleague(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    for attempt in (
        lambda: consultation.save(by=BRUNO, patient=emile, draft=draft.id, revision=1, text="x"),
        lambda: sign(at, emile, draft, BRUNO),
        lambda: consultation.drop(by=BRUNO, at=at, patient=emile, draft=draft.id),
    ):
        with pytest.raises(NotFound):
            attempt()
    assert gate.draft(by=ALICE, id=draft.id).text == TEXT


def test_the_page_of_one_patient_never_writes_for_another(at: datetime, emile: str) -> None:
    fatou, draft, kept = patient(at, FATOU), written(at, emile), None
    for attempt in (
        lambda: consultation.save(by=ALICE, patient=fatou, draft=draft.id, revision=1, text="x"),
        lambda: sign(at, fatou, draft),
        lambda: consultation.drop(by=ALICE, at=at, patient=fatou, draft=draft.id),
    ):
        with pytest.raises(Refused):
            attempt()
    kept = sign(at, emile, draft)
    with pytest.raises(Refused):
        consultation.amend(by=ALICE, at=at, patient=fatou, composition=kept.id)


def test_a_note_from_elsewhere_is_not_corrected_here(at: datetime, emile: str) -> None:
    letter = {
        "resourceType": "Composition",
        "status": "final",
        "type": {"text": "Lettre"},
        "subject": {"reference": f"Patient/{emile}"},
        "date": "2025-01-01",
        "author": [{"display": "Dr Simon"}],
        "title": "Lettre",
    }
    with gate.write(by=ALICE, at=at, action="x") as work:
        kept = work.create(letter)
    with pytest.raises(Refused):
        consultation.amend(by=ALICE, at=at, patient=emile, composition=kept.id)


def test_a_correction_that_changes_nothing_is_not_signed(at: datetime, emile: str) -> None:
    kept = signed(at, emile)
    with pytest.raises(Invalid):
        sign(at, emile, amended(at, emile, kept, TEXT))


def test_a_note_longer_than_any_note_is_refused_whole(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    with pytest.raises(TooBig):
        consultation.save(by=ALICE, patient=emile, draft=draft.id, revision=1, text="a" * 200_001)
    assert gate.draft(by=ALICE, id=draft.id).text == TEXT


# keeps


def test_two_windows_on_one_draft_both_keep_their_words(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    with pytest.raises(Conflict) as caught:
        consultation.save(by=ALICE, patient=emile, draft=draft.id, revision=0, text="Toux")
    assert isinstance(caught.value.current, Draft)
    assert caught.value.current.text == TEXT


def test_a_stale_page_does_not_sign(at: datetime, emile: str) -> None:
    draft = written(at, emile)
    consultation.save(by=ALICE, patient=emile, draft=draft.id, revision=1, text="Autre texte")
    with pytest.raises(Conflict):
        sign(at, emile, draft)
    assert gate.open_record(by=ALICE, at=at, patient=emile).all("Composition") == []


def test_two_corrections_of_one_note_do_not_overwrite_each_other(at: datetime, emile: str) -> None:
    kept = signed(at, emile)
    hers, his = amended(at, emile, kept, "d'Alice"), amended(at, emile, kept, "de Bruno", BRUNO)
    sign(at, emile, hers)
    with pytest.raises(Conflict) as caught:
        sign(at, emile, his, BRUNO)
    assert isinstance(caught.value.current, Stored)
    assert note.text_of(caught.value.current.resource()) == "d'Alice"
    assert note.text_of(sign(at, emile, his, BRUNO, over=2).resource()) == "de Bruno"


def test_a_text_changed_behind_our_back_is_seen(at: datetime, emile: str) -> None:
    kept = signed(at, emile).resource()
    assert note.is_intact(kept)
    moved = json.loads(json.dumps(kept).replace("14/8", "18/8"))
    assert not note.is_intact(moved)
    only_shown = {**kept, "text": {**kept["text"], "div": kept["text"]["div"].replace("14/8", "18/8")}}
    assert not note.is_intact(only_shown)


# handles


def test_every_naughty_string_is_signed_as_it_reads(shared_data: Path, at: datetime, emile: str) -> None:
    found = shared_data / "suites/blns"
    strings = json.loads(next(found.rglob("blns.json")).read_text("utf-8"))
    text = "\n".join(strings)
    kept = signed(at, emile, text).resource()
    assert note.text_of(kept) == note.clean(text)
    assert note.is_intact(kept)
    div = kept["text"]["div"].removeprefix('<div xmlns="http://www.w3.org/1999/xhtml">')
    assert "<script" not in div
    assert "<img" not in div


def test_accents_written_in_two_ways_become_one(at: datetime, emile: str) -> None:
    kept = signed(at, emile, unicodedata.normalize("NFD", "Œdème à gauche\r\nfébrile"))
    assert note.text_of(kept.resource()) == "Œdème à gauche\nfébrile"


def test_the_greyed_button_says_why(at: datetime, emile: str) -> None:
    assert consultation.why_not(consultation.check_write, ALICE) == ""
    with pytest.raises(CarnetError) as caught:
        consultation.check_write(CHLOE)
    assert consultation.why_not(consultation.check_write, CHLOE) == str(caught.value)
