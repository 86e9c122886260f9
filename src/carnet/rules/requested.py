"""What a request says on paper: the words of its line in the note, with what follows them and changes them (« puis 1x/sem »),
and why imaging is asked for where the line says so. Pure; it invents no reason and takes nobody's other words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from carnet.fhir.folding import fold
from carnet.rules import tables
from carnet.rules.note import CLAUSE
from carnet.rules.passage import place_of

Resource = dict[str, Any]
BLANK = "Indication : " + "." * 60  # to be filled by hand
_ORDER_WORD = re.compile(
    r"^(?:bio|bilan|biologie|labo)\s+(?=\w)", re.IGNORECASE
)  # the title of the paper says it
_OUTINGS = re.compile(r"\s*,\s*sorties?\b[^.;,\n]*", re.IGNORECASE)  # « AT 15 j, sorties libres »
_APART = re.compile(r"[ \t:]{0,3}")
_ROW = re.compile(r"[^\n]+")
Span = tuple[int, int]


def whole(request: Resource, note: str) -> str:
    """What was asked, to the end of its clause: a person reads it before it is printed."""
    span = _span(request, note)
    if span is None:
        return _text(request)
    end = span[1] + len(CLAUSE.split(note[span[1] :], maxsplit=1)[0])
    outings = _OUTINGS.match(note, end)
    return note[span[0] : outings.end() if outings else end].strip()


def lines(requests: Iterable[Resource], note: str) -> list[str]:
    """Requests of one kind, in the order of the note, with what follows in their clause and says when, how often or how
    much; « Bio ds 3 sem iono créat » is one line, not two."""
    return [one.words for one in _items(requests, note)]


def imaging(requests: Iterable[Resource], conditions: Iterable[Resource], note: str) -> list[str]:
    """The same, each with why it is asked for."""
    told = [(place, one) for one in conditions if (place := _span(one, note))]
    return [
        "\n".join(filter(None, (one.words, _indication(one, told, note)))) for one in _items(requests, note)
    ]


@dataclass(frozen=True, slots=True)
class _Item:
    """One line of a paper, and where the note says it; no place when its words stand there no more."""

    words: str
    span: Span | None = None


def _items(requests: Iterable[Resource], note: str) -> list[_Item]:
    found: list[_Item] = []
    for one in requests:
        span = _span(one, note)
        found += [_item(part, note) for part in _by_line(span, note)] if span else [_Item(_text(one))]
    made: list[_Item] = []
    for item in found:
        before = made[-1].span if made else None
        if (
            before
            and item.span
            and before[0] <= item.span[0]
            and _APART.fullmatch(note[before[1] : item.span[0]])
        ):
            whole_ = (before[0], max(before[1], item.span[1]))
            made[-1] = _Item(_words(whole_, note), whole_)
        else:
            made.append(item)
    return made


def _by_line(span: Span, note: str) -> list[Span]:
    rows = [found.span() for found in _ROW.finditer(note, *span)]
    return [row for row in rows if note[slice(*row)].strip(" -•*")]


def _item(span: Span, note: str) -> _Item:
    return _Item(_ORDER_WORD.sub("", _words(span, note)), span)


def _words(span: Span, note: str) -> str:
    return note[span[0] : _goes_on(note, span[1])].strip(" -•*\t")


def _indication(item: _Item, told: Sequence[tuple[Span, Resource]], note: str) -> str:
    """The one problem of its line, else of the note's conclusion; a line to fill where there is none, empty where its own
    words say why."""
    if _says_why().search(item.words):
        return ""
    ours = [one for place, one in told if item.span and _line_of(note, place) == _line_of(note, item.span)]
    ended = [one for place, one in told if _concludes().match(note[slice(*_line_of(note, place))])]
    for found in (ours, ended):
        named = dict.fromkeys(map(problem, found))
        if len(named) == 1:
            return f"Indication : {next(iter(named))}"
    return BLANK


def problem(condition: Resource) -> str:
    """A problem as a colleague must read it: what is suspected is not affirmed."""
    said = _text(condition)
    sure = condition.get("verificationStatus", {}).get("coding", [{}])[0].get("code")
    return said if sure == "confirmed" else f"{said} (suspecté)"


def certificate(request: str) -> str:
    """What a certificate is asked for, as its sentence begins; empty when the words say no more than « certificat »."""
    said = _certificate().sub("", request, count=1).strip(" .:;,")
    return f"{said[:1].upper()}{said[1:]}." if said else ""


def _span(resource: Resource, note: str) -> Span | None:
    """Where the note says it, if its words stand there still."""
    place, asked = place_of(resource), fold(_text(resource))
    if place is None or not 0 <= place.start < place.end <= len(note):
        return None
    if resource["resourceType"] != "ServiceRequest":
        return place.start, place.end
    end = place.end
    while end <= len(note) and len(fold(note[place.start : end])) < len(asked):
        end += 1  # « Bio » was read first, « Bio ds 3 sem » is what is asked
    return (place.start, end) if fold(note[place.start : end]) == asked else None


def _goes_on(note: str, end: int) -> int:
    rest = note[end:].partition("\n")[0]
    lead = re.match(r"\s*,?\s*", rest)
    begins = lead.end() if lead else 0
    if not _follows().match(rest[begins:]):
        return end
    return end + begins + len(CLAUSE.split(rest[begins:], maxsplit=1)[0].rstrip())


def _line_of(note: str, span: Span) -> Span:
    end = note.find("\n", span[1])
    return note.rfind("\n", 0, span[0]) + 1, len(note) if end < 0 else end


def _text(resource: Resource) -> str:
    return str(resource.get("code", {}).get("text", ""))


@cache
def _follows() -> re.Pattern[str]:
    return re.compile(tables.toml("requested")["goes_on"], re.IGNORECASE)


@cache
def _says_why() -> re.Pattern[str]:
    return re.compile(tables.toml("requested")["says_why"], re.IGNORECASE)


@cache
def _concludes() -> re.Pattern[str]:
    return re.compile(tables.toml("requested")["conclusion"], re.IGNORECASE)


@cache
def _certificate() -> re.Pattern[str]:
    return re.compile(tables.toml("requested")["certificate"], re.IGNORECASE)
