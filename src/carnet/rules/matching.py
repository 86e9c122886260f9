"""Says whether two identities are one person: certain, probable, possible or no, with the reasons in French. Scored
with the weights of tables/matching.toml; pure, symmetric, deterministic. Never merges, never looks anything up.

Only `certain` may file anything without a person. An INS that contradicts the traits raises an alarm and is `no`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

from carnet.rules import likeness, tables
from carnet.rules.person_traits import Folded, Identity, folded, from_patient

__all__ = ["Identity", "Match", "Reason", "compare", "folded", "from_patient", "weigh"]

Verdict = Literal["certain", "probable", "possible", "no"]
Levels = dict[str, str]
Table = dict[str, Any]

_RANKS: dict[Verdict, int] = {"no": 0, "possible": 1, "probable": 2, "certain": 3}
_HOUSEHOLD = ("birth_name", "phone", "address")
_PERSON = ("birth_name", "given", "born")
# The strict traits of the référentiel national d'identitovigilance; the birthplace is left out where an INS is
# checked against them, since one place may have had several codes.
_STRICT = ("birth_name", "given", "born", "sex")
_PERSONAL = ("ins", "given", "born", "number")
_SUPPORT = ("birthplace", "more_given")
_SAME = ("equal", "vague")
_OTHER = ("different", "near")

SAME_INS = "Même matricule INS, mais des traits différents : l’un des deux dossiers porte l’INS d’un autre."
SAME_TRAITS = "Mêmes traits d’identité, mais deux matricules INS différents : à vérifier par le téléservice."


@dataclass(frozen=True, slots=True)
class Reason:
    """One trait: how alike, and what it weighs in bits (+1 doubles the odds)."""

    trait: str
    level: str
    weight: float

    @property
    def sentence(self) -> str:
        label, says = _words(self.trait, self.level)
        return f"{label} : {says} ({self.weight:+g})".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Match:
    """The verdict. `reasons` add up to `score`; `limits` say why it is no better in spite of it; `alarm` is a sentence
    for a person who must look, or empty."""

    verdict: Verdict
    score: float
    reasons: tuple[Reason, ...] = ()
    limits: tuple[str, ...] = ()
    alarm: str = ""


def compare(one: Identity, other: Identity) -> Match:
    """Whether the two are one person."""
    return weigh(folded(one), folded(other))


def weigh(one: Folded, other: Folded) -> Match:
    """The same for identities already folded: for many comparisons."""
    return _judged(tuple(likeness.levels(one, other).items()))


@lru_cache(maxsize=1 << 16)
def _judged(found: tuple[tuple[str, str], ...]) -> Match:
    """The Match of these levels: nothing else of the two persons counts, and few combinations are frequent."""
    levels = dict(found)
    reasons = _reasons(levels)
    score = sum(reason.weight for reason in reasons)
    alarm = _alarm(levels)
    if alarm or levels["ins"] == "different":
        return Match("no", score, reasons, alarm=alarm)
    scored = _scored(score)
    limits = _limits(levels)
    verdict = min([scored, *limits.values()], key=_RANKS.__getitem__)
    told = tuple(sentence for sentence, best in limits.items() if _RANKS[best] < _RANKS[scored])
    return Match(verdict, score, reasons, told)


def _reasons(levels: Levels) -> tuple[Reason, ...]:
    rows = [
        Reason(trait, level, _weight(trait, level))
        for trait, level in levels.items()
        if level != "missing" or "missing" in _table()[trait]
    ]
    together = sum(max(row.weight, 0) for row in rows if row.trait in _HOUSEHOLD)
    above = together - _table()["limits"]["household"]
    return (*rows, Reason("household", "capped", -above)) if above > 0 else tuple(rows)


def _weight(trait: str, level: str) -> float:
    return float(_table()[trait][level]["weight"])


def _words(trait: str, level: str) -> tuple[str, str]:
    if trait == "household":
        return "Foyer", "nom, adresse et téléphone vont ensemble et ne comptent pas trois fois"
    return str(_table()[trait]["label"]), str(_table()[trait].get(level, {}).get("says", "absent"))


def _scored(score: float) -> Verdict:
    bars: Table = _table()["verdicts"]
    reached: list[Verdict] = [verdict for verdict in _RANKS if verdict != "no" and score >= bars[verdict]]
    return reached[-1] if reached else "no"


def _alarm(levels: Levels) -> str:
    """INS and traits that contradict each other: one of them is somebody else's."""
    if levels["ins"] == "equal" and any(levels[trait] in _OTHER for trait in _STRICT):
        return SAME_INS
    agree = all(levels[trait] in (*_SAME, "alike") for trait in _PERSON) and levels["sex"] != "different"
    return SAME_TRAITS if levels["ins"] == "different" and agree else ""


def _limits(levels: Levels) -> dict[str, Verdict]:
    """French sentence → the best verdict that it leaves."""
    found = {_limit(trait, level): _allows(trait, level, levels) for trait, level in levels.items()}
    if _is_twins(levels):
        found["Prénom et sexe différents : un frère et une sœur, peut-être jumeaux."] = "no"
    if not any(_is_for(trait, levels[trait]) for trait in _PERSONAL):
        found["Rien que le foyer : ni le prénom, ni la date, ni aucun numéro ne concorde."] = "no"
    if not (_has_number(levels) or _is_home(levels) or any(levels[trait] == "equal" for trait in _SUPPORT)):
        found["Rien que le nom, le prénom, la date et le sexe : un homonyme est possible."] = "probable"
    if not _is_enough(levels):
        found["Trop peu de traits sûrs parmi le nom, le prénom et la date de naissance."] = "probable"
    if levels["ins"] == "equal" and any(levels[trait] not in _SAME for trait in _STRICT):
        found["L’INS est le même, mais les traits stricts ne sont pas tous identiques."] = "probable"
    return found


def _limit(trait: str, level: str) -> str:
    label, says = _words(trait, level)
    return f"{label} : {says}."


def _allows(trait: str, level: str, levels: Levels) -> Verdict:
    row: Table = _table()[trait].get(level, {"allows": "certain"})
    if row["allows"] in ("number", "home"):
        return (
            "certain" if _has_number(levels) or (row["allows"] == "home" and _is_home(levels)) else "probable"
        )
    if row["allows"] == "state":
        best: Verdict = "certain" if _has_state(levels) else row["otherwise"]
        return best
    verdict: Verdict = row["allows"]
    return verdict


def _is_twins(levels: Levels) -> bool:
    return levels["given"] in _OTHER and levels["sex"] == "different" and not _has_number(levels)


def _has_number(levels: Levels) -> bool:
    return levels["ins"] == "equal" or levels["number"] in ("equal", "state", "state_close")


def _is_home(levels: Levels) -> bool:
    return levels["phone"] == "equal" or levels["address"] in ("home", "street")


def _has_state(levels: Levels) -> bool:
    return levels["number"] == "state"


def _is_enough(levels: Levels) -> bool:
    """Whether enough of name, first name and birth date hold: the rest belongs to a household."""
    limits: Table = _table()["limits"]
    if levels["number"] in ("state", "state_close"):
        _, given, born = agreeing = [_is_for(trait, levels[trait]) for trait in _PERSON]
        return bool((given or born) and sum(agreeing) + _is_home(levels) >= limits["agreeing_traits"])
    sure = [_table()[trait][levels[trait]]["allows"] in ("certain", "home") for trait in _PERSON]
    return bool(sum(sure) >= limits["sure_traits"])


def _is_for(trait: str, level: str) -> bool:
    return level != "missing" and _weight(trait, level) > 0


def _table() -> Table:
    return tables.toml("matching")
