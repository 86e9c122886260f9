"""Which requests of a note go to paper without a person reading it: only those whose every word is understood. Pure; what
is in doubt is left for a person to write."""

from __future__ import annotations

from carnet.fhir.folding import words
from carnet.rules import tables


def names(asked: str, model: str) -> bool:
    """Whether a request for a certificate says the name of that model: neither a word more nor a word less. One word,
    « non » or « inaptitude », makes it the opposite."""
    return bool(_telling(asked)) and _telling(asked) == _telling(model)


def _telling(title: str) -> frozenset[str]:
    return frozenset(words(title)) - frozenset(tables.toml("at_once")["certificate_fillers"])
