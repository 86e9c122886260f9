"""Whatever is thrown at the FHIR door: an answer in FHIR's words, a refusal below 500, nothing of the program shown."""

from __future__ import annotations

import gzip
import io
import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from carnet.api import door, exchange, table
from carnet.api.exchange import Answer, Asked
from tests.api.asking import Said, ask, called
from tests.cast import EMILE

JSON = {"content_type": "application/fhir+json"}


def environ(**changes: Any) -> dict[str, Any]:
    made = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": "/fhir/Patient/x",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "8421",
        "HTTP_HOST": "127.0.0.1:8421",
        "HTTP_AUTHORIZATION": "Bearer alice",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(b""),
    }
    return {key: value for key, value in {**made, **changes}.items() if value is not None}


def refused(said: Said, *, status: int | None = None) -> None:
    assert 400 <= said.status < 500, said.body
    assert status in (None, said.status), said.body
    outcome = said.json
    assert outcome["resourceType"] == "OperationOutcome"
    for issue in outcome["issue"]:
        assert issue["severity"] == "error"
        assert issue["expression"]
        assert issue["details"]["text"]
    assert said.headers["Content-Type"] == exchange.FHIR_JSON
    assert said.headers["Cache-Control"] == "no-store"
    assert b"Traceback" not in said.body


