"""Posologies that one dose and one rhythm do not tell: unequal intakes, steps, ranges, rare rhythms. Those keep the
doctor's own words; it never works a scheme out."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from carnet.fhir.folding import fold, words

Fact = dict[str, Any]

_NUMBER = r"\d+(?:[.,/]\d+)?"
_PLACES = re.compile(rf"(?<![\w/.,-]){_NUMBER}(?:\s?[-–]\s?{_NUMBER}){{1,3}}(?![\w/.,]|-\d)")
_RANGE = re.compile(rf"{_NUMBER}\s*(?:a|ou)\s*{_NUMBER}")
_STEP = re.compile(
    r"\b(?:puis|ensuite|altern\w*|decroiss\w*|degress\w*|progressi\w*|paliers?|avant|j\d)\b|\bet \d"
)
_LENGTH = re.compile(r"(?<![/\d])\d+\s*(?:j|jrs?|jours?|sem|semaines?|mois)\b(?!\s*(?:/|sur)\s*\d)")
_RHYTHM = re.compile(r"/\s*\d*\s*(?:j|jours?|h|heures?|sem|semaines?|mois)\b")
_MOMENTS = ("matin", "midi", "soir", "coucher")
_SAID = {"matin": "le matin", "midi": "le midi", "soir": "le soir", "coucher": "au coucher"}
_AT = re.compile(
    rf"({_NUMBER})\s*(?:[a-z]{{1,12}}\.?\s+)?(?:(?:le|au|a|chaque|du)\s+)?({'|'.join(_MOMENTS)})\b"
)
_WHERE = re.compile(r"\b(?:oeil|yeux|oreilles?|narines?|od|og|odg)\b")  # no dose says which
_SUM = re.compile(r"\d\s*\+\s*\d")  # « 75 + 25 » : two strengths together
_AND_A_PART = re.compile(r"(?<!\d)(\d+) +(?:1/[234]|3/4)(?!\d)")  # « 5 1/2 »
_COUNTED = frozenset(
    ("cp", "comprime", "gel", "gelule", "capsule", "sachet", "suppositoire", "ovule", "patch")
)
_MEALS = r"(?:les |le |chaque |un )?repas\b"
_BESIDE = (
    (re.compile(r"\btoutes les (\d{1,2}) ?h(?:eures?)?\b"), r"toutes les \1 h"),
    (re.compile(r"\ba jeun\b"), "à jeun"),
    (re.compile(rf"\bavant {_MEALS}"), "avant le repas"),
    (re.compile(rf"\bapres {_MEALS}"), "après le repas"),
    (re.compile(rf"\b(?:au (?:milieu|cours)|pendant|avec|aux?) (?:des |du )?{_MEALS}"), "au cours du repas"),
)
_OF_THE_DAY = re.compile(
    rf"(?<![\w/.,-]){_NUMBER}\s*(?:[a-z]{{1,14}}\.?\s*){{0,2}}(?:/\s*(?:j|jours?|24\s*h)\b|par (?:jour|24\s*h)\b)"
)
_AT_ONCE = re.compile(r"\b(?:1|une?)(?: seule)? ?(?:x|fois|prise)\b|\btoutes les\b")
_MOST_WITHOUT_UNIT = 4  # a greater number without a unit is as likely a strength


def is_stepped(fact: Fact) -> bool:
    """Whether the words tell several steps: the length that was read is that of the first alone."""
    said = fold(_quote(fact))
    return bool(_STEP.search(said)) or len(_LENGTH.findall(said)) > 1


def is_uneven(fact: Fact) -> bool:
    """Whether one dose at one rhythm would say something else than the words."""
    if not _quote(fact):
        return False
    said = fold(_quote(fact))
    unequal = len({amount for amount, _ in _AT.findall(said)}) > 1
    told = fact.get("times_per_day") is not None or fact.get("max_per_day")
    lost = not told and bool(_RHYTHM.search(said))
    # « 80 mg/kg/j en 3 prises » was divided, « dose 12 kg » is 12.
    by_weight = str(fact.get("intake_unit") or "").endswith(("/kg", "dose-poids"))
    lost = lost or (by_weight and "kg" in said)
    lost = lost or bool(_WHERE.search(said) or _SUM.search(said)) or _is_half_a_strength(said)
    return any((unequal, lost, _RANGE.search(said), is_stepped(fact), _is_unequal(fact), _is_bare(fact)))


def is_of_the_day(fact: Fact) -> bool:
    """Whether the number that was read is what is taken in a whole day: « 3 cp/j », « 20 gouttes par jour », and no moment."""
    said = fold(_quote(fact))
    return bool(_OF_THE_DAY.search(said)) and not moments(fact) and not _AT_ONCE.search(said)


def moments(fact: Fact) -> str:
    """`le matin et le soir`: when it is taken, as far as the words say."""
    places = [place for place in _places(fact) if len(place) > 2]
    if places:
        said = [name for name, amount in zip(_MOMENTS, places[0], strict=False) if amount.strip("0,.")]
        said = said if len(said) < len(places[0]) else []
    else:
        told = {*words(_quote(fact))}
        said = [name for name in _MOMENTS if name in told]
    return " et ".join(filter(None, (", ".join(_SAID[one] for one in said[:-1]), *map(_SAID.get, said[-1:]))))


def beside(fact: Fact) -> str:
    """`toutes les 6 h, au cours du repas`: what else the words say of when it is taken, that a number a day does not."""
    told = fold(_quote(fact))
    found = ((form.search(told), said) for form, said in _BESIDE)
    return ", ".join(one.expand(said) for one, said in found if one)


def _quote(fact: Fact) -> str:
    return str(fact.get("quote") or "")


def _places(fact: Fact) -> list[list[str]]:
    return [re.split(r"\s?[-–]\s?", one[0]) for one in _PLACES.finditer(_quote(fact))]


def _is_unequal(fact: Fact) -> bool:
    """`8-8-10`, and `1-2` which is a range."""
    return any(
        len({amount for amount in place if amount.strip("0,.")}) > 1 or len(place) == 2
        for place in _places(fact)
    )


def _is_half_a_strength(said: str) -> bool:
    """« bisoprolol 5 1/2 cp » is half a tablet of 5 mg, not five and a half."""
    return any(int(whole) > _MOST_WITHOUT_UNIT for whole in _AND_A_PART.findall(said))


def _is_bare(fact: Fact) -> bool:
    """A number that may be a strength: « Eliquis 5 x2/j » is not five tablets, nor « oméprazole 20 gél » twenty."""
    unit = fold(str(fact.get("intake_unit") or "")).rstrip("s")
    if fact.get("dose_per_intake") is None or (unit and (unit not in _COUNTED or fact.get("strength"))):
        return False
    amount = Decimal(str(fact["dose_per_intake"]))
    if unit:
        return amount > _MOST_WITHOUT_UNIT
    return amount > _MOST_WITHOUT_UNIT or (amount != 1 and not fact.get("strength"))
