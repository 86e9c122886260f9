"""Observations that say no more than « this much of this, that day », told apart by their bytes. They are most of a long
record, and few of them are on a page: each is read in full only when it is shown. Pure. What this grammar does not know
to the last letter is no measure, and is read in full at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from carnet.fhir import codes, json
from carnet.rules import received, results

Resource = dict[str, Any]


class Measure(NamedTuple):
    """One such observation: when, the document that brought it (`Type/id`, or nothing), what was measured, and all that
    is kept of it. Those of one `kind` are of the same analytes in the same units."""

    id: str
    date: str
    source: str
    concept: bytes
    kind: bytes
    body: bytes

    @property
    def loinc(self) -> str | None:
        """The LOINC code of what was measured."""
        return _loinc(self.concept)


Observed = Resource | Measure


def measure(id: str, body: bytes) -> Measure | None:
    """The observation kept as `body`, if it is one."""
    found = (_WITH_ESCAPES if b"\\" in body else _FORM).fullmatch(body)
    if found is None:
        return None
    source, concept, date, unit, parts = found.groups()
    if unit is None and parts is None:
        return None
    kind = concept + (unit or b"") + (_VALUE.sub(b"", parts) if parts else b"")
    whence = source.decode().partition("#")[0] if source else ""
    return Measure(id, date.decode(), whence, concept, kind, body)


def date_of(observed: Observed) -> str:
    """When it was measured, as written."""
    return observed.date if isinstance(observed, Measure) else results.date_of(observed)


def source_of(observed: Observed) -> str | None:
    """The document that said it: `DocumentReference/…`."""
    return observed.source or None if isinstance(observed, Measure) else received.source(observed)


def is_coded(observed: Observed) -> bool:
    """Whether it is taken up one by one, as a fact; else it is a result."""
    return not isinstance(observed, Measure) and received.is_coded(observed)


def loinc_of(observed: Observed) -> str | None:
    """The LOINC code of what was measured."""
    return observed.loinc if isinstance(observed, Measure) else results.loinc(observed.get("code"))


def latest(observed: Sequence[Observed], dates: int) -> list[Observed]:
    """What holds at least the values of the last `dates` dates of each analyte, in the order given: of each kind of
    measure those of its last dates, and everything that is no measure or stands in a panel, which may name it."""
    within = {
        str(link.get("reference", "")).removeprefix("Observation/")
        for one in observed
        if not isinstance(one, Measure)
        for link in one.get("hasMember", [])
    }
    by_kind: dict[bytes, set[str]] = {}
    for one in observed:
        if isinstance(one, Measure):
            by_kind.setdefault(one.kind, set()).add(one.date)
    last = {kind: {*sorted(found)[-dates:]} for kind, found in by_kind.items()}
    return [
        one
        for one in observed
        if not isinstance(one, Measure) or one.date in last[one.kind] or one.id in within
    ]


# A record names the same few analytes thousands of times.
@lru_cache(maxsize=512)
def _loinc(concept: bytes) -> str | None:
    return results.loinc(json.glance(concept))


# The grammar. Nothing that was matched is given back (`*+`), so that what does not match is given up at once, however
# hostile; `string` is the form of a JSON string.
_NUMBER = r"-?[0-9][0-9.eE+-]*+"
_VALUE = re.compile(rf'"value":{_NUMBER}'.encode())


def _form(string: str) -> re.Pattern[bytes]:
    """In the order of FHIR, or of our readers of documents. Whatever has other values, an end that is not final, members,
    a place of the body or another subject is no measure; nor are ways of life, which are taken up one by one, and
    antibiograms, whose letter stands before the quantity."""
    concept, reference, unit = _concept(string), _reference(string), _unit(string)
    flags = {
        "interpretation": _several(_concept(string, but=results.SUSCEPTIBILITY)),
        "referenceRange": _several(_usual(string)),
    }
    part = rf'\{{"code":{concept},"valueQuantity":{_quantity(string)}{_some(**flags)}\}}'
    said = _some(
        valueQuantity=rf'\{{"value":{_NUMBER}(?P<unit>{unit})\}}',
        **flags,
        component=f"(?P<parts>{_several(part)})",
        performer=_several(reference),
        issued=string,
        subject=reference,
    )
    return re.compile(
        (
            rf'\{{"resourceType":"Observation","id":{string},"meta":{_meta(string)}'
            + _some(text=rf'\{{"status":{string},"div":{string}\}}', extension=_span(reference))
            + r',"status":"(?:final|amended|corrected)"'
            + _some(category=_several(_concept(string, but=received.OBSERVATIONS_TO_TAKE)))
            + rf',"code":(?P<concept>{concept})'
            + _some(subject=reference, encounter=reference)
            + rf',"effectiveDateTime":"(?P<date>[^"\\]++)"{said}\}}'
        ).encode()
    )


def _some(**known: str) -> str:
    """Members that may follow, in any order."""
    return "(?:,(?:" + "|".join(f'"{name}":{value}' for name, value in known.items()) + "))*+"


def _several(item: str) -> str:
    return rf"\[{item}(?:,{item})*+\]"


def _concept(string: str, but: Iterable[str] = ()) -> str:
    code = rf'(?!"(?:{"|".join(sorted(but))})"){string}' if but else string
    coding = rf'\{{(?:"system":{string},)?+"code":{code}(?:,"display":{string})?+\}}'
    return rf'\{{(?:"coding":{_several(coding)},?)?+(?:"text":{string})?+\}}'


def _reference(string: str) -> str:
    return rf'\{{"reference":{string}{_some(type=string, display=string)}\}}'


def _unit(string: str) -> str:
    return _some(unit=string, system=string, code=string)


def _quantity(string: str) -> str:
    return rf'\{{"value":{_NUMBER}{_unit(string)}\}}'


def _usual(string: str) -> str:
    return rf'\{{(?:"(?:low|high)":{_quantity(string)},?)*+(?:"text":{string})?+\}}'


def _meta(string: str) -> str:
    """Tags that leave a result as it is."""
    version, source = rf'"(?:versionId|lastUpdated)":{string}', r'"source":"(?P<source>[^"\\]*+)"'
    tag = rf'"tag":\[\{{"system":"{codes.TAG}","code":"(?:{codes.RECEIVED}|{codes.TAKEN_UP})"\}}\]'
    return rf"\{{(?:(?:{version}|{source}|{tag}),?)*+\}}"


def _span(reference: str) -> str:
    """The words of a note that it was read from: see passage.py."""
    return (
        rf'\[\{{"url":"{codes.SPAN}","extension":\[\{{"url":"note","valueReference":{reference}\}}'
        r',\{"url":"start","valueUnsignedInt":[0-9]++\},\{"url":"end","valueUnsignedInt":[0-9]++\}\]\}\]'
    )


_FORM = _form(r'"[^"]*+"')  # of what has no backslash, in half of the time
_WITH_ESCAPES = _form(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"')
