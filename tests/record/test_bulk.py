"""Records written in bulk: the same rows as one by one, in the same tables, in an unbroken journal."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from carnet.demo import bulk as demo
from carnet.fhir.errors import Conflict, Invalid, Refused
from carnet.record import bulk, gate
from carnet.record.check import check
from carnet.record.validate import validate
from tests.cast import ALICE, CHLOE

TABLES = ("token", "string", "date", "reference", "quantity", "number", "uri")


def index_rows(id: str) -> dict[str, list[Any]]:
    """The index rows of one resource, without their keys; its words."""
    found: dict[str, list[Any]] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM store_resource WHERE fhir_id = %s", [id])
        [pk] = cursor.fetchone()
        for table in TABLES:
            cursor.execute(f"SELECT * FROM store_{table} WHERE resource = %s ORDER BY id", [pk])
            found[table] = [row[2:] for row in cursor.fetchall()]
        cursor.execute("SELECT count(*) FROM store_finder WHERE resource = %s", [pk])
        found["finder"] = cursor.fetchall()
    return found


def renamed(resource: dict[str, Any]) -> dict[str, Any]:
    return {**resource, "id": resource["id"].replace("bulk-", "once-")}


def test_the_rows_are_those_of_the_write_path(any_cell: Path, at: datetime) -> None:
    record = demo.record(3, 20, ALICE.who())
    bulk.fill(by=ALICE, at=at, action="test.bulk", records=[record])
    with gate.write(by=ALICE, at=at, action="test.once") as work:
        patient = renamed(record[0])
        work.create(patient, id=patient["id"])
        for resource in record[1:]:
            one = renamed(resource)
            own = "patient" if "patient" in one else "subject"
            work.create({**one, own: {"reference": f"Patient/{patient['id']}"}}, id=one["id"])
    for resource in record[1:]:
        once, many = index_rows(renamed(resource)["id"]), index_rows(resource["id"])
        once.pop("reference"), many.pop("reference")  # each names its own patient
        once["date"], many["date"] = once["date"][1:], many["date"][1:]  # the moment of writing
        assert {table: len(rows) for table, rows in once.items()} == {
            t: len(rows) for t, rows in many.items()
        }
        assert once["token"][1:] == many["token"][1:]
    assert index_rows("bulk-0000003")["finder"] == index_rows("once-0000003")["finder"]


def test_one_provenance_and_one_row_for_each_record(any_cell: Path, at: datetime) -> None:
    before = gate.audit_page(by=ALICE, limit=1)[0].seq
    assert demo.fill(by=ALICE, at=at, patients=3, resources=10) == 3 * 12
    listed = gate.audit_page(by=ALICE, limit=3)
    assert [row.seq for row in listed] == [before + 3, before + 2, before + 1]
    assert listed[0].patient == demo.patient_id(2)
    assert len(listed[0].entities) == 12
    record = gate.open_record(by=ALICE, at=at, patient=demo.patient_id(0))
    [provenance] = record.all("Provenance")
    assert len(provenance.resource()["target"]) == 11
    assert check().ok


def test_every_shape_is_fhir(open_cell: Path) -> None:
    for number in range(20):
        for resource in demo.record(number, 40, ALICE.who()):
            validate(resource)


def test_the_same_number_gives_the_same_person() -> None:
    assert demo.record(7, 30, {}) == demo.record(7, 30, {})
    assert demo.record(7, 0, {})[0]["name"] != demo.record(8, 0, {})[0]["name"]


def test_people_are_found_and_their_pages_told(any_cell: Path, at: datetime) -> None:
    demo.fill(by=ALICE, at=at, patients=2, resources=10)
    name = demo.record(1, 0, {})[0]["name"][0]
    found = gate.find_patients(by=ALICE, text=f"{name['given'][0]} {name['family']}")
    assert demo.patient_id(1) in [one.id for one in found]
    page = gate.search(by=ALICE, at=at, type="Composition", params=[("patient", demo.patient_id(1))])
    assert [one.type for one in page.entries] == ["Composition"]


def test_nothing_is_written_over(any_cell: Path, at: datetime) -> None:
    demo.fill(by=ALICE, at=at, patients=1, resources=2)
    with pytest.raises(Conflict):
        demo.fill(by=ALICE, at=at, patients=1, resources=2)


def test_a_filling_that_was_cut_short_is_completed(open_cell: Path, at: datetime) -> None:
    demo.fill(by=ALICE, at=at, patients=3, resources=2)
    seen: list[tuple[int, int]] = []
    kept = demo.complete(
        by=ALICE, at=at, patients=8, resources=2, progress=lambda done, all: seen.append((done, all))
    )
    assert (kept, seen[-1]) == (5 * 4, (5, 5))
    assert demo.complete(by=ALICE, at=at, patients=8, resources=2, progress=lambda done, all: None) == 0


def test_who_may_not_write_writes_nothing(open_cell: Path, at: datetime) -> None:
    with pytest.raises(Refused):
        demo.fill(by=CHLOE, at=at, patients=1, resources=10)


def test_the_first_record_is_validated(open_cell: Path, at: datetime) -> None:
    wrong = {**demo.record(0, 0, {})[0], "gender": "unsaid"}
    with pytest.raises(Invalid):
        bulk.fill(by=ALICE, at=at, action="test.bulk", records=[[wrong]])
