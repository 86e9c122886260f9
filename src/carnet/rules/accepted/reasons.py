"""When a medicine that is taken as needed is taken: « si t>38.5 » is « si température > 38,5 » on the paper. The words that
were typed, shorthand written out; « si besoin » only where they say no more."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from carnet.fhir.folding import fold
from carnet.rules import tables

Fact = dict[str, Any]
_ON = re.compile(r"(?<![\w-])(?:si|en cas (?:de|d['’]))\s*(?=\S)", re.IGNORECASE)
_POINT = re.compile(r"(?<=\d)\.(?=\d)")
_SPACED = re.compile(r"\s*(>=|<=|[<>≥≤])\s*")
_LONGEST = 60


def reason(fact: Fact) -> str:
    """`température > 38,5`; empty when the words say no more than « si besoin », or too much to be one."""
    if not fact.get("as_needed"):
        return ""
    found = [said for part in _ON.split(str(fact.get("quote") or ""))[1:] if (said := _said(part))]
    told = " ou ".join(dict.fromkeys(found))
    return told if len(told) <= _LONGEST else ""


def _said(words: str) -> str:
    """What stands before the next thing that a line says: how long, how many at most."""
    kept = _end().split(words, maxsplit=1)[0].strip(" .,;:()")
    if fold(kept) in _empty():
        return ""
    for short, full in _in_full():
        kept = short.sub(full, kept)
    return _SPACED.sub(r" \1 ", _POINT.sub(",", kept)).strip()


@cache
def _end() -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("as_needed")["ends"]), re.IGNORECASE)


@cache
def _empty() -> frozenset[str]:
    return frozenset(tables.toml("as_needed")["empty"])


@cache
def _in_full() -> list[tuple[re.Pattern[str], str]]:
    table = tables.toml("as_needed")["in_full"]
    return [(re.compile(short, re.IGNORECASE), full) for short, full in table.items()]
