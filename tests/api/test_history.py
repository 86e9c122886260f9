"""Histories: of one resource, of a type, of the practice; pages that stay right while data change."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carnet.record import gate
from tests.api.asking import Said, ask
from tests.cast import ALICE, EMILE, FATOU


def versions(said: Said) -> list[str]:
    """`id/version`, `-` for a deletion."""
    assert said.status == 200, said.body
    found = []
    for entry in said.json.get("entry", []):
        number = entry["response"]["etag"].strip('W/"')
        mark = "-" if entry["request"]["method"] == "DELETE" else ""
        found.append(f"{entry['fullUrl'].rsplit('/', 1)[1]}/{number}{mark}")
        assert ("resource" in entry) is not bool(mark)
        if not mark:
            assert entry["resource"]["meta"]["versionId"] == number
    return found


def put(id: str, **changes: Any) -> str:
    said = ask("PUT", f"Patient/{id}", {**EMILE, "id": id, **changes})
    assert said.status in (200, 201)
    return str(said.json["meta"]["lastUpdated"])


def next_of(said: Said) -> str | None:
    links = {link["relation"]: link["url"] for link in said.json["link"]}
    return links["next"].split("/fhir/")[1] if "next" in links else None


def test_one_resource_tells_its_versions_newest_first(any_cell: Path) -> None:
    put("a")
    put("a", gender="unknown")
    ask("DELETE", "Patient/a")
    said = ask("GET", "Patient/a/_history")
    assert versions(said) == ["a/3-", "a/2", "a/1"]
    assert (said.json["type"], said.json["total"]) == ("history", 3)
    assert [entry["request"]["method"] for entry in said.json["entry"]] == ["DELETE", "PUT", "POST"]
    row = gate.audit_page(by=ALICE, limit=1)[0]
    assert (row.action, row.patient) == ("history", "a")
    assert ask("GET", "Patient/nobody/_history").status == 404


def test_a_type_and_the_practice_tell_theirs(any_cell: Path) -> None:
    put("a")
    put("b")
    put("a", gender="unknown")
    ask("PUT", "Organization/o", {"resourceType": "Organization", "id": "o", "name": "Labo"})
    assert versions(ask("GET", "Patient/_history")) == ["a/2", "b/1", "a/1"]
    everything = versions(ask("GET", "_history"))
    assert [one for one in everything if one[0] in "abo" and len(one) == 3] == ["o/1", "a/2", "b/1", "a/1"]


def test_pages_stay_right_while_data_change(any_cell: Path) -> None:
    for id in "abcdef":
        put(id)
    put("a", gender="unknown")
    page = ask("GET", "Patient/_history?_count=3")
    seen = versions(page)
    put("b", gender="unknown")  # its first version moves from the current ones to the superseded ones
    put("new")
    while (address := next_of(page)) is not None:
        page = ask("GET", address)
        seen += versions(page)
    assert seen == ["a/2", "f/1", "e/1", "d/1", "c/1", "b/1", "a/1"]


def test_since_and_at(any_cell: Path) -> None:
    put("a")
    second = put("a", gender="unknown")
    third = put("a", gender="other")
    assert versions(ask("GET", f"Patient/a/_history?_since={second}")) == ["a/3", "a/2"]
    assert versions(ask("GET", f"Patient/a/_history?_at={second}")) == ["a/2"]
    assert versions(ask("GET", f"Patient/a/_history?_at={third}")) == ["a/3"]
    assert versions(ask("GET", "Patient/a/_history?_at=2001")) == []
    assert versions(ask("GET", f"Patient/a/_history?_at={second[:4]}")) == ["a/3", "a/2", "a/1"]
    assert versions(ask("GET", "Patient/a/_history?_count=0")) == []
    assert ask("GET", "Patient/a/_history?_count=0").json["total"] == 3


def test_what_it_does_not_understand_it_says(open_cell: Path) -> None:
    put("a")
    for query in (
        "_since=yesterday",
        "_count=-1",
        "_count=x",
        "_page=1",
        "_page=a.b",
        "_page=1.2",
        "_at=2001-13",
    ):
        said = ask("GET", f"Patient/a/_history?{query}")
        assert (said.status, query.split("=")[0] in said.places[0]) == (400, True), said.body
    assert ask("GET", "Patient/a/_history?colour=blue").places == ["http.colour"]
    assert ask("GET", "Patient/a/_history?colour=blue", prefer="handling=lenient").status == 200


def test_the_secretary_sees_the_history_of_what_she_may_read(any_cell: Path) -> None:
    patient = ask("POST", "Patient", FATOU).json["id"]
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}
    ask("POST", "Observation", {**weight, "subject": {"reference": f"Patient/{patient}"}})
    assert ask("GET", "Observation/_history", by="chloe").status == 403
    types = {entry["resource"]["resourceType"] for entry in ask("GET", "_history", by="chloe").json["entry"]}
    assert types == {"Patient"}
