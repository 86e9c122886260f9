"""Papers of ours on their way to the printer: which of a record's documents they are, and all of them as one file. It
writes nothing: they were kept when they were made."""

from __future__ import annotations

from collections.abc import Sequence

from carnet.actions.paper import TITLES
from carnet.documents.paper.together import joined
from carnet.fhir.errors import NotFound
from carnet.record.gate import OpenRecord
from carnet.record.work import Stored
from carnet.rules import note, received

MOST = 20  # papers of one stack
_CODES = frozenset(code for _, code in TITLES.values())
_FIRST = tuple(TITLES[kind][1] for kind in ("prescription", "order"))
_NOT_HERE = "Ces documents ne sont pas des papiers de ce dossier."


def papers(record: OpenRecord, ids: Sequence[str]) -> list[Stored]:
    """Those that are named, in that order. Raises NotFound when one is not a paper that we made for this patient."""
    held = {one.id: one for one in record.all("DocumentReference") if _is_paper(one)}
    if not ids or len(ids) > MOST or not set(ids) <= held.keys():
        raise NotFound(_NOT_HERE)
    return [held[id] for id in dict.fromkeys(ids)]


def of_visit(record: OpenRecord, encounter: str) -> list[Stored]:
    """Those of one visit (`Encounter/id`) that stand: the prescription, other orders, then letters and certificates, in
    the order in which they were made."""
    held = [one for one in record.all("DocumentReference") if _is_paper(one) and _visit(one) == encounter]
    found = [one for one in held if one.resource().get("status") == "current"]
    return sorted(found, key=lambda one: (_rank(one), one.updated)) if encounter else []


def _rank(document: Stored) -> int:
    said = {str(one.get("code")) for one in document.resource().get("type", {}).get("coding", [])}
    return next((rank for rank, code in enumerate(_FIRST) if code in said), len(_FIRST))


def together(record: OpenRecord, found: Sequence[Stored]) -> bytes:
    """One PDF of their pages."""
    return joined([record.blob(_blob(one)) for one in found])


def _is_paper(document: Stored) -> bool:
    """Laid out by the program for one of us, never received."""
    said = document.resource()
    coded = {str(one.get("code")) for one in said.get("type", {}).get("coding", [])}
    ours = received.state(said) is None and said.get("docStatus") == "final" and len(said["content"]) == 1
    return (
        bool(coded & _CODES)
        and ours
        and said["content"][0]["attachment"].get("contentType") == "application/pdf"
    )


def _blob(document: Stored) -> str:
    return str(document.resource()["content"][0]["attachment"]["url"]).partition("/")[2]


def visit_of(found: Sequence[Stored]) -> str:
    """The id of the visit that asked for these papers, empty when none did."""
    return next((visit.partition("/")[2] for one in found if (visit := _visit(one))), "")


def note_of(record: OpenRecord, encounter: str) -> str:
    """The id of the note of that visit, whose words its papers say; empty when there is none of ours."""
    asked = f"Encounter/{encounter}"
    listed = [one for one in record.all("Composition") if note.text_of(one.resource()) is not None]
    return next(
        (one.id for one in listed if one.resource().get("encounter", {}).get("reference") == asked), ""
    )


def _visit(document: Stored) -> str:
    listed = document.resource().get("context", {}).get("encounter", [])
    return str(listed[0].get("reference", "")) if listed else ""
