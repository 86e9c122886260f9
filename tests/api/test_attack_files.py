"""The public attack files, through every way in that takes a body: refused in words with a place, quickly, and nothing
is kept of them."""

from __future__ import annotations

import io
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carnet.fhir import json
from carnet.record import gate
from tests.api.asking import Said, ask
from tests.cast import ALICE, EMILE

SECONDS = 5.0  # for one file; a hang is longer
WAYS = (  # method, address, what a body is sent as
    ("POST", "Patient", "application/fhir+json"),
    ("PUT", "Patient/there", "application/json"),
    ("PATCH", "Patient/there", "application/json-patch+json"),
    ("PATCH", "Patient/there", "application/merge-patch+json"),
    ("POST", "", "application/fhir+json"),
    ("POST", "Patient/$validate", "application/fhir+json"),
    ("POST", "Patient/there/$everything", "application/fhir+json"),
    ("POST", "Patient/_search", "application/x-www-form-urlencoded"),
)


def json_files(shared: Path) -> Iterator[tuple[str, bytes]]:
    """`y_` is JSON, `n_` is not, `i_` may be taken either way."""
    with tarfile.open(shared / "suites" / "json-parsing" / "test_parsing.tgz") as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member)
            if opened:
                yield Path(member.name).name, opened.read()


def sent(way: tuple[str, str, str], body: bytes) -> Said:
    """The answer, which came quickly and is an answer: no failure, and a refusal that says where."""
    method, address, kind = way
    begun = time.process_time()
    said = ask(method, address, body, content_type=kind)
    assert time.process_time() - begun < SECONDS, (way, len(body))
    assert said.status < 500, (way, body[:80])
    if said.status >= 400:
        assert said.json["resourceType"] == "OperationOutcome"
        assert all(issue["details"]["text"] and issue["expression"] for issue in said.json["issue"])
    return said


@pytest.fixture
def kept(open_cell: Path) -> Iterator[None]:
    """A patient is there; at the end it is as it was, and the only one."""
    before = ask("PUT", "Patient/there", {**EMILE, "id": "there"}).json
    yield
    assert {**ask("GET", "Patient/there").json, "meta": before["meta"]} == before
    assert [one.id for one in gate.everybody(by=ALICE)] == ["there"]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]} {way[1]}")
def test_files_that_are_no_json_are_refused(kept: None, shared_data: Path, way: tuple[str, str, str]) -> None:
    for name, body in json_files(shared_data):
        said = sent(way, body)
        if name.startswith("n_") and body and "form" not in way[2]:
            assert said.status == 400, name


def test_what_they_hold_inside_a_resource_is_kept_whole_or_refused(
    open_cell: Path, shared_data: Path
) -> None:
    """Each file as an element of a resource, of an entry of a transaction, and as the value of a patch."""
    for _, body in json_files(shared_data):
        name = b'{"resourceType":"Patient","name":[{"family":' + body + b"}]}"
        entry = b'{"resource":' + name + b',"request":{"method":"POST","url":"Patient"}}'
        said = sent(WAYS[0], name)
        if said.status == 201:
            assert said.json["name"] == json.loads(name)["name"]
        sent(WAYS[4], b'{"resourceType":"Bundle","type":"transaction","entry":[' + entry + b"]}")
        sent(WAYS[4], b'{"resourceType":"Bundle","type":"batch","entry":[' + body + b"]}")
        sent(WAYS[2], b'[{"op":"add","path":"/name","value":' + body + b"}]")


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]} {way[1]}")
@pytest.mark.parametrize("kind", ["application/fhir+xml", "application/xml", ""])
def test_xml_is_refused_by_its_kind_and_as_json(
    kept: None, shared_data: Path, way: tuple[str, str, str], kind: str
) -> None:
    for path in sorted((shared_data / "suites" / "xml-attacks").iterdir()):
        said = sent((way[0], way[1], kind or way[2]), path.read_bytes())
        assert said.status == (415 if kind else 400), path.name


def test_xml_inside_a_narrative_is_refused(open_cell: Path, shared_data: Path) -> None:
    for path in sorted((shared_data / "suites" / "xml-attacks").glob("*.x*")):
        text = path.read_text("utf-8", "replace")
        for div in (text, f'<div xmlns="http://www.w3.org/1999/xhtml">{text}</div>'):
            body = {**EMILE, "text": {"status": "generated", "div": div}}
            assert sent(WAYS[0], json.dumps(body)).status == 422, path.name


def test_payloads_of_intruders_are_text_like_any_other(open_cell: Path, shared_data: Path) -> None:
    """As a name, an id, a criterion, an address of a transaction: kept as written, refused or found nowhere."""
    lines: list[str] = []
    with tarfile.open(shared_data / "suites" / "payloads-intruder" / "intruder.tgz") as archive:
        for member in archive.getmembers():
            opened = archive.extractfile(member)
            text = io.TextIOWrapper(opened, "utf-8", "replace").read() if opened else ""
            lines += [line for line in text.splitlines() if line.strip()][:8]
    names = json.loads((shared_data / "suites" / "blns" / "blns.json").read_bytes())
    for text in dict.fromkeys([*lines, *names]):
        check(text)
    assert len(lines) > 200


def check(text: str) -> None:
    made = sent(WAYS[0], json.dumps({"resourceType": "Patient", "name": [{"family": text}]}))
    assert made.status == 422 or made.json["name"][0]["family"] == text
    entries: list[Any] = [
        {"request": {"method": "GET", "url": f"Patient?name={text}"}},
        {"request": {"method": "DELETE", "url": f"Patient/{text}"}},
        {"request": {"method": "POST", "url": text}, "resource": EMILE},
        {
            "request": {"method": "POST", "url": "Patient", "ifNoneExist": text},
            "resource": EMILE,
            "fullUrl": text,
        },
    ]
    for entry in entries:
        bundle = {"resourceType": "Bundle", "type": "batch", "entry": [entry]}
        said = sent(WAYS[4], json.dumps(bundle))
        if said.status == 200:
            assert int(said.json["entry"][0]["response"]["status"][:3]) < 500, text
    for path in (f"/{text}", "", text):
        sent(WAYS[2], json.dumps([{"op": "test", "path": path, "value": text}]))
