"""How long a leave lasts, as it was asked for: its first day, its length, its last day, and where they contradict each
other. Pure; of a leave that does not begin with the visit it says nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

from carnet.fhir.folding import fold
from carnet.rules.accepted import steps

_OUTINGS = re.compile(r"\bsorties?\b[^.;,\n]*", re.IGNORECASE)
_UNTIL = re.compile(r"\bjusqu(?: ?au?)? ?(?:\w+ )?\d{1,2}/\d{1,2}(?:/\d{2,4})?(?: inclus)?")
_LENGTH = re.compile(r"\b\d{1,3} ?(?:j|jrs?|jours?|s|sem|semaines?|mois)\b")
_PLAIN = re.compile(r"(?:at|arret(?: (?:de )?travail| maladie)?|de|du|a|soit|pour|pendant|initial|,|:| )*")


@dataclass(frozen=True, slots=True)
class Leave:
    """`days` and `last` as they were asked for, each None when it was not said; `rest` is what is kept beside them (« sorties
    libres »); `is_plain` when it begins with the visit."""

    days: int | None = None
    last: date | None = None
    rest: str = ""
    is_plain: bool = True


def asked(words: str, day: date) -> Leave:
    """From « AT 15 jours jusqu'au 6/12, sorties libres », of a visit on that day."""
    outings = _OUTINGS.search(words)
    told = fold(words[: outings.start()] + words[outings.end() :] if outings else words)
    until, length = _UNTIL.search(told), _LENGTH.search(told)
    span = steps.leave_days(until[0], day) if until else 0
    plain = _PLAIN.fullmatch(_LENGTH.sub("", _UNTIL.sub("", told), count=1).strip(" ,.;"))
    return Leave(
        days=steps.leave_days(length[0], day) or None if length else None,
        last=day + timedelta(days=span - 1) if span else None,
        rest=_sentence(outings[0]) if outings else "",
        is_plain=bool(plain) and not (until and not span),
    )


def days_between(first: date, last: date) -> int:
    """Both included."""
    return (last - first).days + 1


def _sentence(words: str) -> str:
    said = words.strip(" .,;:")
    return f"{said[:1].upper()}{said[1:]}." if said else ""
