"""What was neither accepted nor refused stays only text: it is named once after the signature, and one key takes it in."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from carnet.actions import consultation, offers
from carnet.fhir import codes
from carnet.fhir.errors import Conflict
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.rules.passage import place_of
from tests.web.signed_in import alice
from tests.web.test_consultation import begun, draft_at, emile, pause

__all__ = ["emile"]
TEXT = "TA 14/8  HTA\namlodipine 5 1/j 3 mois\nbio NFS CRP\ncourrier cardio"


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def signed(client: Client, doctor: Actor, patient: str, *accepted: str, text: str = TEXT, **more: str) -> str:
    """A note of which these words were accepted; where signing leads."""
    where = begun(client, patient)
    revision = pause(client, where, patient, text).json()["revision"]
    mark(doctor, where, text, "accepted", *accepted)
    asked = {"patient": patient, "revision": revision, "text": text, **more}
    return str(client.post(f"{where}/sign", asked)["Location"])


def mark(doctor: Actor, where: str, text: str, verdict: str, *quotes: str) -> None:
    draft, day = draft_at(doctor, where), timezone.localtime(clock.now()).date()
    found = offers.read(by=doctor, day=day, draft=draft, text=text)
    keys = [one.key for one in found if one.fact["quote"] in quotes]
    assert len(keys) == len(quotes)
    offers.mark(by=doctor, day=day, draft=draft, text=text, keys=keys, verdict=verdict)  # type: ignore[arg-type]


def named(client: Client, where: str) -> list[str]:
    """What the page names, as it says it."""
    page = unescape(client.get(where).content.decode())
    found = re.search(r'<section class="notice left.*?</section>', page, re.S)
    if found is None:
        return []
    return re.findall(r"Retenir : </span>([^<]*)", found[0])


def take(client: Client, patient: str, key: str, on: str = "papers") -> str:
    answer = client.post("/consultation/take", {"patient": patient, "key": key, "on": on})
    return str(answer.headers.get("Location", answer.status_code))


def refused(client: Client, patient: str, key: str, sentence: str, on: str = "papers") -> str:
    """The page of this patient that a refusal leads to; its sentence stands there."""
    page = client.post("/consultation/take", {"patient": patient, "key": key, "on": on}, follow=True)
    assert page.status_code == 200
    said = unescape(page.content.decode())
    assert sentence in said
    assert page.redirect_chain[-1][0].startswith((f"/patient/{patient}", f"/paper/{patient}"))
    return said


def requests(doctor: Actor, patient: str) -> list[str]:
    record = gate.open_record(by=doctor, at=clock.now(), patient=patient)
    return [one.resource()["code"]["text"] for one in record.all("ServiceRequest")]


def test_what_was_left_is_named_on_the_papers_and_taken_in_by_one_key(
    client: Client, doctor: Actor, emile: str
) -> None:
    papers = signed(client, doctor, emile, "amlodipine 5 1/j 3 mois", "TA 14/8", print="1")
    assert named(client, papers) == [
        "biologie : bio NFS CRP",
        "avis : courrier cardio",
        "Hypertension artérielle",
    ]
    assert requests(doctor, emile) == [], "named is not accepted"
    after = take(client, emile, "order:bio nfs crp:1")
    assert requests(doctor, emile) == ["bio NFS CRP"]
    assert "biologie : bio NFS CRP" not in named(client, after)
    assert after.count("of=") == 2, "it stands on a paper of its own beside the prescription"
    assert "Ordonnance – Biologie" in unescape(client.get(after).content.decode())


def test_what_is_taken_in_says_where_it_was_written_by_whom_and_when(
    client: Client, doctor: Actor, emile: str
) -> None:
    signed(client, doctor, emile)
    take(client, emile, "order:bio nfs crp:1", on="record")
    record = gate.open_record(by=doctor, at=clock.now(), patient=emile)
    (order,) = (one.resource() for one in record.all("ServiceRequest"))
    (note,) = (one.resource() for one in record.all("Composition"))
    place = place_of(order)
    assert place
    assert (place.note, TEXT[place.start : place.end]) == (note["id"], "bio NFS CRP")
    assert order["authoredOn"] > note["date"], "accepted after the signature, and says so"
    assert order["encounter"] == note["encounter"]
    assert note["meta"]["versionId"] == "1", "the signed text has not changed"
    assert not codes.has_tag(note, codes.AMENDED)


def test_the_record_names_it_once_and_never_again(client: Client, doctor: Actor, emile: str) -> None:
    where = signed(client, doctor, emile, "TA 14/8")
    assert where == f"/patient/{emile}"
    assert "biologie : bio NFS CRP" in named(client, where)
    assert named(client, where) == []


def test_what_the_papers_named_is_not_said_again_in_the_record(
    client: Client, doctor: Actor, emile: str
) -> None:
    papers = signed(client, doctor, emile, "amlodipine 5 1/j 3 mois", print="1")
    assert named(client, papers) == named(client, papers) != [], "the page of the papers keeps it"
    assert named(client, f"/patient/{emile}") == []


def test_what_was_refused_or_is_known_is_not_named(client: Client, doctor: Actor, emile: str) -> None:
    signed(client, doctor, emile, "HTA")
    where = begun(client, emile)
    text = "HTA\nbio NFS CRP\ncourrier cardio"
    revision = pause(client, where, emile, text).json()["revision"]
    mark(doctor, where, text, "refused", "bio NFS CRP")
    page = client.post(f"{where}/sign", {"patient": emile, "revision": revision, "text": text})["Location"]
    assert named(client, page) == ["avis : courrier cardio"]


def test_nothing_left_says_nothing(client: Client, doctor: Actor, emile: str) -> None:
    assert named(client, signed(client, doctor, emile, "TA 14/8", text="TA 14/8")) == []


def test_a_correction_names_only_what_it_added(client: Client, doctor: Actor, emile: str) -> None:
    client.get(signed(client, doctor, emile, "TA 14/8", text="TA 14/8  HTA"))
    record = gate.open_record(by=doctor, at=clock.now(), patient=emile)
    (note,) = record.all("Composition")
    where = client.post("/consultation/amend", {"patient": emile, "composition": note.id})["Location"]
    asked = {"patient": emile, "revision": 1, "text": "TA 14/8  HTA\nbio NFS CRP"}
    kept = pause(client, where, emile, asked["text"], revision=draft_at(doctor, where).revision).json()
    page = client.post(f"{where}/sign", {**asked, "revision": kept["revision"]}, follow=True)
    said = unescape(page.content.decode())
    assert "Note corrigée." in said
    assert "Note signée." not in said
    assert "biologie : bio NFS CRP" in said
    assert "Retenir : </span>Hypertension" not in said


def test_another_patient_another_key_another_day_take_nothing(
    client: Client, doctor: Actor, emile: str
) -> None:
    signed(client, doctor, emile)
    assert take(client, "somebody", "order:bio nfs crp:1") == "404"
    assert refused(client, emile, "order:bio vs:1", "ne se reprend plus")
    tomorrow = clock.now() + timedelta(days=1)
    record = gate.open_record(by=doctor, at=clock.now(), patient=emile)
    (note,) = record.all("Composition")
    with pytest.raises(Conflict):
        consultation.take(
            by=doctor, at=tomorrow, patient=emile, composition=note.id, key="order:bio nfs crp:1",
            seen="biologie : bio NFS CRP",
        )  # fmt: skip
    assert requests(doctor, emile) == []


def test_taken_in_twice_is_written_once(client: Client, doctor: Actor, emile: str) -> None:
    signed(client, doctor, emile)
    take(client, emile, "order:bio nfs crp:1")
    assert refused(client, emile, "order:bio nfs crp:1", "ne se reprend plus")
    assert requests(doctor, emile) == ["bio NFS CRP"]


def test_what_is_turned_down_leaves_the_rest_to_be_named_again(
    client: Client, doctor: Actor, emile: str
) -> None:
    """Another window took it meanwhile: this page is told so, and the record names the rest once more."""
    where = signed(client, doctor, emile, "TA 14/8")
    assert "avis : courrier cardio" in named(client, where)
    (note,) = gate.open_record(by=doctor, at=clock.now(), patient=emile).all("Composition")
    consultation.take(
        by=doctor, at=clock.now(), patient=emile, composition=note.id, key="order:bio nfs crp:1",
        seen="biologie : bio NFS CRP",
    )  # fmt: skip
    page = refused(client, emile, "order:bio nfs crp:1", "Le dossier le dit déjà", on="record")
    assert requests(doctor, emile) == ["bio NFS CRP"]
    assert "Retenir : </span>avis : courrier cardio" in page
    assert named(client, where) == []


def test_a_dose_that_a_correction_changed_is_told_first_and_taken_by_its_key(
    client: Client, doctor: Actor, emile: str
) -> None:
    before, wrong, right = (f"Previscan 20 {dose} cp le soir" for dose in ("3/4", "1/2", "1/4"))
    for text in (before, wrong):
        client.get(signed(client, doctor, emile, text, text=text))
    record = gate.open_record(by=doctor, at=clock.now(), patient=emile)
    (note,) = (one for one in record.all("Composition") if wrong in one.body.decode())
    where = client.post("/consultation/amend", {"patient": emile, "composition": note.id})["Location"]
    kept = pause(client, where, emile, right, revision=draft_at(doctor, where).revision).json()
    asked = {"patient": emile, "revision": kept["revision"], "text": right, "print": "1"}
    said = unescape(client.post(f"{where}/sign", asked, follow=True).content.decode())
    (first, *_) = re.findall(r'<p class="notice[^>]*><span>([^<]*)', said)
    assert f"« {before} » est revenu aux traitements" in first
    assert f"la note dit maintenant « {right} »" in first
    assert 'notice notice-danger"><span>' + first in said
    assert re.search(r'tag-settle tag-long">à revoir : revenu par la correction du [^<]*1/4', said)
    (key,) = re.findall(r'name="key" value="([^"]*)"', said)
    done = client.post("/consultation/take", {"patient": emile, "key": key, "on": "record"}, follow=True)
    record_page = unescape(done.content.decode())
    assert "Retenu :" in record_page
    assert "à revoir : revenu" not in record_page
    assert f"« {right} »" in record_page


def test_what_was_taken_in_on_the_record_is_printed_from_there(
    client: Client, doctor: Actor, emile: str
) -> None:
    """Signed to be printed with nothing accepted: the record names what is left, its keys take it in, one more prints."""
    record = signed(client, doctor, emile, print="1")
    page = client.get(record).content.decode()
    assert re.search(r'<section class="notice left[^>]* autofocus', page), "the focus is where the keys act"
    assert 'data-left="p"' not in page, "nothing to print yet"
    for key in ("medication:amlodipine 5 1/j 3 mois:1", "order:bio nfs crp:1", "order:courrier cardio:1"):
        record = take(client, emile, key, on="record")
    page = client.get(record).content.decode()
    assert 'data-left="p"' in page
    (visit,) = re.findall(r'name="encounter" value="([^"]+)"', page)
    papers = client.post(f"/paper/{emile}/visit", {"patient": emile, "encounter": visit})["Location"]
    assert "/letter?asked=" in papers, "what is still to write comes first"
    assert 'data-left="p"' not in client.get(f"/patient/{emile}").content.decode(), "said once"


def test_the_last_of_them_leaves_the_way_to_the_papers(client: Client, doctor: Actor, emile: str) -> None:
    signed(client, doctor, emile, text="bio NFS CRP")
    page = unescape(client.get(take(client, emile, "order:bio nfs crp:1", on="record")).content.decode())
    assert "Tout est retenu" in page
    assert "Imprimer l’ordonnance" in page
    again = unescape(client.get(f"/patient/{emile}").content.decode())
    assert "Tout est retenu" not in again
