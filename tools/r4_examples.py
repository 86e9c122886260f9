"""Puts HL7's official R4 examples through the FHIR door of a throw-away practice and reads them back: what is not equal,
number for number, is listed with its reason.

    npm pack hl7.fhir.r4.examples && tar xzf hl7.fhir.r4.examples-4.0.1.tgz
    .venv/bin/python tools/r4_examples.py package
"""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

DEFINITIONS = frozenset(
    [
        "CapabilityStatement",
        "CodeSystem",
        "CompartmentDefinition",
        "ConceptMap",
        "NamingSystem",
        "OperationDefinition",
        "SearchParameter",
        "StructureDefinition",
        "ValueSet",
    ]
)
ENOUGH = 725
ROUNDS = 4  # an example may be about another one, which comes first


def examples(folder: Path) -> dict[str, bytes]:
    """Every example that defines nothing, by `Type/id`. (One of them lies in two files.)"""
    found = {}
    for path in sorted(folder.glob("*-*.json")):
        content = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
        resource = json.loads(content)
        if resource["resourceType"] not in DEFINITIONS:
            found[f"{resource['resourceType']}/{resource['id']}"] = content
    return found


class Practice:
    """A throw-away practice whose door takes the operator's word."""

    def __init__(self, home: Path) -> None:
        from carnet.api import door
        from carnet.record import cell
        from carnet.record.actor import Actor, operator

        cell.create(home, passphrase="exemples officiels", practice="Exemples")
        by = operator(cell.practice_id())

        def who(_authorization: str, _at: datetime, _address: str) -> Actor:
            return by

        self._door = door.answering(who)

    def ask(self, method: str, address: str, content: bytes = b"") -> tuple[int, bytes]:
        """Status and body of one exchange."""
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": f"/fhir/{address}",
            "HTTP_HOST": "localhost",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": "application/fhir+json",
        }
        status: list[str] = []
        body = b"".join(self._door(environ, lambda *said: status.append(said[0])))
        return int(status[0][:3]), body


def patients(found: dict[str, bytes]) -> Iterator[str]:
    """Patients that examples are about and that are no example: they are made before, empty."""
    from carnet.fhir import references

    there = set(found)
    for content in found.values():
        for node in references.walk(json.loads(content)):
            pair = references.split(node["reference"])
            if pair and pair[0] == "Patient" and "/".join(pair) not in there:
                there.add("/".join(pair))
                yield pair[1]


def put_all(practice: Practice, found: dict[str, bytes]) -> dict[str, str]:
    """The reason of each one that is refused."""
    for id in patients(found):
        practice.ask("PUT", f"Patient/{id}", json.dumps({"resourceType": "Patient", "id": id}).encode())
    waiting = sorted(found, key=lambda address: (not address.startswith("Patient/"), address))
    reasons: dict[str, str] = {}
    for _ in range(ROUNDS):
        reasons = {}
        for address in waiting:
            status, body = practice.ask("PUT", address, found[address])
            if status not in (200, 201):
                reasons[address] = reason(status, body)
        waiting = list(reasons)
    return reasons


def reason(status: int, body: bytes) -> str:
    """Why it was refused: the first places of the OperationOutcome."""
    issues = json.loads(body)["issue"]
    said = [
        f"{issue['expression'][0]}: {issue.get('diagnostics') or issue['details']['text']}"
        for issue in issues
    ]
    return f"{status} {'; '.join(said[:3])}"


def plain(content: bytes) -> Any:
    """What must be equal: everything but what a server says of its version; numbers are the letters they are written
    in."""
    whole = json.loads(content, parse_float=_Number, parse_int=_Number)
    meta = {k: v for k, v in whole.get("meta", {}).items() if k not in ("versionId", "lastUpdated")}
    return {**{k: v for k, v in whole.items() if k != "meta"}, **({"meta": meta} if meta else {})}


class _Number(str):
    """A number as it is written; equal to no text."""

    __slots__ = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Number) and str(self) == str(other)

    __hash__ = str.__hash__


def main(folder: Path) -> int:
    """Say how many came back equal, and why not the others."""
    found = examples(folder)
    practice = Practice(Path(os.environ["CARNET_HOME"]))
    wrong = put_all(practice, found)
    for address, content in found.items():
        if address not in wrong:
            status, body = practice.ask("GET", address)
            if status != 200 or plain(body) != plain(content):
                wrong[address] = f"{status} read back differently"
    print(f"{len(found) - len(wrong)} of {len(found)} equal")
    for address, why in sorted(wrong.items()):
        print(f"  {address}: {why}")
    return int(len(found) - len(wrong) < ENOUGH)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(CARNET_HOME=f"{place}/cell", DJANGO_SETTINGS_MODULE="carnet.config.settings")
        os.environ.pop("CARNET_DATABASE_URL", None)
        import django

        django.setup()
        raise SystemExit(main(Path(sys.argv[1])))