BODIES = [
    b"{",
    b"[]",
    b"null",
    b'"Patient"',
    b"12",
    b"<Patient xmlns='http://hl7.org/fhir'/>",
    b"\xff\xfe{}",
    b'{"resourceType":"Patient","active":NaN}',
    b'{"resourceType":"Patient","active":Infinity}',
    b'{"resourceType":"Patient","gender":"male","gender":"female"}',
    b'{"resourceType":"Patient","resourceType":"Patient"}',
    b'{"resourceType":["Patient"]}',
    b'{"resourceType":{"a":1}}',
    b'{"resourceType":"Patient","meta":[]}',
    b'{"resourceType":"Patient","meta":"x"}',
    b'{"resourceType":"Patient","meta":{"versionId":{}},"name":3}',
    b'{"resourceType":"Patient","id":{"a":[]},"name":3}',
    b'{"resourceType":"Patient","extension":{}}',
    b'{"resourceType":"Patient","extension":[1,null,"x"]}',
    b'{"resourceType":"Patient","extension":[{"url":3}]}',
    b'{"resourceType":"Patient","name":[{"family":"\\ud800"}]}',
    b'{"resourceType":"Patient","name":[{"family":"a\\u0000b"}]}',
    b'{"resourceType":"Patient","multipleBirthInteger":' + b"9" * 5000 + b"}",
    b'{"resourceType":"Patient","multipleBirthInteger":1e999999}',
    b'{"resourceType":"Patient","contained":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    b'{"resourceType":"Patient","contact":' + b'[{"extension":' * 500 + b"1" + b"}]" * 500 + b"}",
]


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40])
def test_a_body_that_is_no_resource_is_refused(any_cell: Path, body: bytes) -> None:
    refused(ask("POST", "Patient", body))
    refused(ask("PUT", "Patient/x", body))
    refused(ask("PUT", "Patient?gender=male", body))
    refused(ask("PATCH", "Patient/x", body, content_type="application/json-patch+json"))
    assert ask("GET", "Patient/x").status == 404


@pytest.mark.parametrize(
    "number", ["1e400", "1e-5000", "-1E-400", "9" * 400, "0." + "9" * 5000, "-0", "-0.00"]
)
def test_a_number_of_any_size_is_kept_or_refused(any_cell: Path, number: str) -> None:
    ask("PUT", "Patient/a", {**EMILE, "id": "a"})
    body = (
        '{"resourceType":"Observation","status":"final","code":{"text":"x"},"subject":{"reference":"Patient/a"},'
        '"valueQuantity":{"value":' + number + ',"unit":"g"}}'
    )
    said = ask("POST", "Observation", body.encode())
    assert said.status in (201, 400, 422)


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/Patient/\x00",
        "/fhir/Patient/a/b",
        "/fhir/Patient/a/_history/1/x",
        "/fhir/Patient//x",
        "/fhir//Patient",
        "/fhir/patient/x",
        "/fhir/../fhir/Patient/x",
        "/fhir/Patient/x/$unknown",
        "/fhir/$unknown",
        "/fhir/Practitioner/x/$everything",
        "/fhir/Patient/x/Pasta",
        "/fhir/%50atient/x",
        "/fhir/Patient/" + "x" * 20_000,
        "/fhir/Patient/x/_history/" + "9" * 400,
        "/fhir/Patient/x/_history/\u00b2".encode().decode("latin-1"),
        "/fhir/Patient/\xff",
        "/fhir/Patient/_history/1",
    ],
)
@pytest.mark.parametrize("method", ["GET", "DELETE", "PUT"])
def test_an_address_that_is_none_is_refused(any_cell: Path, path: str, method: str) -> None:
    body = b'{"resourceType":"Patient"}' if method == "PUT" else b""
    said = called(
        environ(
            PATH_INFO=path,
            REQUEST_METHOD=method,
            CONTENT_TYPE="application/fhir+json",
            CONTENT_LENGTH=str(len(body)),
            **{"wsgi.input": io.BytesIO(body)},
        )
    )
    if method == "DELETE" and said.status == 204:
        return  # deleting what is not there is no error
    refused(said)


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_HOST": "evil.example"},
        {"HTTP_HOST": "127.0.0.1:8421/x"},
        {"HTTP_HOST": "127.0.0.1:8421\r\nX: y"},
        {"HTTP_HOST": "user@localhost"},
        {"HTTP_HOST": "\xff"},
        {"REQUEST_METHOD": "TRACE"},
        {"REQUEST_METHOD": "BREW"},
        {"REQUEST_METHOD": "get"},
        {"HTTP_ACCEPT": "application/fhir+xml"},
        {"HTTP_ACCEPT": "text/html"},
        {"HTTP_ACCEPT": ";;;,,,=q"},
        {"QUERY_STRING": "_format=xml"},
        {"QUERY_STRING": "_format=application/fhir%2Bxml"},
        {"QUERY_STRING": "a=%zz"},
        {"QUERY_STRING": "a=%"},
        {"QUERY_STRING": "a=%ff"},
        {"QUERY_STRING": "&".join(f"a{n}=1" for n in range(1000))},
        {"CONTENT_LENGTH": "-1"},
        {"CONTENT_LENGTH": "a"},
        {"CONTENT_LENGTH": "1e9"},
        {"CONTENT_LENGTH": "9" * 30},
        {"CONTENT_LENGTH": "99999999"},
        {"HTTP_AUTHORIZATION": "Basic YWxpY2U6"},
        {"HTTP_AUTHORIZATION": "Bearer"},
        {"HTTP_AUTHORIZATION": "Bearer \xff\x00"},
        {"HTTP_AUTHORIZATION": None},
        {"REQUEST_METHOD": "POST", "PATH_INFO": "/fhir/Patient", "HTTP_CONTENT_ENCODING": "gzip"},
        {"REQUEST_METHOD": "POST", "PATH_INFO": "/fhir/Patient"},
        {"REQUEST_METHOD": "POST"},
    ],
    ids=str,
)
def test_a_hostile_request_is_refused(any_cell: Path, changes: dict[str, Any]) -> None:
    refused(called(environ(**changes)))


@pytest.mark.parametrize(
    "kind", ["application/xml", "text/plain", "multipart/form-data", "", "json;charset=latin1"]
)
def test_another_kind_of_body_is_refused(open_cell: Path, kind: str) -> None:
    refused(ask("POST", "Patient", EMILE, content_type=kind), status=415)
    refused(ask("PATCH", "Patient/x", [], content_type="application/fhir+json"), status=415)


@pytest.mark.parametrize("name", ["if_match", "if_none_match", "if_none_exist", "if_modified_since", "prefer", "accept_language", "accept_encoding"])  # fmt: skip
@pytest.mark.parametrize(
    "value", ["", "\x00", "\xff\xfe", "x" * 50_000, 'W/"', "%", "=", ",,,;;;", "*", "gzip;q=x"]
)
def test_headers_of_any_kind_are_survived(open_cell: Path, name: str, value: str) -> None:
    made = ask("PUT", "Patient/a", {**EMILE, "id": "a"}).status
    assert made == 201
    for method, address, body in (
        ("GET", "Patient/a", None),
        ("POST", "Patient", EMILE),
        ("PUT", "Patient/a", {**EMILE, "id": "a"}),
        ("DELETE", "Patient/a", None),
    ):
        assert ask(method, address, body, **{name: value}).status < 500


