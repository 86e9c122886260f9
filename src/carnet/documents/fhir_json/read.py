"""Reads a FHIR file into one Read per patient: resources with lasting ids and honest references, and the fate of
each. Pure: knows nothing of what the record already holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from carnet.documents.fhir_json import binaries, names, patients, references, versions
from carnet.documents.fhir_json.describe import describe
from carnet.documents.fhir_json.entries import Entry, Unread, of_document, of_lines, parsed
from carnet.documents.fhir_json.types import NEED_PATIENT, SHARED_TYPES
from carnet.documents.reading import SUBJECT, Read, Statement
from carnet.fhir.errors import Malformed

Group = list[Entry]


def read(content: bytes, *, lines: bool = False) -> list[Read]:
    """One Read per patient of the file (one without patient when it names none). When there are several, resources
    shared by all patients stand in a Read of their own, the first; what could not be read stands in the first, too.
    Raises Malformed when the file is no FHIR at all."""
    whole = None if lines else parsed(content)
    found = of_lines(content) if whole is None else of_document(whole)
    entries = [one for one in found if isinstance(one, Entry)]
    unread = [one for one in found if isinstance(one, Unread)]
    if lines and not entries:
        raise Malformed("Aucune ligne de ce fichier n'est une ressource FHIR. Rien n'a été enregistré.")
    groups = _groups(entries, names.Targets(entries), names.digest(content))
    described = describe(entries, whole)
    return [group.read(described, unread if number == 0 else []) for number, group in enumerate(groups)]


class _Group:
    """The resources of one patient of the file, on their way to a Read."""

    def __init__(self, key: patients.Whose, scope: str, targets: names.Targets) -> None:
        self.key, self.scope, self.targets = key, scope, targets
        self.entries: Group = []
        self.names: dict[int, str] = {}

    def name(self, entry: Entry) -> str | None:
        """`Type/id` of a resource of this group, SUBJECT for its patient, None for another patient's."""
        if entry is self.key:
            return SUBJECT
        known = self.names.get(id(entry))
        return f"{entry.type}/{known}" if known else None

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.names[id(entry)] = names.source_id(entry, self.scope)

    def read(self, described: dict[str, Any], unread: Iterable[Unread]) -> Read:
        """What this group says, once every reference is honest."""
        kept, older = versions.newest(self.entries, lambda entry: f"{entry.type}/{self.names[id(entry)]}")
        made = {id(entry): self._made(entry) for entry in kept}
        parts, moved = binaries.take_out([resource for resource, _ in made.values()], self.targets)
        statements = [_not_understood(one) for one in unread]
        statements += [self._stated(entry, made[id(entry)][1], moved.get(id(entry))) for entry in kept]
        statements += [
            Statement(entry.place, entry.type, "part_of", _EARLIER, self.name(by)) for entry, by in older
        ]
        patient = next((_identified(*made[id(entry)], entry) for entry in kept if entry is self.key), None)
        held = [made[id(entry)][0] for entry in kept if entry is not self.key and id(entry) not in moved]
        return Read(
            **described,
            patient=patient or patients.said(self.key),
            resources=held,
            statements=statements,
            parts=parts,
        )

    def _made(self, entry: Entry) -> tuple[dict[str, Any], list[str]]:
        """The resource under its lasting id, and the references that the file could not honour."""
        resource = _copy(entry.resource)
        subject = self.key if isinstance(self.key, str) else None
        notes = references.rewrite(resource, self.targets, self.name, subject)
        if self.key == patients.UNNAMED and entry.type in NEED_PATIENT:
            resource[NEED_PATIENT[entry.type]] = {"reference": SUBJECT}
        resource["id"] = self.names[id(entry)]
        return resource, notes

    def _stated(self, entry: Entry, notes: list[str], shown_by: str | None) -> Statement:
        if shown_by:
            return Statement(entry.place, entry.type, "part_of", _SHOWN, shown_by)
        return Statement(entry.place, entry.type, "created", _note(notes), self.name(entry))


def _copy(node: Any) -> Any:
    """A copy of JSON; `copy.deepcopy` is four times slower for the same."""
    if isinstance(node, dict):
        return {key: _copy(value) for key, value in node.items()}
    return [_copy(child) for child in node] if isinstance(node, list) else node


_SHOWN = "Fichier montré par son document."
_EARLIER = "Autre version de la même ressource dans ce fichier."


def _groups(entries: Group, targets: names.Targets, digest: str) -> list[_Group]:
    """One group per patient, in the order of the file; the shared world goes with a patient who is alone, else first."""
    groups: dict[int | str, _Group] = {}
    common: Group = []
    for entry in entries:
        key = patients.whose(entry, targets)
        if key is None:
            common.append(entry)
            continue
        group = groups.setdefault(_label(key), _Group(key, _scope(key, digest), targets))
        group.add(entry)
    listed = list(groups.values()) or [_Group(None, digest, targets)]
    if common and len(listed) > 1:
        listed.insert(0, _Group(None, digest, targets))
    for entry in common:
        listed[0].add(entry)
    for group in listed[1:]:
        group.names |= {id(e): listed[0].names[id(e)] for e in common if e.type in SHARED_TYPES}
    return listed


def _label(key: Entry | str) -> int | str:
    return id(key) if isinstance(key, Entry) else key


def _scope(key: Entry | str, digest: str) -> str:
    """A patient who is only referred to is known by nobody else: their resources are named after the file."""
    return names.patient_key(key) if isinstance(key, Entry) else f"{digest}|{key}"


def _not_understood(one: Unread) -> Statement:
    return Statement(one.place, one.type or None, "not_understood", one.reason)


def _note(unresolved: list[str]) -> str:
    """Said in the report without what was written: a reference may hold an INS."""
    count = len(unresolved)
    if not count:
        return ""
    return f"{count} référence{'s' if count > 1 else ''} hors du fichier : gardée{'s' if count > 1 else ''} comme citation."


def _identified(patient: dict[str, Any], _: list[str], entry: Entry) -> dict[str, Any]:
    """The patient without the file's id, but with the address under which its other files may refer to them."""
    held = {key: value for key, value in patient.items() if key != "id"}
    known, listed = patients.patient_address(names.address(entry)), held.get("identifier", [])
    return {**held, "identifier": [*listed, known]} if known and isinstance(listed, list) else held
