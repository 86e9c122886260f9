"""What a note said is shown with the way back to its words: allergies and tasks as well as problems."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client

from carnet.record.actor import Actor
from tests.web.signed_in import alice
from tests.web.test_consultation import emile
from tests.web.test_paper import printed

__all__ = ["emile"]


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def record(client: Client, doctor: Actor, emile: str, text: str) -> str:
    """The record once all that this note says was accepted and signed."""
    printed(client, doctor, emile, text)
    return client.get(f"/patient/{emile}").content.decode()


def test_an_allergy_and_a_task_lead_to_their_words(client: Client, doctor: Actor, emile: str) -> None:
    page = record(client, doctor, emile, "allergie pénicilline. cs ds 3 mois")
    sources = re.findall(r'class="source no-print" href="([^"]+)"', page)
    assert len(sources) == 2
    for href in sources:
        assert "<mark" in client.get(href.replace("&amp;", "&")).content.decode()


def test_no_known_allergy_to_drugs_is_no_alarm(client: Client, doctor: Actor, emile: str) -> None:
    page = record(client, doctor, emile, "Pas d'allergie médicamenteuse.")
    assert "Aucune allergie médicamenteuse connue" in page
    assert 'class="alarm"' not in page
    assert 'class="alarm"' in record(client, doctor, emile, "allergie pénicilline")
