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
    found = _FORM.fullmatch(body)
    if found is None:
        return None
    source, narrative, concept, date, unit, parts = found.groups()
    if (unit is None and parts is None) or _has_escapes(body, narrative):
        return None
    kind = concept + (unit or b"") + (_VALUE.sub(b"", parts) if parts else b"")
    whence = source.decode().partition("#")[0] if source else ""
    return Measure(id, date.decode(), whence, concept, kind, body)


def _has_escapes(body: bytes, narrative: bytes | None) -> bool:
    """Whether a string other than the narrative has a backslash, and may end elsewhere than the grammar believes."""
    return b"\\" in body and body.count(b"\\") != (narrative or b"").count(b"\\")


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
# hostile.
_STRING = r'"[^"]*+"'  # without escapes
_NARRATIVE = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_NUMBER = r"-?[0-9][0-9.eE+-]*+"
_VALUE = re.compile(rf'"value":{_NUMBER}'.encode())


def _form() -> re.Pattern[bytes]:
    """In the order of FHIR, or of our readers of documents. Whatever has other values, an end that is not final, members,
    a place of the body or another subject is no measure; nor are ways of life, which are taken up one by one, and
    antibiograms, whose letter stands before the quantity."""
    concept, reference, unit = _concept(), _reference(), _unit()
    flags = {
        "interpretation": _several(_concept(but=results.SUSCEPTIBILITY)),
        "referenceRange": _several(_usual()),
    }
    part = rf'\{{"code":{concept},"valueQuantity":{_quantity()}{_some(**flags)}\}}'
    said = _some(
        valueQuantity=rf'\{{"value":{_NUMBER}(?P<unit>{unit})\}}',
        **flags,
        component=f"(?P<parts>{_several(part)})",
        performer=_several(reference),
        issued=_STRING,
        subject=reference,
    )
    return re.compile(
        (
            rf'\{{"resourceType":"Observation","id":{_STRING},"meta":{_meta()}'
            + _some(text=rf'\{{"status":{_STRING},"div":(?P<div>{_NARRATIVE})\}}', extension=_span(reference))
            + r',"status":"(?:final|amended|corrected)"'
            + _some(category=_several(_concept(but=received.OBSERVATIONS_TO_TAKE)))
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


def _concept(but: Iterable[str] = ()) -> str:
    code = rf'(?!"(?:{"|".join(sorted(but))})"){_STRING}' if but else _STRING
    coding = rf'\{{(?:"system":{_STRING},)?+"code":{code}(?:,"display":{_STRING})?+\}}'
    return rf'\{{(?:"coding":{_several(coding)},?)?+(?:"text":{_STRING})?+\}}'


def _reference() -> str:
    return rf'\{{"reference":{_STRING}{_some(type=_STRING, display=_STRING)}\}}'


def _unit() -> str:
    return _some(unit=_STRING, system=_STRING, code=_STRING)


def _quantity() -> str:
    return rf'\{{"value":{_NUMBER}{_unit()}\}}'


def _usual() -> str:
    return rf'\{{(?:"(?:low|high)":{_quantity()},?)*+(?:"text":{_STRING})?+\}}'


def _meta() -> str:
    """Tags that leave a result as it is."""
    version, source = rf'"(?:versionId|lastUpdated)":{_STRING}', r'"source":"(?P<source>[^"\\]*+)"'
    tag = rf'"tag":\[\{{"system":"{codes.TAG}","code":"(?:{codes.RECEIVED}|{codes.TAKEN_UP})"\}}\]'
    return rf"\{{(?:(?:{version}|{source}|{tag}),?)*+\}}"


def _span(reference: str) -> str:
    """The words of a note that it was read from: see passage.py."""
    return (
        rf'\[\{{"url":"{codes.SPAN}","extension":\[\{{"url":"note","valueReference":{reference}\}}'
        r',\{"url":"start","valueUnsignedInt":[0-9]++\},\{"url":"end","valueUnsignedInt":[0-9]++\}\]\}\]'
    )


_FORM = _form()
