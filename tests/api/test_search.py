"""Searches at the FHIR door: what comes back, how it is paged, what is refused, and who may see it. On both engines."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.asking import Said, ask
from tests.cast import EMILE, FATOU

LOINC = "http://loinc.org"
BASE = "http://127.0.0.1:8421/fhir"


def keep(resource: dict[str, Any]) -> str:
    """Creates it; its `Type/id`."""
    said = ask("PUT" if "id" in resource else "POST", _address(resource), resource)
    assert said.status == 201, said.body
    return f"{resource['resourceType']}/{said.json['id']}"


def _address(resource: dict[str, Any]) -> str:
    return "/".join(filter(None, (resource["resourceType"], resource.get("id"))))


def weight(patient: str, kilos: int, day: str, **fields: Any) -> dict[str, Any]:
    code = {"coding": [{"system": LOINC, "code": "29463-7"}], "text": "Poids"}
    return {
        "resourceType": "Observation", "status": "final", "code": code, "subject": {"reference": patient},
        "effectiveDateTime": day, "valueQuantity": {"value": kilos, "unit": "kg"}, **fields,
    }  # fmt: skip


@pytest.fixture
def emile(any_cell: Path) -> str:
    """Émile, with a doctor, whose weight was taken three times."""
    doctor = keep({"resourceType": "Practitioner", "id": "alice", "name": [{"family": "Martin"}]})
    patient = keep({**EMILE, "id": "emile", "generalPractitioner": [{"reference": doctor}]})
    for kilos, day in ((80, "2026-01-05"), (82, "2026-02-05"), (81, "2026-03-05")):
        keep(weight(patient, kilos, day, performer=[{"reference": doctor}]))
    return patient


def resources(said: Said, mode: str = "match") -> list[dict[str, Any]]:
    assert said.status == 200, said.body
    return [e["resource"] for e in said.json.get("entry", []) if e["search"]["mode"] == mode]


def kilos(said: Said) -> list[int]:
    return [one["valueQuantity"]["value"] for one in resources(said)]


def link(said: Said, relation: str) -> str | None:
    return next((one["url"] for one in said.json["link"] if one["relation"] == relation), None)


def followed(said: Said) -> Said:
    """The next page, as its link says."""
    url = link(said, "next") or ""
    assert url.startswith(BASE + "/")
    parts = urlsplit(url.removeprefix(BASE + "/"))
    return ask("GET", f"{parts.path}?{parts.query}")


def test_observations_of_a_patient_by_code_the_newest_first(emile: str) -> None:
    said = ask("GET", f"Observation?patient={emile}&code={LOINC}|29463-7&_sort=-date&_total=accurate")
    assert kilos(said) == [81, 82, 80]
    assert (said.json["type"], said.json["total"]) == ("searchset", 3)
    entry = said.json["entry"][0]
    assert entry["fullUrl"] == f"{BASE}/Observation/{entry['resource']['id']}"
    assert ask("GET", f"Observation/{entry['resource']['id']}").json == entry["resource"]
    assert link(said, "self") == f"{BASE}/Observation?patient={emile}&code={LOINC}|29463-7&_sort=-date&_total=accurate"  # fmt: skip


def test_the_form_asks_as_the_address_does(emile: str) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    assert kilos(ask("POST", "Observation/_search", b"_sort=date", **form)) == [80, 82, 81]
    assert kilos(ask("POST", "Observation/_search?_count=1", b"_sort=-date&patient=emile", **form)) == [81]
    said = ask("POST", "_search", b"_type=Practitioner,Patient", **form)
    assert [one["id"] for one in resources(said)] == ["emile", "alice"]
    assert ask("POST", "Observation/_search", b"_sort=%", **form).status == 400
    assert ask("POST", "Observation/_search", b"\xff=1", **form).status == 400


def test_ids_are_found_across_types(emile: str) -> None:
    for asked in ("?_id=emile,alice,nobody", "?_type=Patient,Practitioner,Observation&_id=alice,emile"):
        assert [one["id"] for one in resources(ask("GET", asked))] == ["emile", "alice"]
    assert [one["id"] for one in resources(ask("GET", f"{emile}/*?_id=emile"))] == ["emile"]
    assert resources(ask("GET", "?_type=Observation,Practitioner&_id=emile")) == []


def test_what_was_asked_by_post_never_stands_in_an_address(emile: str) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    asked = f"subject={emile}&_sort=date&_count=1".encode()
    said, seen = ask("POST", "Observation/_search", asked, **form), []
    for _ in range(3):
        seen += kilos(said)
        following = link(said, "next")
        if following is None:
            break
        assert "emile" not in following
        assert "subject" not in following
        said = ask("GET", following.removeprefix(f"{BASE}/"))
    assert seen == [80, 82, 81]
    sealed = str(link(ask("POST", "Observation/_search", asked, **form), "next"))
    for wrong in (sealed[:-3], sealed + "A", "Observation?_page=s.", "Observation?_page=s.%C3%A9"):
        assert ask("GET", wrong.removeprefix(f"{BASE}/")).status == 400


def test_pages_follow_each_other_while_data_change(emile: str) -> None:
    first = ask("GET", "Observation?_sort=date&_count=2")
    keep(weight(emile, 70, "2025-01-01"))
    second = followed(first)
    assert (kilos(first), kilos(second), link(second, "next")) == ([80, 82], [81], None)
    assert ask("GET", "Observation?_sort=date&_count=2&_page=x").status == 400


def test_our_own_address_before_a_reference_is_no_stranger(emile: str) -> None:
    assert len(kilos(ask("GET", f"Observation?subject={BASE}/{emile}"))) == 3
    assert kilos(ask("GET", f"Observation?subject=https://elsewhere.org/fhir/{emile}")) == []


def test_what_it_does_not_understand_is_refused_by_name(emile: str) -> None:
    for query, place in [
        ("colour=red", "http.colour"), ("birthdate=hier", "http.birthdate"), ("name:below=a", "http.name:below"),
        ("gender:in=http://x", "http.gender:in"), ("gender:not-in=x", "http.gender:not-in"), ("_sort=colour", "http.colour"),
        ("_count=many", "http._count"), ("_total=perhaps", "http._total"), ("_summary=long", "http._summary"),
        ("_include=Patient:colour", "http._include"), ("_include:again=Patient:link", "http._include:again"),
        ("_revinclude=*", "http._revinclude"), ("_type=Patient", "http._type"), ("_has:Observation:colour:code=x", "http._has:Observation:colour:code"),
    ]:  # fmt: skip
        said = ask("GET", f"Patient?{query}")
        assert (said.status, said.places, said.json["issue"][0]["severity"]) == (400, [place], "error"), query


def test_a_lenient_client_is_told_what_was_passed_over(emile: str) -> None:
    said = ask("GET", "Patient?colour=red&_sort=colour&name=durand", prefer="handling=lenient")
    assert [one["id"] for one in resources(said)] == ["emile"]
    [outcome] = resources(said, "outcome")
    assert [i["expression"] for i in outcome["issue"]] == [["http.colour"], ["http._sort"]]
    assert link(said, "self") == f"{BASE}/Patient?name=durand"
    # A modifier turns a question round: never passed over.
    assert ask("GET", "Patient?gender:in=x", prefer="handling=lenient").status == 400


def test_inclusions_go_forwards_backwards_and_on(emile: str) -> None:
    said = ask("GET", "Observation?_sort=date&_count=1&_include=Observation:patient")
    assert [one["id"] for one in resources(said, "include")] == ["emile"]
    said = ask(
        "GET",
        "Observation?_count=1&_include=Observation:patient&_include:iterate=Patient:general-practitioner",
    )
    assert {one["id"] for one in resources(said, "include")} == {"emile", "alice"}
    said = ask("GET", "Patient?_revinclude=Observation:subject&_include=*")
    assert [one["resourceType"] for one in resources(said, "include")] == ["Practitioner"] + [
        "Observation"
    ] * 3
    assert resources(ask("GET", "Patient?_include=Patient:organization"), "include") == []


def test_only_parts_when_asked_and_marked_so(emile: str) -> None:
    [one] = resources(ask("GET", "Observation?_count=1&_elements=valueQuantity"))
    assert set(one) == {"resourceType", "id", "meta", "status", "code", "valueQuantity"}
    assert one["meta"]["tag"][-1]["code"] == "SUBSETTED"
    [one] = resources(ask("GET", "Patient?_elements=gender&_summary=false"))
    assert set(one) == {"resourceType", "id", "meta", "gender"}
    [one] = resources(ask("GET", "Patient?_summary=true"))
    assert {"name", "gender", "birthDate"} <= set(one)
    assert "generalPractitioner" not in one
    [one] = resources(ask("GET", "Patient?_summary=text"))
    assert set(one) <= {"resourceType", "id", "meta", "text"}
    said = ask("GET", "Observation?_summary=count")
    assert (said.json["total"], "entry" in said.json, link(said, "self")) == (
        3,
        False,
        f"{BASE}/Observation?_summary=count",
    )
    [patient] = resources(
        ask("GET", "Observation?_count=1&_elements=status&_include=Observation:patient"), "include"
    )
    assert "name" in patient
    [read] = [ask("GET", f"{emile}?_elements=birthDate").json]
    assert set(read) == {"resourceType", "id", "meta", "birthDate"}


def test_a_compartment_holds_what_is_the_patients(emile: str) -> None:
    other = keep({**FATOU, "id": "fatou"})
    keep(weight(other, 60, "2026-01-01"))
    assert kilos(ask("GET", f"{emile}/Observation?_sort=date")) == [80, 82, 81]
    said = ask("GET", f"{emile}/*?_total=accurate")
    assert said.json["total"] == len(resources(said)) >= 4
    assert "fatou" not in said.body.decode()
    assert ask("GET", "Patient/nobody/Observation").status == 404


def test_everything_of_a_patient_and_who_it_names(emile: str) -> None:
    keep({**FATOU, "id": "fatou"})
    said = ask("GET", f"{emile}/$everything")
    assert {r["resourceType"] for r in resources(said)} >= {"Patient", "Observation"}
    assert said.json["entry"][0]["resource"]["id"] == "emile"
    assert [r["id"] for r in resources(said, "include")] == ["alice"]
    assert "fatou" not in said.body.decode()
    assert len(kilos(ask("GET", f"{emile}/$everything?_type=Observation"))) == 3
    assert resources(ask("GET", f"{emile}/$everything?_since=2100")) == []
    said, found = ask("GET", f"{emile}/$everything?_count=2"), list[str]()
    while link(said, "next"):
        found += [r["id"] for r in resources(said)]
        said = followed(said)
    found += [r["id"] for r in resources(said)]
    assert found == [r["id"] for r in resources(ask("GET", f"{emile}/$everything"))]
    asked = {"resourceType": "Parameters", "parameter": [{"name": "_type", "valueString": "Observation"}]}
    assert len(kilos(ask("POST", f"{emile}/$everything", asked))) == 3
    for query in ("colour=red", "_since=hier", "_count=x", "_page=x"):
        assert ask("GET", f"{emile}/$everything?{query}").status == 400
    assert ask("GET", "Patient/nobody/$everything").status == 404


def test_the_latest_of_each_code(emile: str) -> None:
    keep({**weight(emile, 6, "2024-01-01"), "code": {"coding": [{"system": LOINC, "code": "4548-4"}]}})
    keep({**weight(emile, 7, "2023-01-01"), "code": {"coding": [{"system": LOINC, "code": "4548-4"}]}})
    assert kilos(ask("GET", f"Observation/$lastn?patient={emile}")) == [81, 6]
    assert kilos(ask("GET", f"Observation/$lastn?patient={emile}&max=2")) == [81, 82, 6, 7]
    assert kilos(ask("GET", f"{emile}/Observation/$lastn?code=4548-4")) == [6]
    assert ask("GET", "Observation/$lastn").status == 400
    assert ask("GET", f"Observation/$lastn?patient={emile}&max=0").status == 400


def test_a_merged_patient_answers_under_both_ids(emile: str) -> None:
    old = keep({**EMILE, "id": "double"})
    keep(weight(old, 79, "2026-04-05"))
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES ('double', 'emile')")
    for id in ("double", "emile"):
        assert kilos(ask("GET", f"Observation?patient={id}&_sort=-date")) == [79, 81, 82, 80]
        assert len(kilos(ask("GET", f"Patient/{id}/$everything?_type=Observation"))) == 4
        assert len(resources(ask("GET", f"Patient?_id={id}&_revinclude=Observation:patient"), "include")) == 4


def test_each_sees_what_their_role_may(emile: str) -> None:
    # The secretary may not read observations: nor find, count, include or chain through them.
    for address in (
        "Observation", f"Patient/{emile}/Observation", "Observation/$lastn?patient=emile", "?_type=Observation",
    ):  # fmt: skip
        assert ask("GET", address, by="chloe").status in (403, 404), address
    assert ask("GET", "Patient?_has:Observation:patient:code=29463-7", by="chloe").status == 400
    said = ask("GET", "Patient?_revinclude=Observation:patient&_include=*", by="chloe")
    assert [r["id"] for r in resources(said, "include")] == ["alice"]
    said = ask("GET", f"{emile}/$everything", by="chloe")
    assert {r["resourceType"] for r in resources(said)} == {"Patient"}
    assert {r["resourceType"] for r in resources(ask("GET", "?_count=500", by="chloe"))} == {
        "Patient",
        "Practitioner",
    }


def test_dr_dalia_of_another_practice_finds_nothing(emile: str) -> None:
    for address in (
        "Patient",
        "?_type=Patient",
        f"{emile}/Observation",
        f"{emile}/$everything",
        f"Observation/$lastn?patient={emile}",
    ):
        said = ask("GET", address, by="dalia")
        assert (said.status, "emile" in said.body.decode().replace(emile, "")) == (404, False), address


def statements(address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert ask("GET", address).status == 200
    journal = [q for q in asked.captured_queries if "store_audit" in q["sql"] or "store_" not in q["sql"]]
    return len(asked.captured_queries) - len(journal)


def test_the_number_of_statements_does_not_grow_with_what_is_found(emile: str) -> None:
    asked = {
        f"Observation?patient={emile}&code={LOINC}|29463-7&_sort=-date": 1,
        "Observation?_count=2&_total=accurate": 2,
        "Observation?_include=Observation:patient&_include:iterate=Patient:general-practitioner": 3,
        "Patient?_revinclude=Observation:subject&_has:Observation:patient:code=29463-7": 2,
        f"{emile}/$everything": 4,
        f"Observation/$lastn?patient={emile}": 1,
    }  # fmt: skip
    if connection.vendor == "sqlite":  # which asks first whether the patient was merged
        asked = {address: count + ("patient=" in address) for address, count in asked.items()}
    before = {address: statements(address) for address in asked}
    for day in range(10, 25):
        keep(weight(emile, day, f"2026-05-{day}"))
    assert {address: statements(address) for address in asked} == before == asked


def test_a_chain_that_tries_too_many_types_is_refused(open_cell: Path) -> None:
    """Each of its links would try nine types: as they multiply, one question would stop the practice for half a minute."""
    assert ask("GET", "Library?successor.successor=Library/1").status == 200
    said = ask("GET", "Library?successor.successor.successor.successor=Library/1")
    assert (said.status, said.json["issue"][0]["severity"]) == (400, "error")
    named = "Library?successor:Library.successor:Library.successor:Library.successor=Library/1"
    assert ask("GET", named).status == 200
