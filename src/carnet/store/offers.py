"""What a person said of the offers beside a note: per draft, per patient, and counted for the practice. No history:
what was accepted is in the record, what was refused is nobody's fact."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import connection


class Mark(NamedTuple):
    """One offer of one draft that was accepted or refused; `fact` is the JSON that was read."""

    key: str
    verdict: str
    fact: str


class Tally(NamedTuple):
    """How often a term was accepted and refused in this practice."""

    term: str
    accepted: int
    refused: int


def marks(draft: str) -> list[Mark]:
    """Of one draft."""
    return [
        Mark(*row)
        for row in _all("SELECT key, verdict, fact FROM store_mark WHERE draft = %s ORDER BY id", [draft])
    ]


def mark(draft: str, made: Mark) -> None:
    """The last word on an offer of this draft."""
    unmark(draft, made.key)
    _do("INSERT INTO store_mark (draft, key, verdict, fact) VALUES (%s, %s, %s, %s)", [draft, *made])


def unmark(draft: str, key: str | None = None) -> None:
    """Take a word back; all of the draft without a key."""
    if key is None:
        _do("DELETE FROM store_mark WHERE draft = %s", [draft])
    else:
        _do("DELETE FROM store_mark WHERE draft = %s AND key = %s", [draft, key])


def refused(subjects: Collection[str]) -> set[str]:
    """The terms refused for this person, whichever of their merged records it was."""
    places = ", ".join(["%s"] * len(subjects))
    rows = _all(f"SELECT term FROM store_refusal WHERE subject IN ({places})", sorted(subjects))  # noqa: S608
    return {term for (term,) in rows}


def refuse(subject: str, term: str) -> None:
    """Do not offer this again for this person."""
    unrefuse([subject], term)
    _do("INSERT INTO store_refusal (subject, term) VALUES (%s, %s)", [subject, term])


def unrefuse(subjects: Collection[str], term: str) -> None:
    """Offer it again."""
    places = ", ".join(["%s"] * len(subjects))
    _do(f"DELETE FROM store_refusal WHERE term = %s AND subject IN ({places})", [term, *sorted(subjects)])  # noqa: S608


def tallies() -> list[Tally]:
    """Every term that was ever counted."""
    return [Tally(*row) for row in _all("SELECT term, accepted, refused FROM store_tally ORDER BY term", [])]


def count(term: str, *, accepted: int = 0, refused: int = 0) -> None:
    """One more."""
    _do(
        "INSERT INTO store_tally (term, accepted, refused) VALUES (%s, %s, %s) ON CONFLICT (term) DO UPDATE SET"
        " accepted = store_tally.accepted + excluded.accepted, refused = store_tally.refused + excluded.refused",
        [term, int(accepted), int(refused)],  # a bool is no integer for PostgreSQL
    )


def forget() -> None:
    """Count from nothing again."""
    _do("DELETE FROM store_tally", [])


def _all(statement: str, args: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
        return list(cursor.fetchall())


def _do(statement: str, args: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, args)
