"""A record that was shown is forgotten with its answer. What a template was given waits for the collector of cycles, and
to collect whole records stops all the others for longer than a page takes."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from carnet.demo import bulk
from carnet.record import clock
from carnet.record.reading import Reading
from tests.web.signed_in import HTMX, alice


@pytest.fixture
def without_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def readings() -> int:
    return sum(type(one) is Reading for one in gc.get_objects())  # isinstance would wake lazy objects


@pytest.mark.usefixtures("without_collector")
def test_no_page_of_a_record_leaves_the_record_behind(open_cell: Path, client: Client) -> None:
    by = alice(client)
    bulk.fill(by=by, at=clock.now(), patients=1, resources=40)
    id = bulk.patient_id(0)
    writing = client.post(reverse("consultation:open"), {"patient": id}).headers["Location"]
    before = readings()
    for page in ("patient:record", "patient:results", "patient:received", "patient:edit"):
        assert client.get(reverse(page, args=[id])).status_code == 200
        assert readings() == before, page
    assert client.get(reverse("patient:note", args=[id, f"{id}-0001"])).status_code == 200
    assert client.post(reverse("patient:record", args=[id]), {"count": "180"}, **HTMX).status_code == 200
    assert client.get(writing).status_code == 200
    assert readings() == before
