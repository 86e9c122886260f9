"""Whether an allergy names a medicine: its substance, its brand, or its class (tables/allergies.toml). Pure. It warns of
what is written in the record, and says nothing of what crosses with it: no warning is no safety."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from typing import Any

from carnet.fhir.folding import fold, words
from carnet.rules import tables

Fact = dict[str, Any]
_PARTS = re.compile(r"\s*[/+]\s*")


def against(medicine: Fact, allergies: Iterable[str]) -> tuple[str, ...]:
    """Of these allergies, as they are written, those that name this medicine (a fact of a note)."""
    if medicine["kind"] != "medication" or medicine["status"] == "stopped":
        return ()
    names = {fold(part) for part in _PARTS.split(str(medicine["drug"]))} | {fold(medicine.get("brand") or "")}
    code = str(medicine.get("atc") or "")
    return tuple(
        dict.fromkeys(one for one in allergies if _names(one, names - {""}) or _is_of_class(one, code))
    )


def _names(allergy: str, names: Iterable[str]) -> bool:
    said = f" {' '.join(words(allergy))} "
    plain = (" ".join(words(name)) for name in names)
    return any(f" {name} " in said or f" {name}s " in said for name in plain)


def _is_of_class(allergy: str, code: str) -> bool:
    return bool(code) and any(
        code.startswith(tuple(prefixes)) and form.search(fold(allergy)) for form, prefixes in _classes()
    )


@cache
def _classes() -> list[tuple[re.Pattern[str], list[str]]]:
    listed = tables.toml("allergies")["classes"]
    return [(re.compile(rf"\b{re.escape(name)}s?\b"), prefixes) for name, prefixes in listed.items()]
