"""The filter of a record's history shows what its texts say, the words marked."""

from __future__ import annotations

from pathlib import Path

from django.test import Client

from carnet.fhir import codes
from carnet.record import clock, gate
from tests.cast import EMILE
from tests.web.signed_in import HTMX, alice


def test_the_filter_marks_the_words_of_the_texts(open_cell: Path, client: Client) -> None:
    doctor = alice(client)
    with gate.write(by=doctor, at=clock.now(), action="test") as work:
        emile = work.create(EMILE)
        work.create(
            {
                "resourceType": "Composition",
                "status": "final",
                "type": {"text": "Consultation"},
                "subject": {"reference": emile.reference},
                "date": "2026-01-02",
                "author": [{"display": "Dr A. Martin"}],
                "title": "Consultation",
                "extension": [{"url": codes.NOTE, "valueString": "Œdème discret <b>ce matin</b>."}],
            }
        )
    path = f"/patient/{emile.id}"
    page = client.post(path, {"text": "oedeme"}, **HTMX).content.decode()
    assert "<mark>Œdème</mark> discret &lt;b&gt;" in page
    assert "<mark>" not in client.post(path, {"text": ""}, **HTMX).content.decode()
    assert "Rien ne correspond" in client.post(path, {"text": "zona"}, **HTMX).content.decode()
