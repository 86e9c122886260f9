"""A Datamatrix that is scanned fills the form, finds the person, and keeps nothing by itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.test import Client

from carnet.record import gate
from carnet.record.actor import Actor
from tests.web.signed_in import alice


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


SCAN = (
    "IS01"
    + "0" * 22
    + "S1279035121518989S21.2.250.1.213.1.4.10\x1dS3DOMINIQUE\x1dS4PAT-TROIS\x1dS5FS628-03-1979S751215"
)


def test_a_scan_fills_the_form_and_keeps_nothing(doctor: Actor, client: Client) -> None:
    page = client.post("/patient/new", {"scan": SCAN})
    shown = page.content.decode()
    assert page.status_code == 200
    for value in ("PAT-TROIS", "DOMINIQUE", "28/03/1979", "279035121518989", "51215"):
        assert f'value="{value}"' in shown
    assert gate.find_patients(by=doctor, text="pat-trois") == []
    fields = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    made = client.post("/patient/new", fields)
    assert made.status_code == 302
    kept = gate.find_patients(by=doctor, text="279035121518989")[0].resource()
    assert kept["identifier"][0]["system"] == "urn:oid:1.2.250.1.213.1.4.10"


def test_a_scan_in_the_palette_finds_the_person(doctor: Actor, client: Client) -> None:
    page = client.post("/patient/new", {"scan": SCAN})
    client.post(
        "/patient/new",
        {n: page.context["form"][n].value() or "" for n in page.context["form"].fields},
    )
    assert "PAT-TROIS" in client.post("/shell/palette", {"text": SCAN}).content.decode()


def test_a_scan_read_in_part_says_what_to_do(doctor: Actor, client: Client) -> None:
    page = client.post("/patient/new", {"scan": SCAN[:60]})
    assert page.status_code == 422
    assert "scannez de nouveau" in page.content.decode()
