"""Which requests of a note go to paper without a person reading it: only those whose every word is understood. Pure; what
is in doubt is left for a person to write."""

from __future__ import annotations

import re
from datetime import date
from functools import cache

from carnet.fhir.folding import fold, words
from carnet.rules import tables
from carnet.rules.accepted import steps
from carnet.rules.note import CLAUSE

_LENGTH = r"(?:de )?\d{1,3} ?(?:j|jrs?|jours?|s|sem|semaines?|mois)"
_LAST = r"jusqu(?: ?au?)? ?\d{1,2}/\d{1,2}(?:/\d{2,4})?(?: inclus)?"


def names(asked: str, model: str) -> bool:
    """Whether a request for a certificate says the name of that model: neither a word more nor a word less. One word,
    « non » or « inaptitude », makes it the opposite."""
    return bool(_telling(asked)) and _telling(asked) == _telling(model)


def leave(asked: str, day: date) -> int:
    """How many days a bare leave lasts from the day of the visit: « AT 3j », « arrêt de travail jusqu'au 25/11 ». 0 when it
    says anything else."""
    return steps.leave_days(asked, day) if _bare_leave().fullmatch(fold(asked)) else 0


def is_plain(asked: str, note: str) -> bool:
    """Whether the note says it once, and nothing around it changes what is asked: « AT 3j dès demain », « refuse AT 3j »."""
    before, found, after = note.partition(asked)
    if not found or asked in after:
        return False
    rest, *others = CLAUSE.split(after.partition("\n")[0].partition("+")[0])
    return (
        not [*words(rest)]
        and not _said("doubts_before", CLAUSE.split(before)[-1])
        and not _said("doubts_after", next(filter(str.strip, others), ""))
    )


def _telling(title: str) -> frozenset[str]:
    return frozenset(words(title)) - frozenset(tables.toml("at_once")["certificate_fillers"])


def _said(list_: str, clause: str) -> bool:
    return not frozenset(tables.toml("at_once")[list_]).isdisjoint(words(clause))


@cache
def _bare_leave() -> re.Pattern[str]:
    return re.compile(rf"(?:{'|'.join(tables.toml('at_once')['leave_names'])}) (?:{_LENGTH}|{_LAST})")