def test_a_body_that_is_too_big_is_refused_before_it_is_read(open_cell: Path) -> None:
    said = called(
        environ(
            REQUEST_METHOD="POST",
            PATH_INFO="/fhir/Patient",
            CONTENT_TYPE="application/fhir+json",
            CONTENT_LENGTH=str(door.BODY_LIMIT + 1),
            **{"wsgi.input": None},
        )
    )
    refused(said, status=413)


def test_a_body_without_a_length_stops_at_the_limit(open_cell: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "BODY_LIMIT", 100)
    chunks = environ(
        REQUEST_METHOD="POST",
        PATH_INFO="/fhir/Patient",
        CONTENT_TYPE="application/fhir+json",
        HTTP_TRANSFER_ENCODING="chunked",
        **{"wsgi.input": io.BytesIO(b" " * 101)},
    )
    refused(called(chunks), status=413)


def test_a_failure_shows_nothing_of_itself(
    open_cell: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(asked: Asked) -> Answer:
        raise RuntimeError("Quetzalkowski")

    monkeypatch.setitem(table.TABLE, "type/id", {"GET": broken})
    said = ask("GET", "Patient/x")
    assert said.status == 500
    assert said.json["issue"][0]["code"] == "exception"
    assert b"Quetzalkowski" not in said.body
    assert "Quetzalkowski" not in caplog.text
    assert "RuntimeError" in caplog.text


def test_the_reader_is_told_in_their_language(open_cell: Path) -> None:
    french = ask("GET", "Patient/x").json["issue"][0]["details"]["text"]
    assert french == "Cette donnée n'existe pas dans ce cabinet."
    assert (
        ask("GET", "Patient/x", accept_language="de, fr;q=0.5").json["issue"][0]["details"]["text"] == french
    )


def test_two_updates_of_one_version_one_wins(any_cell: Path) -> None:
    ask("PUT", "Patient/a", {**EMILE, "id": "a"})
    said: list[int] = []
    start = threading.Barrier(4)

    def update() -> None:
        start.wait()
        said.append(ask("PUT", "Patient/a", {**EMILE, "id": "a"}, if_match='W/"1"').status)
        connections.close_all()

    threads = [threading.Thread(target=update) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [200, 412, 412, 412]
    assert ask("GET", "Patient/a").headers["ETag"] == 'W/"2"'


def test_of_many_conditional_creates_one_creates(any_cell: Path) -> None:
    resource = {**EMILE, "identifier": [{"system": "urn:x", "value": "1"}]}
    said: list[int] = []
    start = threading.Barrier(4)

    def create() -> None:
        start.wait()
        said.append(ask("POST", "Patient", resource, if_none_exist="identifier=urn:x|1").status)
        connections.close_all()

    threads = [threading.Thread(target=create) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [200, 200, 200, 201]


def test_options_tells_the_methods(open_cell: Path) -> None:
    said = ask("OPTIONS", "Patient/x")
    assert (said.status, said.body) == (204, b"")
    assert set(said.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "DELETE"}
    assert ask("OPTIONS", "Pasta").status == 404
    assert ask("OPTIONS", "Patient/x", by="").status == 401


def test_a_long_answer_is_compressed_for_who_takes_it(open_cell: Path) -> None:
    long = {**EMILE, "id": "a", "address": [{"text": "rue des Tilleuls " * 300}]}
    ask("PUT", "Patient/a", long)
    plain = ask("GET", "Patient/a")
    zipped = ask("GET", "Patient/a", accept_encoding="br, gzip;q=0.8")
    assert gzip.decompress(zipped.body) == plain.body
    assert (zipped.headers["Content-Encoding"], zipped.headers["Vary"]) == ("gzip", "Accept-Encoding")
    assert "Content-Encoding" not in ask("GET", "Patient/a", accept_encoding="gzip;q=0").headers
    assert "Content-Encoding" not in plain.headers
