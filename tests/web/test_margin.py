"""Offers by the screen: known ones say so, only what was seen is accepted, and a fact leads back to its words."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import Client

from carnet.record.actor import Actor
from tests.actions.test_offers import TEXT
from tests.web.signed_in import alice, chloe
from tests.web.test_consultation import begun, emile, pause

__all__ = ["emile"]


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def offered(client: Client, where: str, patient: str, text: str = TEXT) -> str:
    return unescape(client.post(f"{where}/offers", {"patient": patient, "text": text}).content.decode())


def said(client: Client, where: str, patient: str, **more: object) -> HttpResponse:
    return client.post(
        f"{where}/offers/mark", {"patient": patient, "text": TEXT, "verdict": "accepted", **more}
    )


def signed(client: Client, where: str, patient: str) -> None:
    revision = pause(client, where, patient, TEXT).json()["revision"]
    client.post(f"{where}/sign", {"patient": patient, "revision": revision, "text": TEXT})


def test_a_fact_leads_back_to_its_words_in_the_note(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    keys = ["condition:hta:1", "vital:ta 14/8:1"]
    assert said(client, where, emile, key=keys).status_code == 200
    signed(client, where, emile)
    record = unescape(client.get(f"/patient/{emile}").content.decode())
    href = re.search(r'href="(/patient/[^"]+/note/[^"?]+\?of=1&from=\d+&to=\d+)#words"', record)
    assert href, "the problem of the synthesis names its words"
    assert '<mark id="words" tabindex="-1">HTA</mark>' in client.get(href[1]).content.decode()
    results = unescape(client.get(f"/patient/{emile}/results").content.decode())
    found = re.search(r'href="([^"#]+)#words"', results)
    assert found
    assert '<mark id="words" tabindex="-1">TA 14/8</mark>' in client.get(found[1]).content.decode()


def test_numbers_that_name_nothing_show_the_whole_note(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    said(client, where, emile, key=["condition:hta:1"])
    signed(client, where, emile)
    record = unescape(client.get(f"/patient/{emile}").content.decode())
    path = re.findall(r'href="(/patient/[^"]+/note/[^"?#]+)', record)[0]
    for asked in ("?of=9&from=0&to=4", "?of=1&from=4&to=0", "?of=1&from=x&to=<b>", "?from=1&to=99999999999"):
        page = client.get(path + asked)
        assert page.status_code == 200
        assert b"<mark" not in page.content


def test_the_next_note_says_what_the_record_already_knows(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    assert "déjà au dossier" not in offered(client, where, emile)
    said(client, where, emile, key=["condition:hta:1", "vital:pds 81:1"])
    signed(client, where, emile)
    again = begun(client, emile)
    assert offered(client, again, emile).count("déjà au dossier") == 1
    page = unescape(client.get(again).content.decode())
    assert 'class="trend" data-measure="29463-7"' in page
    assert re.search(r"81\s*kg · \d\d/\d\d", page)


def test_an_offer_that_says_something_else_by_now_is_not_accepted(
    client: Client, doctor: Actor, emile: str
) -> None:
    where = begun(client, emile)
    answer = said(client, where, emile, key=["condition:hta:1"], words=["hypertension artérielle (absent)"])
    assert answer.status_code == 409
    assert "is-accepted" not in offered(client, where, emile)


def test_who_listens_hears_the_kind_and_the_words(client: Client, doctor: Actor, emile: str) -> None:
    shown = offered(client, begun(client, emile), emile)
    heard = re.findall(r'<span class="visually-hidden">(\w+) : </span>', shown)
    assert {"Mesure", "Problème", "Médicament"} <= set(heard)


def test_hostile_words_are_words(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    raw = client.post(
        f"{where}/offers", {"patient": emile, "text": "HTA <script>alert(1)</script> TA 14/8\"'"}
    )
    assert b"<script" not in raw.content


def test_a_page_of_one_patient_reads_nothing_for_another(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    assert client.post(f"{where}/offers", {"patient": "somebody", "text": TEXT}).status_code == 403


def test_the_secretary_reads_no_offer(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    chloe(client)
    assert client.post(f"{where}/offers", {"patient": emile, "text": TEXT}).status_code in (403, 404)


def test_what_was_signed_without_paper_is_shown_and_printed_later(
    client: Client, doctor: Actor, emile: str
) -> None:
    where = begun(client, emile)
    said(client, where, emile, key=["medication:amlodipine 5 1/j 3 mois:1"])
    signed(client, where, emile)
    record = unescape(client.get(f"/patient/{emile}").content.decode())
    assert "ordonnance à imprimer" in record
    path = re.findall(r'href="(/patient/[^"]+/note/[^"?#]+)', record)[0]
    page = unescape(client.get(path).content.decode())
    encounter = re.search(r'name="encounter" value="([^"]+)"', page)
    assert encounter
    answer = client.post(f"/paper/{emile}/visit", {"patient": emile, "encounter": encounter[1]})
    assert answer.status_code == 302
    assert "/show?of=" in answer.headers["Location"]
    assert "ordonnance à imprimer" not in unescape(client.get(f"/patient/{emile}").content.decode())


def test_a_note_without_prescription_offers_no_paper(client: Client, doctor: Actor, emile: str) -> None:
    where = begun(client, emile)
    said(client, where, emile, key=["condition:hta:1"])
    signed(client, where, emile)
    record = unescape(client.get(f"/patient/{emile}").content.decode())
    path = re.findall(r'href="(/patient/[^"]+/note/[^"?#]+)', record)[0]
    assert 'name="encounter"' not in unescape(client.get(path).content.decode())


def test_an_offer_says_which_treatment_it_takes_the_place_of(
    client: Client, doctor: Actor, emile: str
) -> None:
    where = begun(client, emile)
    said(client, where, emile, key=["medication:amlodipine 5 1/j 3 mois:1"])
    signed(client, where, emile)
    found = offered(client, begun(client, emile), emile, "amlodipine 10 1/j 3 mois")
    assert re.search(r'offer-ends">\s*remplace amlodipine 5 mg', found)
