"""Whether an illness told today is one that the record already holds, or another episode: by its code, its side, and for
what does not last, by how long ago it was last told (tables/episodes.toml, tables/problems.toml)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from functools import cache

from carnet.fhir import codes, dates
from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold
from carnet.rules import tables
from carnet.rules.accepted.scene import Fact, Resource
from carnet.rules.passage import place_of

TOLD = "urn:carnet:told"  # extension of a Condition's evidence: the day of the visit that said it again
_SIDES = frozenset(("droit", "droite", "gauche", "d", "g"))
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_WRONG = frozenset(("refuted", "entered-in-error"))


def episode(
    fact: Fact, label: str, code: str | None, known: Iterable[Resource], day: date
) -> Resource | None:
    """The Condition of the record that this fact says again, as it stands. What is past joins whatever the record says
    of it, unless another year; what is present joins an illness that is still going on."""
    if fact["status"] not in ("affirmed", "suspected", "history"):
        return None
    alike = [one for one in known if one["resourceType"] == "Condition" and _says(one, label, code)]
    if fact["status"] == "history":
        return next((one for one in alike if _is_of_year(one, fact)), None)
    live = [one for one in alike if is_live(one)]
    return next((one for one in live if goes_on(one, code, day)), None)


def goes_on(condition: Resource, code: str | None, day: date) -> bool:
    """Whether that illness, told today, is still the same one."""
    if _is_kept(condition) or (code and is_lasting(code)) or any(map(is_lasting, _codes(condition))):
        return True
    last = last_told(condition)
    return last is not None and (day - last).days <= _days(code or next(iter(_codes(condition)), ""))


def last_told(condition: Resource) -> date | None:
    """The last day on which it is said to be there: a visit that said it again, else when it was written or began."""
    days = [
        str(extension.get("valueDate", ""))
        for evidence in condition.get("evidence", [])
        for extension in evidence.get("extension", [])
        if extension.get("url") == TOLD
    ]
    began = str(condition.get("onsetDateTime") or condition.get("onsetPeriod", {}).get("start") or "")
    found = [*map(_day, [*days, began, str(condition.get("recordedDate", ""))])]
    return max(filter(None, found), default=None)


def told(day: date) -> Resource:
    """What a joined note leaves with its reference."""
    return {"url": TOLD, "valueDate": day.isoformat()}


def is_lasting(code: str) -> bool:
    """Whether a CIM-10 code is of an illness that stays in the problem list (tables/problems.toml)."""
    return _is_among(code, _ranges("problems", "lasting"))


def is_live(condition: Resource) -> bool:
    """Whether it is said to be active."""
    return bool(codes.of(condition, "clinicalStatus") & {"active", "recurrence", "relapse"})


def sides(words: str) -> frozenset[str]:
    """Right and left, in folded words: one arthrosis is not the other's episode."""
    return frozenset(word[0] for word in words.split() if word in _SIDES)


def _is_kept(condition: Resource) -> bool:
    """A doctor keeps it among the problems, whatever its code."""
    listed = [coding for one in condition.get("category", []) for coding in one.get("coding", [])]
    return any(coding.get("code") == "problem-list-item" for coding in listed)


def _is_of_year(condition: Resource, fact: Fact) -> bool:
    said, began = _YEAR.search(str(fact.get("quote") or "")), str(condition.get("onsetDateTime") or "")
    return not said or not began or began.startswith(said[0])


def _says(known: Resource, label: str, code: str | None) -> bool:
    """Whether it is the same illness. A code may name several (one for the lost gallbladder and the lost appendix): what
    our notes said under the same code is told apart by its words, what came from outside where codes are so wide."""
    if codes.of(known, "verificationStatus") & _WRONG:
        return False
    theirs, ours = fold(str(known.get("code", {}).get("text", ""))), fold(label)
    if sides(theirs) and sides(ours) and sides(theirs) != sides(ours):
        return False
    listed = _codes(known)
    if code and code in listed and (place_of(known) or _is_among(code, _ranges("episodes", "several"))):
        return _name(theirs) == _name(ours)
    if code and listed:
        return any(one.startswith(code) or code.startswith(one) for one in listed)
    return theirs == ours


def _name(words: str) -> str:
    """Without the grade and the side behind it: « asthme, severe persistant » is « asthme »."""
    return words.partition(", ")[0]


def _codes(condition: Resource) -> list[str]:
    coded = condition.get("code", {}).get("coding", [])
    return [str(one.get("code", "")) for one in coded if one.get("system") == codes.CIM10]


def _day(written: str) -> date | None:
    try:
        return dates.first_day(written[:10])
    except Malformed:
        return None


def _days(code: str) -> int:
    """How long it may go untold."""
    table = tables.toml("episodes")
    group = "infections" if _is_among(code, _ranges("episodes", "infections")) else "usual"
    return int(table[group]["days"])


def _is_among(code: str, ranges: Iterable[tuple[str, str]]) -> bool:
    return any(low <= code[: len(low)].upper() <= high for low, high in ranges)


@cache
def _ranges(name: str, part: str) -> tuple[tuple[str, str], ...]:
    listed = tables.toml(name)[part]
    rows = [row.partition("-") for row in (listed if isinstance(listed, list) else listed["codes"])]
    return tuple((low, high or low) for low, _, high in rows)
