"""What one note says of one medicine in several places: « sous furosémide 40 » and another dose of it, a drug and its
stop. Pure. It tells which words end which, and which contradict each other; it chooses between no two doses."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from carnet.fhir.folding import fold, words
from carnet.rules.accepted import medicines, same_medicine, treatments
from carnet.rules.accepted.scene import Fact, Resource, Scene
from carnet.rules.synthesis import dosage

_THEN_STOPPED = re.compile(r"[\s,;:>=-]*(?:puis|et)\s+(?:l['’])?(?:arr[êe]t|stop)", re.IGNORECASE)
_MOMENTS = frozenset(("matin", "midi", "soir", "coucher"))


@dataclass(frozen=True, slots=True)
class Within:
    """`over`: facts of the note that end when this one is accepted; `left`: those with a substance of it that go on;
    `against`: what the note says to the contrary, and nothing tells which of the two holds."""

    over: tuple[Fact, ...] = ()
    left: tuple[Fact, ...] = ()
    against: tuple[Fact, ...] = ()


def within(facts: Iterable[Fact], day: date) -> list[Within]:
    """For each fact of a note, in their order, what it does to the others."""
    listed = [*facts]
    drugs = [one for one in listed if one["kind"] == "medication"]
    if len(drugs) < 2:
        return [Within()] * len(listed)
    scene = _scene(day)
    made = [(one, medicines.medicine(one, scene)) for one in drugs if not treatments.is_stop(one)]
    return [_of(one, drugs, made, day) if one["kind"] == "medication" else Within() for one in listed]


def tapered(fact: Fact, text: str) -> Fact:
    """The fact, told to be the end of the treatment where its words go on « puis arrêt »."""
    is_last = (
        fact["kind"] == "medication"
        and fact["status"] == "prescribed"
        and _THEN_STOPPED.match(text, fact["end"])
    )
    return {**fact, "tapers": True} if is_last else fact


def resource(fact: Fact, day: date) -> Resource:
    """This medicine as a treatment: to be told, or compared."""
    return medicines.medicine(fact, _scene(day))


def ends(fact: Fact, facts: Sequence[Fact], day: date) -> tuple[Fact, ...]:
    """Which of these facts of its note it ends."""
    return next((does.over for one, does in _all(fact, facts, day) if _is_one(one, fact)), ())


def ender(fact: Fact, facts: Sequence[Fact], day: date) -> Fact | None:
    """Which of these accepted facts ends this one: a stop before a dose."""
    found = _all(fact, facts, day)
    enders = [one for one, does in found if any(_is_one(fact, other) for other in does.over)]
    return next(iter(sorted(enders, key=treatments.is_stop, reverse=True)), None)


def _all(fact: Fact, facts: Sequence[Fact], day: date) -> list[tuple[Fact, Within]]:
    listed = [fact, *(one for one in facts if not _is_one(one, fact))]
    return [*zip(listed, within(listed, day), strict=True)]


def disputed(facts: Iterable[Fact], day: date) -> list[Fact]:
    """Prescriptions that other facts of this list stop, where the words do not tell which of the two holds."""
    listed = [*facts]
    found = zip(listed, within(listed, day), strict=True)
    return [one for one, does in found if does.against and not treatments.is_stop(one)]


def _scene(day: date) -> Scene:
    at = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Scene(patient="", encounter="", note="", text="", author={}, at=at, day=day)


def _of(fact: Fact, drugs: list[Fact], made: list[tuple[Fact, Resource]], day: date) -> Within:
    if treatments.is_stop(fact):
        named = [one for one, treatment in made if _names(fact, one, treatment)]
        against = tuple(one for one in named if _is_unclear(fact, one))
        return Within(over=tuple(one for one in named if one not in against), against=against)
    if fact["status"] != "prescribed":
        return Within()
    return _prescribed(fact, drugs, made, day)


def _prescribed(fact: Fact, drugs: list[Fact], made: list[tuple[Fact, Resource]], day: date) -> Within:
    """Another dose of what the note tells as taken until now takes its place, wherever it stands."""
    ongoing = [(one, treatment) for one, treatment in made if one["status"] == "ongoing"]
    found = treatments.ends(fact, [treatment for _, treatment in ongoing], day)
    beside = [
        treatment
        for treatment in found.over
        if _is_of_another_moment(treatment, fact) or _is_another_s(treatment, fact, made)
    ]
    over = [one for one in found.over if one not in beside]
    stops = [one for one in drugs if treatments.is_stop(one)]
    mine = next(treatment for one, treatment in made if one is fact)
    return Within(
        over=tuple(one for one, treatment in ongoing if treatment in over),
        left=tuple(one for one, treatment in ongoing if treatment in [*beside, *found.left]),
        against=tuple(one for one in stops if _names(one, fact, mine) and _is_unclear(one, fact)),
    )


def _names(stop: Fact, fact: Fact, treatment: Resource) -> bool:
    """Whether the stop names this very medicine: not another brand, strength, way or release that both say."""
    if not treatments.named(stop, [treatment]):
        return False
    if any(
        stop.get(part) and fact.get(part) and fold(stop[part]) != fold(fact[part])
        for part in ("brand", "strength")
    ):
        return False
    told = same_medicine.said(stop)
    other_way = bool(same_medicine.way(told)) and not same_medicine.is_same_way(treatment, stop)
    return not other_way and (not same_medicine.is_slow(told) or same_medicine.is_as_slow(treatment, stop))


def _is_unclear(stop: Fact, fact: Fact) -> bool:
    """A stop that stands before the prescription, or names a strength that it does not: it may be of what was taken
    until now. What the note tells as taken until now is over wherever the stop stands."""
    if fact["status"] != "prescribed":
        return False
    return stop["start"] < fact["start"] or bool(stop.get("strength") and not fact.get("strength"))


def _is_of_another_moment(treatment: Resource, fact: Fact) -> bool:
    """The insulin of the morning and that of the evening are two."""
    told = [_MOMENTS & {*words(said)} for said in (dosage(treatment), medicines.directions(fact))]
    return all(told) and told[0].isdisjoint(told[1])


def _is_another_s(treatment: Resource, fact: Fact, made: list[tuple[Fact, Resource]]) -> bool:
    """Of two strengths prescribed together, the one that says this strength takes its place."""
    if same_medicine.is_of_strength(treatment, fact):
        return False
    others = (one for one, _ in made if one["status"] == "prescribed" and one is not fact)
    return any(
        one.get("strength")
        and same_medicine.is_same(treatment, one)
        and same_medicine.is_of_strength(treatment, one)
        for one in others
    )


def _is_one(fact: Fact, other: Fact) -> bool:
    same = ("kind", "start", "end", "status", "quote", "drug", "strength")
    return fact is other or all(fact.get(part) == other.get(part) for part in same)
