"""The notes that a file holds: JSON lines, a JSON array, one JSON object, or prose as it stands. What cannot be told to
be a note is an error with its place; it never quotes what it read."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from carnet.fhir.errors import Invalid
from carnet.reading import calendar
from carnet.reading.facts import Context

OLDEST = 150  # years


@dataclass(frozen=True, slots=True)
class Note:
    """A note to read, and where it stands. A note of JSON without an id has the number of its line or element."""

    where: str
    id: Any
    text: str
    context: Context


def notes(content: str) -> Iterator[Note | Invalid]:
    """Each note in turn, or in its place what is wrong with it."""
    whole = _whole(content)
    if isinstance(whole, dict):
        yield _note(whole, 1, "La ligne")
    elif isinstance(whole, list):
        yield from (_note(item, number, "L’élément") for number, item in enumerate(whole, 1))
    elif _holds_lines(content):
        for number, line in enumerate(content.split("\n"), 1):
            if line.strip():
                yield _note(_parsed(line), number, "La ligne")
    else:
        yield Note("Ce texte", None, content, Context())


def _whole(content: str) -> Any:
    """What the content is when it is one JSON object or an array of them."""
    parsed = _parsed(content) if content.lstrip()[:1] in ("{", "[") else None
    objects = isinstance(parsed, list) and (not parsed or any(isinstance(item, dict) for item in parsed))
    return parsed if objects or isinstance(parsed, dict) else None


def _holds_lines(content: str) -> bool:
    """One line that is a JSON object is enough: the others are wrong lines then, no prose."""
    lines = (line for line in content.split("\n") if line.lstrip().startswith("{"))
    return content.lstrip().startswith("{") and any(isinstance(_parsed(line), dict) for line in lines)


def _parsed(text: str) -> Any:
    """What the text is in JSON; None when it is not (or is `null`). NaN is no number of JSON."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None


def _refuse(name: str) -> None:
    raise ValueError(name)


def _note(parsed: Any, number: int, place: str) -> Note | Invalid:
    where = f"{place} {number}"
    if parsed is None:
        return Invalid("{where} n’est pas du JSON.", where=where)
    if not isinstance(parsed, dict) or not isinstance(parsed.get("text"), str):
        return Invalid("{where} n’a pas de champ « text » qui soit un texte.", where=where)
    try:
        context = _context(parsed.get("context"))
    except ValueError as error:
        return Invalid("{where} : {why}", where=where, why=error)
    id = parsed.get("id")
    return Note(where, number if id is None else id, parsed["text"], context)


def _context(written: Any) -> Context:
    """Raises ValueError with a sentence for what it cannot take: a context left out in silence would change the facts."""
    if written is None:
        return Context()
    if not isinstance(written, dict):
        raise ValueError("« context » doit être un objet (age, sex, date).")
    sex, date = (_text(written, name) for name in ("sex", "date"))
    if date is not None and calendar.of_note(date) is None:
        raise ValueError("« date » doit être une date comme 2026-11-20.")
    return Context(age=_age(written.get("age")), sex=sex, date=date)


def _text(written: dict[str, Any], name: str) -> str | None:
    value = written.get(name)
    if value is not None and not isinstance(value, str):
        raise ValueError(f"« {name} » doit être un texte.")
    return value or None


def _age(written: Any) -> float | None:
    """In years; « "8" » and « "8,5" » are numbers too, true and NaN are none."""
    if written is None or written == "":
        return None
    try:
        years = math.nan if isinstance(written, bool) else float(str(written).replace(",", "."))
    except ValueError:
        years = math.nan
    if not 0 <= years <= OLDEST:
        raise ValueError("« age » doit être un nombre d’années.")
    return years
