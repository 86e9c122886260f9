"""The OpenAPI document: whole, valid, bounded, and about the addresses that the door has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from carnet.api import table
from carnet.api.schemas import DESCRIBED
from tests.api.asking import ask
from tests.api.test_capability import is_known

SIZE_LIMIT = 250_000


def document() -> dict[str, Any]:
    found: dict[str, Any] = ask("GET", "openapi.json", by="").json
    return found


def test_it_is_open_to_all_small_and_kept_by_its_etag(open_cell: Path) -> None:
    said = ask("GET", "openapi.json", by="")
    assert (said.status, said.headers["Content-Type"]) == (200, "application/json")
    assert len(said.body) < SIZE_LIMIT
    assert ask("GET", "openapi.json", by="", if_none_match=said.headers["ETag"]).status == 304


def test_every_address_of_the_door_is_in_it_and_no_other(open_cell: Path) -> None:
    paths = document()["paths"]
    stated = {(path, method) for path, item in paths.items() for method in item if method != "parameters"}
    for shape, methods in table.TABLE.items():
        names = [*DESCRIBED, "{type}"] if shape.startswith("type") else [""]
        for name in names:
            parts = [name, *shape.split("/")[1:]] if name else shape.split("/")
            path = "/" + "/".join(
                {"type": "{of}", "id": "{id}", "version": "{version}"}.get(part, part)
                for part in parts
                if part
            )
            for method in methods:
                stated.remove((path, method.lower()))
    assert not stated


def test_names_are_unique_and_everything_referred_to_is_there(open_cell: Path) -> None:
    found = document()
    operations = [
        one for item in found["paths"].values() for name, one in item.items() if name != "parameters"
    ]
    names = [one["operationId"] for one in operations]
    assert len(names) == len(set(names))
    schemas = found["components"]["schemas"]
    for target in re.findall(r'"#/components/schemas/(\w+)"', ask("GET", "openapi.json").body.decode()):
        assert target in schemas
    links = [link for one in operations for link in one["responses"].get("201", {}).get("links", {}).values()]
    assert links
    assert {link["operationId"] for link in links} <= set(names)


def test_each_address_answers(open_cell: Path) -> None:
    for path, item in document()["paths"].items():
        address = re.sub(
            r"\{\w+\}", lambda found: {"{type}": "Location", "{of}": "Observation"}.get(found[0], "1"), path
        )
        for method in item.keys() - {"parameters"}:
            more = {"content_type": "application/json-patch+json"} if method == "patch" else {}
            assert is_known(ask(method.upper(), address.lstrip("/"), **more)), (method, address)
