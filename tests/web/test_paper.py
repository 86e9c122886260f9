"""Papers by the screen: written from a model, shown in the record, never by the secretariat."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pypdfium2
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from carnet.actions import offers
from carnet.actions import patient as patients
from carnet.record import clock, gate
from carnet.record.actor import Actor
from tests.actions.test_offers import TEXT
from tests.house.stories import identity
from tests.web.signed_in import alice, chloe
from tests.web.test_consultation import begun, draft_at, emile, pause

__all__ = ["emile"]


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def accept(doctor: Actor, where: str, quote: str) -> None:
    draft, day = draft_at(doctor, where), timezone.localtime(clock.now()).date()
    (key,) = [
        one.key
        for one in offers.read(by=doctor, day=day, draft=draft, text=TEXT)
        if one.fact["quote"] == quote
    ]
    offers.mark(by=doctor, day=day, draft=draft, text=TEXT, keys=[key], verdict="accepted")


def test_signing_and_printing_is_one_gesture(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    kept = pause(client, where, emile, TEXT).json()
    accept(doctor, where, "amlodipine 5 1/j 3 mois")
    answer = client.post(
        f"{where}/sign", {"patient": emile, "revision": kept["revision"], "text": TEXT, "print": "1"}
    )
    assert "/show?of=" in answer["Location"]
    shown = client.get(answer["Location"]).content.decode()
    assert "Ordonnance" in shown
    assert "paper-sheet" in shown


def test_printing_nothing_says_so_and_the_note_is_signed(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    answer = client.post(
        f"{where}/sign", {"patient": emile, "revision": 0, "text": "RAS", "print": "1"}, follow=True
    )
    assert "rien à imprimer" in answer.content.decode()
    assert gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition")


@pytest.mark.parametrize(
    ("kind", "typed"), [("letter", {"to": "Dr Simon"}), ("certificate", {}), ("sick_leave", {"days": "3"})]
)
def test_a_paper_is_written_from_its_model(
    client: Client, doctor: Actor, emile: str, kind: str, typed: dict[str, str]
) -> None:
    page = client.get(f"/paper/{emile}/{kind}").content.decode()
    assert "DURAND" in page, "the patient stays in view"
    answer = client.post(f"/paper/{emile}/{kind}", {"body": "Vu ce jour {nom}.", **typed})
    assert "/show?of=" in answer["Location"]


def test_a_wrong_field_is_said_and_the_text_stays(client: Client, doctor: Actor, emile: str) -> None:
    answer = client.post(f"/paper/{emile}/certificate", {"body": "Vu {inconnu}, très long texte."})
    assert answer.status_code == 422
    assert "très long texte" in answer.content.decode()
    assert "n&#x27;existe pas" in answer.content.decode()


def test_the_secretariat_signs_no_paper(client: Client, doctor: Actor, emile: str) -> None:
    chloe(client)
    assert client.get(f"/paper/{emile}/letter").status_code == 403
    assert client.post(f"/paper/{emile}/letter", {"body": "x"}).status_code == 403


def test_the_pages_of_the_practice_keep_what_is_typed(client: Client, doctor: Actor) -> None:
    client.post(
        "/practice/letterhead", {"street": "12 rue des Tilleuls", "postal_code": "33000", "city": "Bordeaux"}
    )
    assert "12 rue des Tilleuls, Bordeaux" in client.get("/practice/").content.decode()
    client.post("/practice/models", {"kind": "snippet", "name": "hta", "text": "HTA équilibrée"})
    assert ".hta" in client.get("/practice/models").content.decode()
    wrong = client.post("/practice/models", {"kind": "letter", "name": "Avis", "text": "{rien}"})
    assert wrong.status_code == 422
    assert client.get("/practice/learning").status_code == 200


def printed(client: Client, doctor: Actor, emile: str, text: str = TEXT) -> str:
    """Signed and printed in one gesture: the address of its papers."""
    where = begun(client, emile)
    kept = pause(client, where, emile, text).json()
    draft, day = draft_at(doctor, where), timezone.localtime(clock.now()).date()
    keys = [one.key for one in offers.read(by=doctor, day=day, draft=draft, text=text)]
    offers.mark(by=doctor, day=day, draft=draft, text=text, keys=keys, verdict="accepted")
    asked = {"patient": emile, "revision": kept["revision"], "text": text, "print": "1"}
    return str(client.post(f"{where}/sign", asked)["Location"])


def test_all_papers_of_a_visit_go_to_the_printer_as_one(client: Client, doctor: Actor, emile: str) -> None:
    address = printed(client, doctor, emile, "amlodipine 5 1/j 3 mois\nbio NFS CRP\nAT 3j")
    page = client.get(address)
    assert page.status_code == 200
    assert "3 papiers" in page.content.decode()
    place = f'<a href="{reverse("shell:records")}" aria-current="page"'
    assert place in page.content.decode(), "a page of the record"
    file = client.get(address.replace("/show?", "/show/file?"))
    assert file["Content-Type"] == "application/pdf"
    said = " ".join(one.get_textpage().get_text_bounded() for one in pypdfium2.PdfDocument(file.content))
    for word in ("amlodipine", "NFS CRP", "3 jours"):
        assert word in said
    for mark in (b"pdfaid:part", b"pdfuaid:part", b"/StructTreeRoot"):
        assert mark in file.content, "to be kept, and read aloud"
    assert file["Cache-Control"] == "no-store"
    sheets = [address.replace("/show?", f"/show/page/{number}?") for number in range(4)]
    found = [client.get(one) for one in sheets]
    assert [one.status_code for one in found] == [200, 200, 200, 404]
    assert found[2].content.startswith(b"\x89PNG")


def test_a_certificate_to_write_comes_first_and_joins_the_papers(
    client: Client, doctor: Actor, emile: str
) -> None:
    address = printed(client, doctor, emile, "amlodipine 5 1/j 3 mois\ncertificat médical sport")
    assert "/certificate?asked=" in address
    assert "amlodipine" not in address
    done = client.post(address, {"body": "Peut pratiquer : {motif}."})
    assert done["Location"].count("of=") == 2
    assert "2 papiers" in client.get(done["Location"]).content.decode()


def test_a_certificate_without_a_model_never_begins_in_the_words_of_another(
    client: Client, doctor: Actor, emile: str
) -> None:
    sport = "Aucun signe apparent qui contre-indique le sport."
    client.post("/practice/models", {"kind": "certificate", "name": "Sport", "text": sport})
    address = printed(client, doctor, emile, "amlodipine 5 1/j 3 mois\ncertificat enfant malade")
    assert "/certificate?asked=" in address
    page = unescape(client.get(address).content.decode())
    assert sport not in page
    assert "certifie avoir examiné ce jour" in page
    (chosen,) = re.findall(r'href="\?(asked=[^"]+&model=[^"]+)"', page)
    assert sport in client.get(f"{address.partition('?')[0]}?{chosen}").content.decode()
    assert sport in client.get(f"/paper/{emile}/certificate").content.decode(), "unasked, the first model"


def test_what_is_no_paper_of_this_patient_is_not_shown(client: Client, doctor: Actor, emile: str) -> None:
    address = printed(client, doctor, emile)
    other = patients.create(by=doctor, at=clock.now(), identity=identity(given="Autre")).id
    for path in ("show", "show/file", "show/page/0"):
        assert client.get(f"/paper/{emile}/{path}").status_code == 404
        assert client.get(f"/paper/{emile}/{path}?of=nobody").status_code == 404
        assert client.get(f"/paper/{other}/{path}?{address.partition('?')[2]}").status_code == 404


def test_a_letter_is_read_in_its_own_words_before_it_is_made(
    client: Client, doctor: Actor, emile: str
) -> None:
    page = unescape(client.get(f"/paper/{emile}/letter").content.decode())
    assert "DURAND" in re.search(r"<textarea name=\"body\".*?</textarea>", page, re.S)[0]  # type: ignore[index]
    assert "{nom}" not in page
    leave = unescape(client.get(f"/paper/{emile}/sick_leave").content.decode())
    assert "{jours}" in leave


def test_a_letter_begins_with_the_reason_and_the_measures_of_the_visit(
    client: Client, doctor: Actor, emile: str
) -> None:
    printed(client, doctor, emile, "Motif : toux traînante\nTA 14/8\namlodipine 5 1/j 3 mois")
    page = unescape(client.get(f"/paper/{emile}/letter").content.decode())
    assert "Motif : toux traînante" in page
    assert "140/80 mmHg" in page


def test_several_certificates_of_one_visit_are_written_one_after_the_other(
    client: Client, doctor: Actor, emile: str
) -> None:
    address = printed(client, doctor, emile, "amlodipine 5 1/j 3 mois\ncertif sport\ncertif école")
    assert "/certificate?asked=" in address
    second = client.post(address, {"body": "Peut pratiquer."})["Location"]
    assert "/certificate?asked=" in second
    assert second != address
    done = client.post(second, {"body": "Peut aller à l’école."})["Location"]
    assert done.count("of=") == 3
    assert "3 papiers" in client.get(done).content.decode()


def test_what_is_left_for_later_is_named_beside_the_papers(client: Client, doctor: Actor, emile: str) -> None:
    address = printed(client, doctor, emile, "amlodipine 5 1/j 3 mois\ncertif sport\ncourrier cardio")
    after = client.get(f"{address}&later=1")["Location"]
    page = unescape(client.get(after).content.decode())
    assert "Reste à écrire" in page
    assert re.findall(r'href="/paper/[^"]*/(certificate|letter)\?asked=', page) == ["certificate", "letter"]


def test_a_letter_begins_with_whom_and_why_the_note_says(client: Client, doctor: Actor, emile: str) -> None:
    client.post("/practice/models", {"kind": "letter", "name": "Avis cardiologique", "text": "Pour le cœur."})
    address = printed(client, doctor, emile, "courrier dermato")
    assert "/letter?asked=" in address
    page = unescape(client.get(address).content.decode())
    assert ">\nDermatologie</textarea>" in page
    assert "Pour le cœur." not in page, "a letter for another specialty"
    heart = unescape(client.get(printed(client, doctor, emile, "courrier cardio")).content.decode())
    assert ">\nCardiologie</textarea>" in heart
    assert "Pour le cœur." in heart


def test_a_letter_says_what_the_line_asks_of_its_reader(client: Client, doctor: Actor, emile: str) -> None:
    address = printed(client, doctor, emile, "Motif : suivi\ncourrier cardio pour palpitations. RAS sinon")
    assert "Motif : palpitations" in unescape(client.get(address).content.decode())


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({}, "Indiquez le nombre de jours"),
        ({"since": "2026-12-01", "until": "2026-11-30"}, "avant le premier"),
        ({"since": "2026-12-01", "until": "2026-12-03", "days": "5"}, "cela fait 3 jours et non 5"),
        ({"days": "0"}, "supérieure ou égale à 1"),
    ],
)
def test_a_leave_whose_days_are_missing_or_disagree_says_so(
    client: Client, doctor: Actor, emile: str, typed: dict[str, str], said: str
) -> None:
    answer = client.post(f"/paper/{emile}/sick_leave", {"body": "Arrêt de {jours} jours.", **typed})
    assert answer.status_code == 422
    assert said in unescape(answer.content.decode())


def test_the_length_of_a_leave_comes_from_its_last_day(client: Client, doctor: Actor, emile: str) -> None:
    typed = {
        "since": "2026-12-01",
        "until": "2026-12-03",
        "body": "Arrêt de {jours} jours, jusqu’au {jusquau}.",
    }
    address = client.post(f"/paper/{emile}/sick_leave", typed)["Location"]
    file = client.get(address.replace("/show?", "/show/file?"))
    said = " ".join(one.get_textpage().get_text_bounded() for one in pypdfium2.PdfDocument(file.content))
    assert "3 jours, jusqu’au 03/12/2026" in said.replace("\r\n", " ")


def test_a_leave_opens_with_all_that_its_note_says(client: Client, doctor: Actor, emile: str) -> None:
    address = printed(client, doctor, emile, "AT 15 jours, sorties libres")
    page = unescape(client.get(address).content.decode())
    assert 'name="days" value="15"' in page
    assert "Sorties libres." in page
    answer = client.post(address, {"days": "15", "body": "de {jours} jours, jusqu’au … inclus"})
    assert answer.status_code == 422
    assert "Il reste un blanc" in unescape(answer.content.decode())


def test_two_lengths_of_one_leave_are_told_before_anybody_prints(
    client: Client, doctor: Actor, emile: str
) -> None:
    last = timezone.localtime(clock.now()).date() + timedelta(days=2)
    address = printed(client, doctor, emile, f"AT 15 jours jusqu'au {last:%d/%m/%Y}")
    assert "cela fait 3 jours et non 15" in unescape(client.get(address).content.decode())


def test_a_certificate_that_says_nothing_is_refused_beside_its_text(
    client: Client, doctor: Actor, emile: str
) -> None:
    page = unescape(client.get(f"/paper/{emile}/certificate").content.decode())
    body = re.search(r'<textarea name="body".*?>\n(.*?)</textarea>', page, re.S)[1]  # type: ignore[index]
    answer = client.post(f"/paper/{emile}/certificate", {"body": body})
    assert answer.status_code == 422
    assert "ne certifie rien" in unescape(answer.content.decode())
