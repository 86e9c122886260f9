"""The words of a dosage line: each piece of it recognised by dose_grammar.py, in order, up to the first that
is none. What the pieces mean together is decided in posology.py."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from carnet.reading.dose_grammar import (
    AMOUNT,
    BARE,
    BRAND_ONLY,
    CEILING,
    COUNTED,
    DURATION,
    FILLER,
    FORM,
    MASS,
    MOMENT,
    REFILL,
    SCHEME,
    THEN,
    TIMES,
    grammar,
)

SILENT = frozenset({FILLER, THEN})  # pieces that cannot end a line

_GAP = re.compile(r"(?:[ :=()*–-]|,(?![0-9]))*")
_STOP_GAP = re.compile(r" ?(?:\. ?|\n[ ]*[-*•]? ?)")
# After a full stop or on a new line only what can be nothing but a dosage.
_SURE = frozenset({AMOUNT, SCHEME, COUNTED, TIMES, MOMENT, REFILL, BRAND_ONLY, CEILING, THEN})
_COUNTING = frozenset({AMOUNT, MASS, SCHEME, TIMES, COUNTED})
# A word that is no piece, with what separates it from the next; at the very beginning one is passed over.
_WORD = re.compile(r"[^ \n]{1,30}[ ,.;:]*\n?[ ]*")
_WEEK = 7  # days
_DIGIT = re.compile(r"[0-9]")
_NAME_TAIL = re.compile(r"[a-z]{2,14} +")
LIMIT = 60  # pieces in one line


@dataclass(frozen=True, slots=True)
class Piece:
    """One recognised piece, on the plain text."""

    kind: str
    start: int
    end: int
    values: dict[str, Any] = field(default_factory=dict)


def pieces(flat: str, start: int, end: int, *, whole: bool = False) -> list[Piece]:
    """The pieces that follow each other from a place, none beyond `end`; nothing but pieces between them. Of a `whole`
    line, words that are no piece are passed over."""
    found: list[Piece] = []
    at = start
    while at < end and len(found) < LIMIT:
        gap = _GAP.match(flat, at, end).end()  # type: ignore[union-attr]
        if ")" in flat[at:gap] and flat.count("(", start, gap) < flat.count(")", start, gap) and not whole:
            known = all(
                one.kind in (MASS, BARE, FILLER, FORM) for one in found
            )  # « Fer (Tardyferon 80 mg), 1 cp/j »
            after = None if "," in flat[at:gap] and not known else _piece(flat, gap, end)
            if after and after.kind == DURATION and after.values["sure"] and "," not in flat[at:gap]:
                pass  # « un IPP (pantoprazole 40 le matin) pendant 4 semaines »
            elif (
                after is None
                or after.kind not in _COUNTING
                or any(one.kind in _COUNTING - {MASS} for one in found)
            ):
                break  # « RGO (pantoprazole 40 le soir), mesures … »; « vit D (Zyma D) 3 gouttes/j » goes on
        at = gap
        piece = _piece(flat, at, end)
        if piece is None or (piece.kind in (BARE, MASS) and _two_items(flat, found, piece)):
            piece = _after_stop(flat, at, end) if found else None
        if piece is None and (whole or not found):
            word = (_WORD if whole else _NAME_TAIL).match(flat, at, end)
            after = _piece(flat, word.end(), end) if word else None
            if word and (whole or (at <= start + 1 and after and _counts(flat, after))):
                at = word.end()
                continue
        if piece is None:
            break
        found.append(piece)
        at = piece.end
    while found and found[-1].kind in SILENT:
        found.pop()
    return found


def _counts(flat: str, piece: Piece) -> bool:
    """Whether a piece is a dosage for sure; « faite lundi » is none."""
    weekday = (
        piece.kind == TIMES
        and piece.values["period"] == _WEEK
        and not _DIGIT.search(flat, piece.start, piece.end)
    )
    return piece.kind in _COUNTING and not weekday


def _after_stop(flat: str, at: int, end: int) -> Piece | None:
    stop = _STOP_GAP.match(flat, at, end)
    piece = _piece(flat, stop.end(), end) if stop else None
    if piece and piece.kind == REFILL and piece.values["count"] is None:
        return None  # « … 7 jours\n- renouvellement Seresta »
    if piece is None or (piece.kind not in _SURE and not (piece.kind == DURATION and piece.values["sure"])):
        return None
    return piece


def _two_items(flat: str, found: list[Piece], piece: Piece) -> bool:
    """A bare number after a comma, when the line already has all it needs, belongs to something else."""
    if piece.kind != BARE or not found:
        return False
    gap = flat[found[-1].end : piece.start]
    return "," in gap and not re.match(
        r" ?(?:le |au |a |x|/|matin|midi|soir|h\b)", flat[piece.end : piece.end + 8]
    )


def _piece(flat: str, at: int, end: int) -> Piece | None:
    if at >= end:
        return None
    for kind, pattern, values, make in grammar():
        match = pattern.match(flat, at, end)
        if match and match.end() > at:
            made = make(match, values)
            if made is not None:
                return Piece(kind, at, match.end(), made)
    return None
