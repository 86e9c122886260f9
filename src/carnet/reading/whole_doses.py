"""What a dosage line means once its last piece is read: what steps and moments share, what stands for the whole day. It
completes the posology that posology.py gathered, and reads no piece."""

from __future__ import annotations

from itertools import pairwise

from carnet.reading import strengths
from carnet.reading.intakes import Intake, Posology

DAY = ("MORN", "NOON", "AFT", "EVE", "NIGHT")
AT_MEALS = ("MORN", "NOON", "EVE")
_WEEK = 7  # days
_TWO = 2
_TAKINGS = ("fois", "prise", "prises", "x")


def completed(found: Posology, *, meals: bool, split: bool, step: int) -> Posology:
    """The same posology. `meals`: taken at each meal. `split`: an amount was for the whole day. `step`: the last told."""
    for intake in found.intakes:
        if intake.for_days == 1 and not intake.said:
            intake.times = 1  # « 2 cp J1 »
    _at_once(found.intakes)
    _in_a_day(found.intakes)
    if meals:
        _at_meals(found, step)
    _inherit(found.intakes)
    _share(found, split)
    _in_intakes(found)
    _lasts(found)
    return found


def divide(found: Posology, current: Intake, times: float) -> None:
    """« 1000 mg/j en 2 prises » is 500 mg twice; « 4 cp/j en 2 prises » is 2 cp."""
    mass = strengths.parts(found.strength) if found.strength else ()
    if current.amount is not None:
        current.amount /= times
    elif len(mass) == 1:
        current.amount, current.unit = mass[0][0] / times, mass[0][1]
        found.strength = None


def _at_once(told: list[Intake]) -> None:
    """« 20 x3 le matin », « 2,5 x4 le vendredi »: so many at that moment, not so many times."""
    for intake in told:
        once = len(intake.when) == 1 if intake.period == 1 else intake.period == _WEEK
        if intake.counted and once and intake.amount is None and (intake.many or 0) > 1:
            intake.amount, intake.times = intake.many, 1


def _in_a_day(told: list[Intake]) -> None:
    """« 2 le matin puis 1 à midi puis 2 le soir 4 semaines »: moments of one day, no steps."""
    moments = [intake.when[0] for intake in told if len(intake.when) == 1 and not intake.times]
    lasting = any(intake.for_days for intake in told[:-1])
    in_order = len(set(moments)) == len(told) and moments == sorted(moments, key=DAY.index)
    if len(told) >= _TWO and in_order and not lasting:
        for intake in told:
            intake.step, intake.for_days = 0, told[-1].for_days


def _at_meals(found: Posology, step: int) -> None:
    """« après les repas et au coucher » is four times a day, « matin et soir aux repas » two."""
    alone = found.strength or not (found.days or found.total_days)
    if alone and not found.intakes:
        found.intakes.append(Intake(step=step))
    told = [intake for intake in found.intakes if intake.times is None]
    if len(found.intakes) == len(told) == 1 and set(told[0].when) <= {"NIGHT"}:
        told[0].when = [*AT_MEALS, *told[0].when]


def _inherit(told: list[Intake]) -> None:
    """A step that says only an amount is taken when the step before was: « 2 cp le matin 5 j puis 1 cp 5 j »."""
    for before, after in pairwise(told):
        if after.step != before.step + 1:
            continue
        if not after.said and before.said:
            after.times, after.period, after.when = before.times, before.period, list(before.when)
        elif after.said and not before.said and before.amount:
            before.times, before.period = after.times, after.period  # « 1/2 cp 7 j puis 1/j »
            before.when = list(after.when)
        if after.times == 1 and not after.when and len(before.when) == 1:
            after.when = list(before.when)  # « le soir 7 jours puis 1 jour sur 2 »


def _share(found: Posology, split: bool) -> None:
    """What is said once for several intakes belongs to each; amounts for a whole day are divided."""
    for intake in found.intakes:
        if split and intake.unit and intake.unit.endswith("/kg") and intake.count:
            intake.amount = (intake.amount or 0) / intake.count
        elif split and not intake.said:
            intake.times = 1  # « 1 mg/kg/j »
    first = next((one.unit for one in found.intakes if one.unit), None)
    for intake in found.intakes:
        if intake.unit is None and first in strengths.MILLIGRAMS:
            _in_mass(intake, found.strength)
        else:
            intake.unit = intake.unit or first


def _in_mass(intake: Intake, strength: str | None) -> None:
    """« 0,25 mg 1 inj/sem puis 0,5 mg »: beside masses, a step without an amount is its strength; never « 1 mg »."""
    parts = strengths.parts(strength) if strength else ()
    if intake.amount is None and len(parts) == 1:
        intake.amount, intake.unit = parts[0]


def _in_intakes(found: Posology) -> None:
    """« max 3 g/j » of tablets of 1 g is 3; « 2 lyocs max 3 fois/j » are 6."""
    if found.ceiling and found.ceiling_unit in _TAKINGS and found.intakes:
        found.ceiling *= found.intakes[0].amount or 1
    if found.ceiling is None or found.ceiling_unit not in strengths.MILLIGRAMS:
        return
    mass = strengths.milligrams(found.strength)
    if not mass:
        found.ceiling = None  # « max 3 g/j » of a tablet that nobody told
    else:
        found.ceiling = round(found.ceiling * strengths.MILLIGRAMS[found.ceiling_unit] / mass, 3)


def _lasts(found: Posology) -> None:
    """How long the whole of it is taken: a line of one step has no duration of its steps."""
    told = found.intakes
    steps = {intake.step for intake in told}
    if len(steps) > 1 and not found.total_days and not told[0].for_days:
        found.total_days = told[-1].for_days  # « 1 le soir puis x3 selon tolérance 1 mois »
    if len(steps) == 1:
        found.days = found.total_days or next((one.for_days for one in told if one.for_days), found.days)
        for intake in told:
            intake.for_days = None
