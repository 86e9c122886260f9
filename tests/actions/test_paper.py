"""Papers: what was accepted is printed, kept as it was printed, and nothing leaves with an unproven number."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pypdfium2
import pytest

from carnet.actions import consultation, letterhead, offers, paper, paper_words, wordings
from carnet.fhir import codes
from carnet.fhir.errors import Invalid, NotFound, Refused
from carnet.record import gate
from carnet.record.work import Stored
from carnet.rules import leaves
from carnet.rules.person import RELIABILITY
from tests.cast import ALICE, CHLOE, DALIA, EMILE
from tests.house.stories import emile, prescribed

NUMBER = "155043306301234"


def words(stored: Stored, patient: str, at: datetime) -> str:
    url = stored.resource()["content"][0]["attachment"]["url"]
    content = gate.open_record(by=ALICE, at=at, patient=patient).blob(url.partition("/")[2])
    return " ".join(
        page.get_textpage().get_text_bounded() for page in pypdfium2.PdfDocument(content)
    ).replace("\r\n", " ")


def requests(patient: str, at: datetime) -> list[dict[str, Any]]:
    return [
        one.resource() for one in gate.open_record(by=ALICE, at=at, patient=patient).all("MedicationRequest")
    ]


def test_an_accepted_prescription_is_printed_kept_and_no_longer_a_draft(
    open_cell: object, at: datetime
) -> None:
    visit = prescribed(at)
    (kept,) = paper.prescription(by=ALICE, at=at, **visit)
    said = words(kept, visit["patient"], at)
    for word in (
        "amlodipine 5 mg",
        "1 comprimé 1 fois par jour",
        ALICE.name,
        "non contrôlée",
        f"{at:%d/%m/%Y}",
    ):
        assert word in said
    assert [one["status"] for one in requests(visit["patient"], at)] == ["active"]
    assert kept.resource()["docStatus"] == "final"


def test_printing_twice_gives_the_same_paper_twice(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    (first,) = paper.prescription(by=ALICE, at=at, **visit)
    (again,) = paper.prescription(by=ALICE, at=at, **visit)
    assert first.resource()["content"] == again.resource()["content"]


def test_analyses_are_on_a_paper_of_their_own(open_cell: object, at: datetime) -> None:
    visit = asking(at, "bio NFS CRP")
    medicines, analyses = paper.prescription(by=ALICE, at=at, **visit)
    assert "NFS CRP" not in words(medicines, visit["patient"], at)
    assert "NFS CRP" in words(analyses, visit["patient"], at)


def test_nothing_accepted_is_said_and_nothing_kept(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    with pytest.raises(Invalid, match="rien à imprimer"):
        paper.prescription(by=ALICE, at=at, patient=visit["patient"], encounter="another")


@pytest.mark.parametrize(
    ("status", "leaves"), [("PROV", False), ("RECUP", False), ("VALI", False), ("QUAL", True)]
)
def test_the_national_number_leaves_only_with_a_qualified_identity(
    open_cell: object, at: datetime, status: str, leaves: bool
) -> None:
    proven = {"url": "identityStatus", "valueCoding": {"code": status}}
    known = {
        **EMILE,
        "extension": [{"url": RELIABILITY, "extension": [proven]}],
        "identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.10", "value": NUMBER}],
    }
    about = paper_words.subject(known, at.date())
    assert (about.ins == NUMBER) is leaves


def test_a_letter_is_the_wording_of_the_practice_with_the_patients_words(
    open_cell: object, at: datetime
) -> None:
    patient = emile(at)
    letterhead.save(
        by=ALICE,
        at=at,
        letterhead=letterhead.Letterhead("12 rue des Tilleuls", "33000", "Bordeaux", "05 56 00 00 00"),
    )
    asked = paper_words.Asked("letter", paper_words.WORDINGS["letter"], to="Dr Simon\nCardiologie")
    said = words(paper.letter(by=ALICE, at=at, patient=patient, asked=asked), patient, at)
    for word in ("Dr Simon", "Bordeaux", "05 56 00 00 00", "Allergies : non renseignées"):
        assert word in said
    assert "{" not in said


def test_a_sick_leave_says_its_last_day_and_that_it_is_not_the_form(open_cell: object, at: datetime) -> None:
    patient = emile(at)
    asked = paper_words.Asked("sick_leave", paper_words.WORDINGS["sick_leave"], days=3)
    said = words(paper.letter(by=ALICE, at=at, patient=patient, asked=asked), patient, at)
    assert f"{at.date() + timedelta(days=2):%d/%m/%Y}" in said
    assert "ne remplace pas" in said


@pytest.mark.parametrize("days", [0, -1, 367])
def test_a_leave_without_a_length_is_refused(open_cell: object, at: datetime, days: int) -> None:
    with pytest.raises(Invalid):
        paper.letter(
            by=ALICE, at=at, patient=emile(at), asked=paper_words.Asked("sick_leave", "{jours}", days=days)
        )


def test_only_a_doctor_of_the_practice_signs(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    with pytest.raises(Refused):
        paper.prescription(by=CHLOE, at=at, **visit)
    with pytest.raises(NotFound):
        paper.prescription(by=DALIA, at=at, **visit)
    with pytest.raises(NotFound):
        letterhead.save(by=DALIA, at=at, letterhead=letterhead.Letterhead())


def test_the_letterhead_is_kept_and_can_be_emptied(open_cell: object, at: datetime) -> None:
    full = letterhead.Letterhead("12 rue des Tilleuls", "33000", "Bordeaux", "05 56 00 00 00")
    letterhead.save(by=ALICE, at=at, letterhead=full)
    assert letterhead.of(by=ALICE).city == "Bordeaux"
    letterhead.save(by=ALICE, at=at, letterhead=letterhead.Letterhead())
    assert letterhead.of(by=ALICE) == letterhead.Letterhead()


KINDS = {"lab": "Biologie", "certificate": "Certificat", "referral": "Avis"}


def order(visit: dict[str, str], at: datetime, kind: str, words: str) -> None:
    """This visit also asks for that: an offer that was taken in after the signature."""
    with gate.write(by=ALICE, at=at, action="test.order", patient=visit["patient"]) as work:
        (note,) = work.record(visit["patient"], "Composition")
        parts = [
            {"url": "note", "valueReference": {"reference": f"{note.reference}/_history/1"}},
            {"url": "start", "valueUnsignedInt": 0}, {"url": "end", "valueUnsignedInt": 1},
        ]  # fmt: skip
        category = [{"coding": [{"system": "urn:carnet:order", "code": kind}], "text": KINDS[kind]}]
        work.create({
            "resourceType": "ServiceRequest", "status": "active", "intent": "order", "category": category,
            "extension": [{"url": codes.SPAN, "extension": parts}],
            "code": {"text": words}, "subject": {"reference": f"Patient/{visit['patient']}"},
            "encounter": {"reference": f"Encounter/{visit['encounter']}"}, "requester": ALICE.who(),
        })  # fmt: skip


def asking(at: datetime, words: str) -> dict[str, str]:
    """The visit of `prescribed`, which also asked for this."""
    return prescribed(at, words)


def waiting(visit: dict[str, str], at: datetime) -> list[tuple[str, str]]:
    record = gate.open_record(by=ALICE, at=at, patient=visit["patient"])
    return paper.unwritten(by=ALICE, day=at.date(), record=record, encounter=visit["encounter"])


def left(visit: dict[str, str], at: datetime) -> list[str]:
    return [kind for kind, _ in waiting(visit, at)]


def test_a_leave_of_known_length_is_printed_with_the_prescription(open_cell: object, at: datetime) -> None:
    visit = asking(at, "AT 3j")
    prescribed_, leave = paper.prescription(by=ALICE, at=at, **visit)
    assert "amlodipine" in words(prescribed_, visit["patient"], at)
    said = words(leave, visit["patient"], at)
    assert "3 jours" in said
    assert f"{at + timedelta(days=2):%d/%m/%Y}" in said
    assert "assurance maladie" in said, "it is not the official form"
    assert left(visit, at) == []


def test_a_leave_without_length_waits_for_a_person(open_cell: object, at: datetime) -> None:
    visit = asking(at, "arrêt de travail")
    assert len(paper.prescription(by=ALICE, at=at, **visit)) == 1
    assert left(visit, at) == ["sick_leave"]


@pytest.mark.parametrize(
    "asked",
    [
        "mi-temps thérapeutique 3 mois",
        "AT 10j à compter du 9/3",
        "AT 8j à partir de lundi",
        "AT 3j dès demain",
        "prolongation AT 15j",
        "arrêt de travail jusqu'au 2/3",
    ],
)
def test_a_leave_that_is_not_a_plain_one_waits_for_a_person(
    open_cell: object, at: datetime, asked: str
) -> None:
    visit = asking(at, asked)
    assert len(paper.prescription(by=ALICE, at=at, **visit)) == 1, "the prescription only"
    assert left(visit, at) == ["sick_leave"]


def test_of_two_models_of_leave_a_person_chooses(open_cell: object, at: datetime) -> None:
    wordings.save(by=ALICE, at=at, kind="sick_leave", name="Accident du travail", text="Accident : {jours}.")
    visit = asking(at, "AT 3j")
    assert "Accident" in words(paper.prescription(by=ALICE, at=at, **visit)[1], visit["patient"], at)
    wordings.save(by=ALICE, at=at, kind="sick_leave", name="Maladie", text="Maladie : {jours}.")
    again = asking(at, "AT 3j")
    assert len(paper.prescription(by=ALICE, at=at, **again)) == 1
    assert left(again, at) == ["sick_leave"]


@pytest.mark.parametrize("asked", ["AT 3j", "arrêt de travail jusqu'au 5/3"])
def test_a_leave_printed_another_day_is_written_by_a_person_from_the_day_of_the_visit(
    open_cell: object, at: datetime, asked: str
) -> None:
    """It would end later than was said, and certify that they were seen today."""
    visit, later = asking(at, asked), at + timedelta(days=4)
    assert len(paper.prescription(by=ALICE, at=later, **visit)) == 1, "the prescription only"
    ((kind, request),) = waiting(visit, later)
    assert kind == "sick_leave"
    record = gate.open_record(by=ALICE, at=later, patient=visit["patient"])
    said = record.get("ServiceRequest", request).resource()
    reading = record.reading()
    leave, first = paper.leave_of(said, later.date(), reading), paper.first_day(said, later.date(), reading)
    days = leave.days or leaves.days_between(first, leave.last)  # type: ignore[arg-type]
    assert days == 3
    assert first == at.date()
    ask = paper_words.Asked(
        "sick_leave",
        paper_words.WORDINGS["sick_leave"],
        about=asked,
        days=days,
        encounter=visit["encounter"],
        request=request,
    )
    body = paper.begun(by=ALICE, day=later.date(), patient=EMILE, reading=reading, asked=ask)
    assert "ce jour" not in body
    assert f"examiné le {at:%d/%m/%Y}" in body
    kept = paper.letter(by=ALICE, at=later, patient=visit["patient"], asked=replace(ask, body=body))
    assert f"jusqu’au {at + timedelta(days=2):%d/%m/%Y}" in words(kept, visit["patient"], later)


def test_a_certificate_that_was_seen_another_day_waits_for_a_person(open_cell: object, at: datetime) -> None:
    wordings.save(by=ALICE, at=at, kind="certificate", name="Sport", text="Examiné ce jour.")
    visit = asking(at, "certificat sport")
    assert left(visit, at) == []
    assert left(visit, at + timedelta(days=1)) == ["certificate"]


def test_a_certificate_is_printed_in_the_words_of_the_practice_or_waits(
    open_cell: object, at: datetime
) -> None:
    visit = asking(at, "certificat médical sport")
    assert len(paper.prescription(by=ALICE, at=at, **visit)) == 1
    assert left(visit, at) == ["certificate"]
    text = "Certifie que {civilite} {nom} peut pratiquer : {motif}."
    wordings.save(by=ALICE, at=at, kind="certificate", name="Garde d’enfant", text="Autre chose.")
    wordings.save(by=ALICE, at=at, kind="certificate", name="Certificat de sport", text=text)
    _, certificate = paper.prescription(by=ALICE, at=at, **visit)
    assert "peut pratiquer : certificat médical sport" in words(certificate, visit["patient"], at)
    assert left(visit, at) == []


@pytest.mark.parametrize(
    "asked",
    ["certificat contre-indication sport", "certif inaptitude sport", "certificat dispense de sport 15j"],
)
def test_the_opposite_of_a_model_waits_for_a_person(open_cell: object, at: datetime, asked: str) -> None:
    text = "{nom} ne présente aucune contre-indication à la pratique du sport."
    name = "Certificat de non contre-indication au sport"
    wordings.save(by=ALICE, at=at, kind="certificate", name=name, text=text)
    visit = asking(at, asked)
    assert len(paper.prescription(by=ALICE, at=at, **visit)) == 1, "the prescription only"
    assert left(visit, at) == ["certificate"]


def test_a_letter_says_why_they_came_and_what_was_measured_today(open_cell: object, at: datetime) -> None:
    text = "Motif : douleur thoracique\nTA 14/8  Pds 81"
    draft = consultation.open(by=ALICE, at=at, patient=emile(at))
    kept = consultation.save(by=ALICE, patient=draft.patient, draft=draft.id, revision=0, text=text)
    found = offers.read(by=ALICE, day=at.date(), draft=kept, text=text)
    keys = [one.key for one in found if one.kind == "vital"]
    offers.mark(by=ALICE, day=at.date(), draft=kept, text=text, keys=keys, verdict="accepted")
    consultation.sign(by=ALICE, at=at, patient=draft.patient, draft=draft.id, revision=kept.revision)
    asked = paper_words.Asked("letter", "Motif : {motif}\nCe jour : {mesures}")
    said = words(paper.letter(by=ALICE, at=at, patient=draft.patient, asked=asked), draft.patient, at)
    assert "Motif : douleur thoracique" in said
    assert "140/80 mmHg" in said
    assert "81 kg" in said
    later = paper.letter(by=ALICE, at=at + timedelta(days=2), patient=draft.patient, asked=asked)
    assert "140/80" not in words(later, draft.patient, at), "the measures of another day are not today's"


def test_a_letter_affirms_nothing_that_is_suspected_and_leaves_no_history_out(
    open_cell: object, at: datetime
) -> None:
    visit = prescribed(at, "suspicion d'embolie pulmonaire\nATCD IDM 2012, cholécystectomie 2010\nHTA")
    body = f"{paper_words.WORDINGS['letter']}\nTraitements : {{traitements}}"
    asked = paper_words.Asked("letter", body)
    said = words(paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=asked), visit["patient"], at)
    assert "Embolie pulmonaire (suspecté)" in said
    assert "Hypertension artérielle (" not in said, "what is affirmed stays so"
    past = said.partition("Antécédents :")[2].partition("Allergies")[0]
    assert "Infarctus du myocarde (2012)" in past
    assert "Cholécystectomie" in past
    assert "amlodipine" in said
    assert "à imprimer" not in said, "that is for the screen"


def test_what_is_printed_again_is_the_same_paper_not_another_one(open_cell: object, at: datetime) -> None:
    visit = prescribed(at)
    (first,) = paper.prescription(by=ALICE, at=at, **visit)
    (again,) = paper.prescription(by=ALICE, at=at + timedelta(days=1), **visit)
    assert (first.id, first.version) == (again.id, again.version)


def test_a_paper_that_says_more_takes_the_place_of_the_one_before(open_cell: object, at: datetime) -> None:
    visit = asking(at, "NFS")
    medicines, analyses = paper.prescription(by=ALICE, at=at, **visit)
    order(visit, at, "lab", "CRP")
    same, more = paper.prescription(by=ALICE, at=at, **visit)
    assert same.id == medicines.id, "the others stand as they were printed"
    assert "NFS" in words(more, visit["patient"], at)
    assert "CRP" in words(more, visit["patient"], at)
    assert more.resource()["relatesTo"][0]["target"]["reference"] == analyses.reference
    record = gate.open_record(by=ALICE, at=at, patient=visit["patient"])
    assert record.get("DocumentReference", analyses.id).resource()["status"] == "superseded"


def test_what_is_written_for_a_request_no_longer_waits(open_cell: object, at: datetime) -> None:
    visit = asking(at, "certificat sport")
    order(visit, at, "certificate", "certificat école")
    order(visit, at, "referral", "courrier cardio pour écho")
    assert sorted(left(visit, at)) == ["certificate", "certificate", "letter"]
    for kind, request in sorted(waiting(visit, at))[:2]:
        asked = paper_words.Asked(kind, "Vu {nom}.", encounter=visit["encounter"], request=request)  # type: ignore[arg-type]
        paper.letter(by=ALICE, at=at, patient=visit["patient"], asked=asked)
    assert left(visit, at) == ["letter"]
    paper.prescription(by=ALICE, at=at, **visit)
    standing = [
        one.resource()["description"]
        for one in gate.open_record(by=ALICE, at=at, patient=visit["patient"]).all("DocumentReference")
        if one.resource()["status"] == "current"
    ]
    assert sorted(standing) == ["Certificat médical", "Certificat médical", "Ordonnance"]


@pytest.mark.parametrize(
    ("gender", "said"), [("female", "née le"), ("male", "né le"), ("unknown", "né(e) le")]
)
def test_who_is_born_agrees_with_the_sex_that_is_known(at: datetime, gender: str, said: str) -> None:
    told = paper_words.told_by([], {}, at.date())
    asked = paper_words.Asked("certificate", paper_words.WORDINGS["certificate"])
    found = paper_words.values(ALICE, {**EMILE, "gender": gender}, told, asked, at.date())
    assert f"{found['ne']} le" == said
    assert ("(e)" in found["interesse"]) is (gender == "unknown")


@pytest.mark.parametrize(
    ("born", "days", "is_said"),
    [(365 * 4, 0, True), (365 * 4, 150, True), (365 * 4, 200, False), (300, 20, False), (365 * 40, 0, False)],
)
def test_the_weight_of_a_child_is_on_the_prescription_while_it_is_recent(
    open_cell: object, at: datetime, born: int, days: int, is_said: bool
) -> None:
    """A dose by weight cannot be checked without it; an old one would deceive."""
    visit = prescribed(at)
    with gate.write(by=ALICE, at=at, action="test.child", patient=visit["patient"]) as work:
        child = work.get("Patient", visit["patient"])
        work.update(
            {**child.resource(), "birthDate": (at.date() - timedelta(days=born)).isoformat()},
            if_version=child.version,
        )
        work.create(weight(visit["patient"], "12.4", (at - timedelta(days=days)).date().isoformat()))
    (kept,) = paper.prescription(by=ALICE, at=at, **visit)
    said = words(kept, visit["patient"], at)
    assert ("poids 12,4 kg le" in said) is is_said
    assert "sexe M" in said


def weight(patient: str, value: str, day: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "29463-7"}], "text": "Poids"},
        "subject": {"reference": f"Patient/{patient}"},
        "effectiveDateTime": day,
        "valueQuantity": {"value": Decimal(value), "unit": "kg"},
    }


def test_a_certificate_of_a_child_is_asked_for_by_who_answers_for_it(at: datetime) -> None:
    child = {**EMILE, "birthDate": (at.date() - timedelta(days=365 * 5)).isoformat()}
    asked = paper_words.Asked("certificate", paper_words.WORDINGS["certificate"])
    assert (
        paper_words.values(ALICE, child, paper_words.told_by([], {}, at.date()), asked, at.date())[
            "interesse"
        ]
        == "son représentant légal"
    )
