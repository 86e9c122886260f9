"""Words around a fact that change whose it is, when, or whether: such a fact is not offered, or never goes with others
by one key. Pure; a second look at what was read, which only ever withholds."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from carnet.fhir.folding import fold
from carnet.rules.note import CLAUSE

Fact = dict[str, Any]

_COPIED = re.compile(r"\s*\((\d\d)/(\d\d)/(\d{4})\)")
# What holds for its day: a line copied from an earlier note cannot say it again, it would be dated today.
_OF_ITS_DAY = frozenset(("vital", "lab", "follow_up", "order", "immunization"))
_FORBIDDEN = re.compile(
    r"\b(?:ne pas|ni|jamais|eviter|pas (?:de|d) (?:reprise|indication|prescription)|contre indi\w*|refus\w*)\b"
)
_SOMEBODY = re.compile(
    r"\b(?:mere|pere|maman|papa|soeurs?|freres?|fils|fille|mari|femme|epou\w+|conjointe?|compagn(?:e|on)|tante|oncle|"
    r"cousine?|grand (?:mere|pere)|belle (?:mere|soeur)|voisine?|parents?)\b"
)
_ANOTHER_DAY = re.compile(
    r"\b(?:hier|avant hier|(?:semaine|annee|mois|fois) (?:dernier|derniere|passee?|precedente?)|il y a|autrefois|epoque|"
    r"en (?:19|20)\d\d|le \d{1,2}/\d{1,2})\b|\d{1,2}/\d{1,2}/\d{2,4}"
)
_ONE_SUBSTANCE = re.compile(
    r"\s+(?:à|a|au|aux)\b(?!\s+(?:ce jour|sa connaissance|ma connaissance))", re.IGNORECASE
)
_IF = re.compile(r"\b(?:si|en cas|sauf si)\b")
# A stop that is not made: denied before the drug; or later, or under a condition, said right after it.
_NOT_STOPPED = re.compile(
    r"\b(?:pas|jamais|inutile|sans|refus\w*|eviter|lieu|raison)(?: (?:de|d|a|la|le|l|encore|surtout|lieu|raison))* "
    r"(?:arret|stopp|suspen|interr)\w*(?: (?:le|la|les|l|du|de|des|d|son|sa|ses|seule?))*$"
)
_STOPPED_LATER = re.compile(
    r"(?:^| )(?:si|en cas|sauf|avant(?! hier)|veille|des (?:que|qu)|quand|lorsqu\w*|jusqu\w*|prevu\w*)\b"
)
_A_PART = re.compile(r"\b(?:le (?:matin|midi|soir)|du (?:matin|midi|soir)|au coucher|la prise|une prise)\b")
_ANOTHER_MATTER = re.compile(r"\b(?:revoir|rdv|cs|consult\w*|r?appel\w*|controle|bio|puis|par)\b")


def is_of_its_day(fact: Fact) -> bool:
    """Whether it holds for the day of the visit only: said again another day, it is another one."""
    return fact["kind"] in _OF_ITS_DAY or (fact["kind"], fact.get("status")) == ("medication", "prescribed")


def is_withheld(text: str, fact: Fact, day: date) -> bool:
    """Whether the words beside it say the contrary: a copied line, a value of an unknown day before, a drug that is not
    to be taken, one substance denied that was read as all of them."""
    if fact["kind"] in _OF_ITS_DAY and (fact.get("older") or _is_copied(text, fact, day)):
        return True
    if fact["kind"] == "medication" and fact["status"] == "prescribed":
        return bool(_FORBIDDEN.search(_before(text, fact)))
    if fact["kind"] == "medication" and fact["status"] == "stopped":
        return bool(_NOT_STOPPED.search(_before(text, fact)))
    denied = fact["kind"] == "allergy" and fact["status"] == "negated"
    return denied and "aucune" in fold(fact["substance"]) and bool(_ONE_SUBSTANCE.match(text, fact["end"]))


def is_doubtful(text: str, fact: Fact) -> bool:
    """Whether a person must look at it alone: it may be somebody else's, of another day, or under a condition."""
    before, kind = _before(text, fact), fact["kind"]
    if kind in ("vital", "lab") and _ANOTHER_DAY.search(f"{before} {_after(text, fact)}"):
        return True
    if kind == "medication" and (_IF.search(before) or _COPIED.match(_line(text, fact))):
        return True
    if kind == "medication" and fact["status"] == "stopped" and _is_no_plain_stop(text, fact):
        return True
    family = kind == "condition" and fact["status"] == "family"
    return not family and bool(_SOMEBODY.search(before))


def _is_no_plain_stop(text: str, fact: Fact) -> bool:
    """« stop Lasilix si déshydratation », « arrêt 5 j avant l'extraction », and « stop alprazolam le matin », which is a
    part of it; not « arrêt, revoir si fièvre »."""
    said = f"{fold(text[fact['start'] : fact['end']])} {_after(text, fact)}"
    if _A_PART.search(said):
        return True
    found = _STOPPED_LATER.search(said)
    return found is not None and not _ANOTHER_MATTER.search(said[: found.start()])


def _is_copied(text: str, fact: Fact, day: date) -> bool:
    found = _COPIED.match(_line(text, fact))
    return found is not None and "-".join(found.group(3, 2, 1)) != day.isoformat()


def _line(text: str, fact: Fact) -> str:
    return text[text.rfind("\n", 0, fact["start"]) + 1 : fact["end"]]


def _before(text: str, fact: Fact) -> str:
    return fold(CLAUSE.split(text[max(0, fact["start"] - 200) : fact["start"]])[-1])


def _after(text: str, fact: Fact) -> str:
    return fold(CLAUSE.split(text[fact["end"] : fact["end"] + 60])[0])
