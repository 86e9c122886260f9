"""How far the words of a request go: « kiné 10 séances équilibre à domicile » is one request, and is printed whole.
It never finds a request."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import tables
from carnet.reading.order_names import Asked
from carnet.reading.structure import Note

LONGEST = 90  # characters that may follow the name of what is asked for
_PIECE = re.compile(
    r" de controle(?![a-z])| ?\([^()\n]{1,60}\)| ?: (?=[a-z])| ?\+ ?(?=[a-z])| ?(?:[^ ,;:.()+→\n]|(?<=[0-9])[.,](?=[0-9]))+"
)


def whole(note: Note, one: Asked, stop: int) -> int:
    """Where a request ends that begins with these words; `stop` is where something else that was read begins."""
    kind, start = one.type, one.start
    limit = min(note.sentence(one.end - 1).end, one.end + LONGEST, stop)
    last = at = _without_link(note, start, one.end)
    while piece := _PIECE.match(note.flat, at, limit):
        if not _goes_on(kind, note.flat[at : piece.end()].strip(), note.flat[piece.end() : limit]):
            break
        at = piece.end()
        if not _linking().fullmatch(piece[0].strip()):
            last = at
    return last + (note.flat[last : last + 1] == ")" and "(" in note.flat[start:last])


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
    return not _ends().match(rest) and not (kind in _DATED and _when().match(rest))


_DATED = ("lab", "imaging", "referral")


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
