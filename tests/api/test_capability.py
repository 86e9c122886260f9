"""The CapabilityStatement: open to all, and true to its last line. The door is asked for all that it states."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carnet.api import capability
from carnet.api.table import TABLE
from carnet.fhir import json, search_parameters
from carnet.record.validate import types, validate
from tests.api.asking import Said, ask

# What is stated in other words than as an interaction: documents, forms of searches, operations, compartments.
OTHERWISE = {"metadata", "openapi.json", "_search", "type/_search"}
WRITES = {"create": "POST", "update": "PUT", "patch": "PATCH", "delete": "DELETE"}
VALUES = {
    "date": "2020-01-01",
    "number": "1",
    "quantity": "1",
    "reference": "x",
    "string": "x",
    "token": "x",
    "uri": "http://x",
}


@pytest.fixture
def rest(open_cell: Path) -> dict[str, Any]:
    found: dict[str, Any] = ask("GET", "metadata", by="").json["rest"][0]
    return found


def is_known(said: Said) -> bool:
    """Whether the door has this: that there is nothing at an id, or that what was sent is wrong, is an answer."""
    text = "" if said.status < 400 else said.json["issue"][0]["details"]["text"]
    return said.status not in (405, 500, 501) and "adresse n'existe pas" not in text and "Ce type" not in text


def test_it_is_open_to_all_and_valid(open_cell: Path) -> None:
    said = ask("GET", "metadata", by="")
    assert (said.status, said.json["kind"], said.json["fhirVersion"]) == (200, "instance", "4.0.1")
    validate(said.json)
    assert ask("HEAD", "metadata", by="").body == b""


def test_a_client_that_knows_it_is_told_so(open_cell: Path) -> None:
    tag = ask("GET", "metadata").headers["ETag"]
    assert ask("GET", "metadata", if_none_match=tag).status == 304
    assert ask("GET", "metadata", if_none_match='W/"other"').status == 200


def test_it_speaks_two_languages_and_can_be_cut(open_cell: Path) -> None:
    assert ask("GET", "metadata").headers["Content-Language"] == "fr"
    english = ask("GET", "metadata", accept_language="en")
    assert english.headers["Content-Language"] == "en"
    assert english.headers["ETag"] != ""
    assert "implementation" not in ask("GET", "metadata?_elements=fhirVersion").json
    assert ask("GET", "metadata?mode=full").status == 200
    assert ask("GET", "metadata?mode=terminology").status == 400


def test_nothing_of_the_table_goes_unstated() -> None:
    stated = {*capability.INTERACTIONS, *capability.SYSTEM, *capability.CONDITIONS}
    for shape, methods in TABLE.items():
        last = shape.rpartition("/")[2]
        if shape in OTHERWISE or last in capability.OPERATIONS or shape.startswith("Patient/id/"):
            continue
        for method in methods:
            assert (shape, method) in stated or (shape, method) == ("type", "PATCH"), (shape, method)


def test_every_type_is_stated_once(rest: dict[str, Any]) -> None:
    assert [one["type"] for one in rest["resource"]] == sorted(types())


def test_every_interaction_that_it_states_is_known(rest: dict[str, Any]) -> None:
    addresses = {
        "read": ("GET", "/x"),
        "vread": ("GET", "/x/_history/1"),
        "update": ("PUT", "/x"),
        "patch": ("PATCH", "/x"),
        "delete": ("DELETE", "/x"),
        "history-instance": ("GET", "/x/_history"),
        "history-type": ("GET", "/_history?_count=1"),
        "create": ("POST", ""),
        "search-type": ("GET", "?_count=0"),
    }
    for one in rest["resource"]:
        for interaction in one["interaction"]:
            method, tail = addresses[interaction["code"]]
            sent = {"PUT": {"resourceType": one["type"], "id": "x"}, "POST": {"resourceType": one["type"]}}
            more = {"content_type": "application/json-patch+json"} if method == "PATCH" else {}
            said = ask(method, one["type"] + tail, [] if method == "PATCH" else sent.get(method), **more)
            assert is_known(said), (one["type"], interaction, said.status, said.body)
    for interaction in rest["interaction"]:
        method = "POST" if interaction["code"] in ("batch", "transaction") else "GET"
        address = (
            "_history?_count=1"
            if interaction["code"] == "history-system"
            else ""
            if method == "POST"
            else "?_type=Patient"
        )
        body = {"resourceType": "Bundle", "type": interaction["code"]} if method == "POST" else None
        assert ask(method, address, body).status == 200, interaction


def test_no_unstated_method_answers(open_cell: Path) -> None:
    for shape, methods in TABLE.items():
        names = {"type": "Patient", "id": "x", "version": "1"}
        address = "/".join(names.get(part, part) for part in shape.split("/"))
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods.keys():
            more = {"content_type": "application/json-patch+json"} if method == "PATCH" else {}
            said = ask(method, address, **more)
            assert said.status == 405, (method, address, said.status)


@pytest.mark.slow
def test_every_search_parameter_that_it_states_is_known_and_no_other(rest: dict[str, Any]) -> None:
    common = {one["name"]: one["type"] for one in rest["searchParam"]}
    every = {one["name"] for resource in rest["resource"] for one in resource.get("searchParam", ())}
    draw = random.Random(4)
    for resource in rest["resource"]:
        type_, stated = resource["type"], {one["name"]: one["type"] for one in resource["searchParam"]}
        for name, kind in {**stated, **common}.items():
            said = ask("GET", f"{type_}?{name}={value(type_, name, kind)}&_count=1")
            assert said.status == 200, (type_, name, said.body)
        for name in [*draw.sample(sorted(every - stated.keys()), 3), "near", "colour", "_list", "_query"]:
            assert ask("GET", f"{type_}?{name}=x").status == 400, (type_, name)


def value(type: str, name: str, kind: str) -> str:
    if kind != "composite":
        return "2020-01-01" if name == "_lastUpdated" else VALUES[kind]
    known = search_parameters.of(type)
    return "$".join(VALUES[known[part.code].kind] for part in known[name].components)


@pytest.mark.slow
def test_every_inclusion_that_it_states_is_known(rest: dict[str, Any]) -> None:
    stated = [pair for resource in rest["resource"] for pair in inclusions(resource)]
    for type_, name, value in random.Random(4).sample(stated, 1000):
        said = ask("GET", f"{type_}?{name}={value}&_count=1")
        assert said.status == 200, (type_, name, value, said.body)
    assert ask("GET", "Patient?_include=Patient:colour").status == 400
    assert ask("GET", "Patient?_revinclude=Observation:device:Group").status == 400


def inclusions(resource: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for key, name in (("searchInclude", "_include"), ("searchRevInclude", "_revinclude")):
        for stated in resource.get(key, ()):
            yield resource["type"], name, stated


def test_every_operation_that_it_states_is_known(rest: dict[str, Any]) -> None:
    addresses = {"validate": "$validate", "everything": "x/$everything", "lastn": "$lastn?code=x&patient=x"}
    for resource in rest["resource"]:
        names = {one["name"] for one in resource["operation"]}
        for name in names:
            method, body = (
                ("POST", {"resourceType": resource["type"]}) if name == "validate" else ("GET", None)
            )
            said = ask(method, f"{resource['type']}/{addresses[name]}", body)
            assert is_known(said), (resource["type"], name, said.body)
        for name in set(addresses) - names:
            said = ask("GET", f"{resource['type']}/{addresses[name]}")
            assert said.status in (404, 405), (resource["type"], name)


def test_conditions_hold_where_they_are_stated(rest: dict[str, Any]) -> None:
    for resource in rest["resource"]:
        type_, body = resource["type"], {"resourceType": resource["type"]}
        if resource.get("conditionalDelete"):
            assert ask("DELETE", f"{type_}?_id=none").status == 204
        else:
            assert ask("DELETE", f"{type_}?_id=none").status in (204, 403)
        assert is_known(ask("PUT", f"{type_}?_id=none", body))
        assert is_known(ask("POST", type_, body, if_none_exist="_id=none"))


def test_its_bytes_are_made_once(open_cell: Path) -> None:
    assert json.loads(ask("GET", "metadata").body) == json.loads(ask("GET", "metadata").body)
    assert capability._kept
