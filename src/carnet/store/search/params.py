"""Reads what was asked: parameter names with modifiers, values with prefixes and escapes. Pure."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from carnet.fhir.errors import BadSearch, Issue, UnknownParameter

PREFIXES = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
VALUE_LIMIT = 100  # values separated by commas in one parameter: SQLite joins at most 500 selections
ID_LIMIT = 1000
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Name(NamedTuple):
    """`code`, `modifier`, and what comes after the dot of a chain."""

    code: str
    modifier: str
    chain: str


@lru_cache(maxsize=1024)
def name(written: str) -> Name:
    """`subject:Patient.name:exact` is ("subject", "Patient", "name:exact")."""
    head, _, chain = written.partition(".")
    code, _, modifier = head.partition(":")
    return Name(code, modifier, chain)


def values(code: str, written: str, limit: int = VALUE_LIMIT) -> list[str]:
    """The alternatives of a parameter. Raises Invalid when one is empty or there are too many."""
    found = cut(written, ",")
    if not all(found) or len(found) > limit:
        raise bad(code)
    return found


def cut(written: str, separator: str) -> list[str]:
    """Like str.split, but a separator after a backslash does not count; escapes stay."""
    if "\\" not in written:
        return written.split(separator)
    parts, current, escaped = [], "", False
    for character in written:
        if character == separator and not escaped:
            parts.append(current)
            current = ""
        else:
            current += character
        escaped = character == "\\" and not escaped
    return [*parts, current]


def plain(written: str) -> str:
    """Without its escapes: `a\\,b` is `a,b`."""
    return re.sub(r"\\([,$|\\])", r"\1", written) if "\\" in written else written


def prefixed(written: str) -> tuple[str, str]:
    """(prefix, rest); eq when there is none."""
    return (written[:2], written[2:]) if written[:2] in PREFIXES else ("eq", written)


def check_text(code: str, written: str) -> None:
    """Refuse what no stored text can hold: NUL, and halves of characters. Raises BadSearch."""
    if _UNSTORABLE.search(written):
        raise bad(code)


def bad(code: str) -> BadSearch:
    """A value that this parameter cannot have. The value itself is not repeated: it may name a patient."""
    sentence = "La valeur du paramètre de recherche « {code} » n'est pas valable."
    return BadSearch(sentence, _at(code), code=code[:80])


def bad_modifier(code: str, modifier: str) -> BadSearch:
    """A modifier that this parameter does not have here. Never to be ignored: it would turn the question round."""
    error = BadSearch(
        "Le paramètre de recherche « {code} » n'accepte pas le modificateur « {modifier} ».",
        _at(f"{code}:{modifier[:40]}"),
        code=code,
        modifier=modifier[:40],
    )
    error.issue_code = "not-supported"
    return error


def unknown(type: str, code: str) -> UnknownParameter:
    """A parameter that this type does not have."""
    sentence = "Le paramètre de recherche « {code} » n'existe pas pour {type}."
    return UnknownParameter(sentence, _at(code), code=code[:80], type=type or "Resource")


def _at(code: str) -> list[Issue]:
    return [Issue(f"http.{code[:80]}", "")]
