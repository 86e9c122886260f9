"""How far the words of a request go: « kiné 10 séances équilibre à domicile » is one request, and is printed whole.
It never finds a request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from carnet.reading import tables
from carnet.reading.order_names import Asked
from carnet.reading.structure import Note

LONGEST = 90  # characters that may follow the name of what is asked for
_BRACKET = re.compile(r" ?\([^()\n]{1,90}\)")
_ASIDE = (
    "imaging",
    "referral",
    "physio",
    "nursing",
)  # in which a bracket tells why or where, whatever it names
_PIECE = re.compile(
    r" de controle(?![a-z])| ?\([^()\n]{1,60}\)| ?: (?=[a-z])| ?\+ ?(?=[a-z])| ?(?:[^ ,;:.()+→\n]|(?<=[0-9])[.,](?=[0-9]))+"
)


def whole(note: Note, one: Asked, stops: Sequence[int]) -> int:
    """Where a request ends that begins with these words; `stops` are the places near it where something else was read."""
    line = min(note.sentence(one.end - 1).end, one.end + LONGEST)
    last = at = _without_link(note, one.start, one.end)
    while end := completed(note, one.type, at, line) or _next_piece(note, one.type, at, line, stops):
        linked = _linking().fullmatch(note.flat[at:end].strip())
        last, at = last if linked else end, end
    return last + (note.flat[last : last + 1] == ")" and "(" in note.flat[one.start : last])


def _next_piece(note: Note, kind: str, at: int, line: int, stops: Sequence[int]) -> int:
    """Where the next words end, if they belong to a request of this kind; 0 when they do not."""
    if aside := kind in _ASIDE and _BRACKET.match(note.flat, at, line):
        return aside.end()
    limit = min([line, *(place for place in stops if place >= at)])
    piece = _PIECE.match(note.flat, at, limit)
    goes_on = piece and _goes_on(kind, piece[0].strip(), note.flat[piece.end() : limit])
    return piece.end() if piece and goes_on else 0


def completed(note: Note, kind: str, at: int, limit: int) -> int:
    """Where the words end that complete a request behind a comma, a colon or a dash: « , genou droit »; 0 for none."""
    forms = _completing().get(kind)
    found = forms.match(note.flat, at, limit) if forms else None
    return found.end() if found else 0


@cache
def _completing() -> dict[str, re.Pattern[str]]:
    table = tables.toml("orders.toml")
    made = {}
    for kind, forms in table["completing"].items():
        any_form = "|".join(forms)
        for name, words in table["completing_words"].items():
            any_form = any_form.replace(f"{{{name}}}", words)
        made[kind] = re.compile(rf"(?: ?[,:+] ?| ?- | )(?:{any_form})(?![a-z0-9])")
    return made


def _without_link(note: Note, start: int, end: int) -> int:
    """« Adressé aux urgences pour »: the last word links what is read by itself."""
    word = note.flat.rfind(" ", start, end)
    return word if word > start and _linking().fullmatch(note.flat, word + 1, end) else end


def _goes_on(kind: str, piece: str, after: str) -> bool:
    """Whether a piece of the sentence still belongs to a request of this kind."""
    if kind == "sick_leave":
        return bool(_of_a_leave().fullmatch(piece))
    if piece in ("+", ":", "et"):
        kinds = tables.toml("orders.toml")["words"]["telling" if piece == ":" else "listing"]
        return kind in kinds and not _ends().match(after.strip())
    rest = f"{piece} {after.strip()}"
    return not _ends().match(rest) and not (kind in DATED and _when().match(rest))


DATED = ("lab", "imaging", "referral")


@cache
def _when() -> re.Pattern[str]:
    """« Bio 3 mois », « cardio 20/01 »: when it is to be done, told as a next step."""
    return re.compile(rf"(?:{tables.any_of(tables.toml('orders.toml')['words']['when'])})(?![a-z0-9])")


@cache
def _ends() -> re.Pattern[str]:
    """What begins something else: a date, a condition, a reason, another sentence."""
    return re.compile(rf"(?:{tables.any_of(tables.toml('orders.toml')['words']['ends'])})(?![a-z0-9])")


@cache
def _linking() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["words"]["linking"]))


@cache
def _of_a_leave() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["words"]["leave"]))
