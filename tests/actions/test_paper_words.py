"""What papers say: the amount of a day, the words that go on, why imaging is asked for, what a correspondent must know."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from carnet.actions import consultation, offers, paper, paper_words
from carnet.fhir.errors import Invalid
from carnet.record import gate
from carnet.record.work import Stored
from tests.actions.test_paper import words
from tests.cast import ALICE, EMILE
from tests.house.stories import emile


def visited(at: datetime, text: str, patient: str = "") -> dict[str, str]:
    """A visit of which everything that was read is accepted."""
    draft = consultation.open(by=ALICE, at=at, patient=patient or emile(at))
    kept = consultation.save(by=ALICE, patient=draft.patient, draft=draft.id, revision=0, text=text)
    found = offers.read(by=ALICE, day=at.date(), draft=kept, text=text)
    keys = [one.key for one in found if not one.known]
    offers.mark(by=ALICE, day=at.date(), draft=kept, text=text, keys=keys, verdict="accepted")
    signed = consultation.sign(by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=kept.revision)
    assert signed.encounter
    return {"patient": draft.patient, "encounter": signed.encounter.id}


def printed(at: datetime, text: str) -> str:
    visit = visited(at, text)
    kept = paper.prescription(by=ALICE, at=at, **visit)
    return "\n".join(words(one, visit["patient"], at) for one in kept)


@pytest.mark.parametrize(
    ("text", "said", "unsaid"),
    [
        ("Eliquis 5 2 cp/j", "2 comprimés par jour", "1 fois par jour"),
        ("Doliprane 1g 3 cp/j", "3 comprimés par jour", "1 fois par jour"),
        ("Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j", "« Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j »", "2 fois par jour"),
        ("Sauter la prise de ce soir puis Previscan 20 1/4 le soir", "« Sauter la prise de ce soir puis Previscan", "1/4 comprimé"),
        ("Seresta 10 1/2 le soir 15j puis arrêt", "15j puis arrêt »", "pendant 15 jours"),
        ("Atarax 25 1 le soir si besoin", "1 comprimé le soir si besoin", "1 fois par jour"),
        ("Sérum phy 6/j", "« Sérum phy 6/j »", "6 fois par jour"),
        ("Bio ds 3 sem iono créat, HbA1c LDL avant RDV", "Bio ds 3 sem iono créat, HbA1c LDL avant RDV", "• iono"),
        ("INR ds 2 jours puis 1x/sem", "INR ds 2 jours puis 1x/sem", "Indication"),
        ("Susp TVP G -> écho doppler MI G", "Indication : Thrombose veineuse profonde, à gauche (suspecté)", "...."),
        ("Rx genou G", "Indication : ....", "suspecté"),
        ("Susp TVP G -> écho doppler MI G\nRx genou G", "(suspecté) • Rx genou G Indication : ....", "• écho doppler MI G Rx"),
        ("HTA équilibrée\nRx genou G", "Indication : ....", "Hypertension"),
        ("Rx thorax susp pneumopathie", "Rx thorax susp pneumopathie", "Indication"),
    ],
)  # fmt: skip
def test_no_word_that_changes_it_is_lost(
    open_cell: object, at: datetime, text: str, said: str, unsaid: str
) -> None:
    found = printed(at, text)
    assert said in found
    assert unsaid not in found


def asked_of(visit: dict[str, str], at: datetime, kind: str) -> tuple[paper_words.Asked, dict[str, Any], Any]:
    record = gate.open_record(by=ALICE, at=at, patient=visit["patient"])
    ((found, request),) = paper.unwritten(
        by=ALICE, day=at.date(), record=record, encounter=visit["encounter"]
    )
    assert found == kind
    said = record.get("ServiceRequest", request).resource()
    body = paper_words.WORDINGS[kind]  # type: ignore[index]
    asked = paper_words.Asked(kind, body, encounter=visit["encounter"], request=request)  # type: ignore[arg-type]
    return asked, said, record.reading()


def begun(visit: dict[str, str], at: datetime, kind: str, patient: dict[str, Any] = EMILE) -> str:
    asked, _said, reading = asked_of(visit, at, kind)
    return paper.begun(by=ALICE, day=at.date(), patient=patient, reading=reading, asked=asked)


def write(visit: dict[str, str], at: datetime, kind: str, **more: Any) -> Stored:
    asked, _said, _reading = asked_of(visit, at, kind)
    asked = paper_words.Asked(
        **{**{name: getattr(asked, name) for name in ("kind", "body", "encounter", "request")}, **more}
    )
    return paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=asked)


def test_a_letter_tells_what_is_taken_what_was_begun_today_and_why(open_cell: object, at: datetime) -> None:
    before = visited(
        at - timedelta(days=30), "HTA. amlodipine 5 mg 1 cp 1 fois par jour 3 mois\nallergie pénicilline"
    )
    visit = visited(
        at, "Susp TVP G. Eliquis 5 2 cp matin et soir 7 j\ncourrier au Dr Simon", before["patient"]
    )
    said = begun(visit, at, "letter")
    assert "Motif : Thrombose veineuse profonde, à gauche (suspecté)" in said
    assert "amlodipine 5 mg" in said.partition("Traitements en cours :")[2].partition("\n")[0]
    assert "apixaban 5 mg (Eliquis), 2 comprimés 2 fois par jour" in said.partition("Prescrit ce jour :")[2]
    assert "énicilline" in said.partition("Allergies :")[2].partition("\n")[0]


def test_an_examination_says_its_specialty_and_is_the_reason(open_cell: object, at: datetime) -> None:
    visit = visited(at, "FO à faire")
    _asked, said, _reading = asked_of(visit, at, "letter")
    assert paper.recipient_of(said) == "Ophtalmologie"
    assert "Motif : FO à faire" in begun(visit, at, "letter")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("certif absence crèche 3 j", "Absence crèche 3 j."),
        (
            "Certif inaptitude port de charges > 10 kg 3 semaines",
            "Inaptitude port de charges > 10 kg 3 semaines.",
        ),
    ],
)
def test_a_certificate_begins_with_what_it_was_asked_for(
    open_cell: object, at: datetime, text: str, said: str
) -> None:
    visit = visited(at, text)
    assert said in begun(visit, at, "certificate")
    assert said in words(write(visit, at, "certificate"), visit["patient"], at)


@pytest.mark.parametrize("body", [paper_words.WORDINGS["certificate"], "…", "______\n\n…"])
def test_a_certificate_that_certifies_nothing_is_not_printed(
    open_cell: object, at: datetime, body: str
) -> None:
    with pytest.raises(Invalid, match="ne certifie rien"):
        paper.letter(by=ALICE, at=at, patient=emile(at), asked=paper_words.Asked("certificate", body))
    seen = body.replace("ce jour", "le 02/01/2026")
    with pytest.raises(Invalid):
        paper.letter(by=ALICE, at=at, patient=emile(at), asked=paper_words.Asked("certificate", seen))


def test_a_leave_keeps_its_outings_and_prints_no_blank(open_cell: object, at: datetime) -> None:
    last = at.date() + timedelta(days=14)
    visit = visited(at, f"AT 15 jours jusqu'au {last:%d/%m/%Y}, sorties libres")
    _asked, request, reading = asked_of(visit, at, "sick_leave")
    leave = paper.leave_of(request, at.date(), reading)
    assert (leave.days, leave.last, leave.is_plain) == (15, last, True)
    body = begun(visit, at, "sick_leave")
    assert "Sorties libres." in body
    assert "…" not in body
    said = words(write(visit, at, "sick_leave", body=body, days=15), visit["patient"], at)
    assert f"jusqu’au {last:%d/%m/%Y} inclus" in said
    assert "Sorties libres." in said
    with pytest.raises(Invalid, match="blanc"):
        asked = paper_words.Asked("sick_leave", "arrêt de {jours} jours, jusqu’au … inclus", days=3)
        paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=asked)


def test_a_leave_counts_from_the_day_that_was_typed(open_cell: object, at: datetime) -> None:
    asked = paper_words.Asked(
        "sick_leave", paper_words.WORDINGS["sick_leave"], days=2, since=date(2026, 12, 1)
    )
    patient = emile(at)
    said = words(paper.letter(by=ALICE, at=at, patient=patient, asked=asked), patient, at)
    assert "à compter du 01/12/2026, jusqu’au 02/12/2026 inclus" in said


@pytest.mark.parametrize(("years", "said"), [(3, "l’enfant"), (14, "l’enfant"), (16, "Mme"), (40, "Mme")])
def test_a_child_is_no_madam(at: datetime, years: int, said: str) -> None:
    child = {**EMILE, "gender": "female", "birthDate": (at.date() - timedelta(days=366 * years)).isoformat()}
    asked = paper_words.Asked("certificate", "")
    found = paper_words.values(ALICE, child, paper_words.told_by([], {}, at.date()), asked, at.date())
    assert found["civilite"] == said
