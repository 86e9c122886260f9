"""What the pieces of a dosage line mean together: strength, intakes, duration, need. It reads pieces, never text;
what their whole means is completed in whole_doses.py."""

from __future__ import annotations

import re
from dataclasses import replace

from carnet.reading import dose_grammar, dose_values, strengths, whole_doses
from carnet.reading.doses import SILENT, Piece
from carnet.reading.drugs import Drug
from carnet.reading.intakes import DOSE_BY_WEIGHT, Intake, Posology
from carnet.reading.whole_doses import AT_MEALS

CORTICOID = "H02"  # ATC
INSULIN = "A10A"  # ATC: units are the dose, never the strength
_SLOTS = {3: AT_MEALS, 4: (*AT_MEALS, "NIGHT")}
HEPARIN = "B01AB"  # « Lovenox 0,4 » is a syringe of 0.4 mL
_SYRINGE = 1.3
_GRAMS = 20  # « Augmentin 1 g/125 »: the second is in milligrams
_STRONG = 5  # a bare number from here on is a strength; so is one that no tablet can be cut into
_TWO = 2
# ATC: vitamins D and B12, bones, hormones and antipsychotics in depot, biologics.
_SELDOM = ("A11CC", "B03BA", "M05", "G03AC", "H01C", "L02AE", "L04", "N05A")
_MONTH = 30  # days
_SHORT = 8  # characters of « 10 10 12 »
_TAKEN = frozenset((dose_grammar.AMOUNT, dose_grammar.MASS, dose_grammar.BARE, dose_grammar.COUNTED, dose_grammar.SCHEME, dose_grammar.TIMES, dose_grammar.MOMENT))  # fmt: skip
_EVERY = {"/4h": 6, "/6h": 4, "/8h": 3, "/12h": 2}  # « Actiskenan 5 mg/4h »
_EVERY_FEW = re.compile(r"/([2-9]|[1-9][0-9])(sem|j|jours?)")
_YEARS = (1950, 2060)
_MANY = 10  # of what has no unit, at a time; more is a mass or a mistake
_TOO_MANY = 30  # of tablets or sachets at a time
_ONE_AT_A_TIME = ("lyoc", "patch", "ovule")
_PATCHES = 3  # at a time, at most
_LIQUID = "solution buvable"
_SOLID = ("cp", "gél", "sachet", "suppositoire")


def of(pieces: list[Piece], drug: Drug, ahead: float | None = None) -> Posology:
    """The meaning of a line; `ahead` is a first strength told before the second name of a combination."""
    reading = _Reading(drug, pieces)
    for place, piece in enumerate(pieces):
        reading.take(place, piece)
    if pieces:
        reading.found.start, reading.found.end = pieces[0].start, pieces[-1].end
    made = strengths.parts(reading.found.strength or "")
    if ahead and len(made) == 1:
        reading.found.strength = strengths.of_pair(drug, ahead, made[0][0])
    return whole_doses.completed(
        reading.found, meals=reading.at_meals, split=reading.split, step=reading.step
    )


class _Reading:
    """The state while pieces are taken one by one."""

    def __init__(self, drug: Drug, pieces: list[Piece]) -> None:
        self.drug, self.pieces, self.found = drug, pieces, Posology()
        self.step = 0
        self.stepped = False  # the current step has its duration
        self.split = False  # an amount was for the day, to be divided
        self.at_meals = False
        self.restated = False  # what is told now was told by weight
        self.settled = False  # an amount was followed by its reason
        self.insulin = (drug.atc or "").startswith(INSULIN) or drug.inn == "insuline"

    def take(self, place: int, piece: Piece) -> None:
        """Each kind of piece has a method of its name; FORM, MEALS, THEN… are called here and nowhere else."""
        act = getattr(self, f"_{piece.kind}", None)
        if act and not (self.restated and piece.kind in _TAKEN):
            act(place, piece)

    @property
    def last(self) -> Intake:
        """The intake being told."""
        if not self.found.intakes or self.found.intakes[-1].step != self.step:
            self.found.intakes.append(Intake(step=self.step))
        return self.found.intakes[-1]

    def _new(self, amount: float | None, unit: str | None) -> Intake:
        """An amount begins a new intake, unless the one being told has none yet."""
        intakes = self.found.intakes
        if self.stepped and intakes:
            self._next_step()
        current = intakes[-1] if intakes and intakes[-1].step == self.step else None
        if current is None or current.amount is not None:
            if current is not None and not current.said and amount is not None:
                if self.settled:
                    return current  # « 2 bouffées si gêne, 1 bouffée peut être répétée »
                current.amount, current.unit = amount, unit or current.unit  # corrected at once
                return current
            intakes.append(Intake(amount, unit or (current.unit if current else None), step=self.step))
        else:
            current.amount, current.unit = amount, unit
        return intakes[-1]

    def _apart(self, amount: float, unit: str) -> None:
        """An amount with a moment of its own, after one whose moment is told."""
        if self.found.intakes and self.last.said:
            self.found.intakes.append(Intake(amount, unit, step=self.step))
        else:
            self._new(amount, unit)

    def _next_step(self) -> None:
        self.step += 1
        self.stepped = False

    def _amount(self, place: int, piece: Piece) -> None:
        number, unit = piece.values["n"], piece.values["unit"]
        if unit == DOSE_BY_WEIGHT and number > 1 and any(sign.isdigit() for sign in piece.values["written"]):
            self.found.strength = self.found.strength or strengths.of_number(self.drug, number)
            number = 1  # « Josacine 250 dose 12 kg »: a strength, and one dose for that weight
        made = number >= _STRONG and bool(strengths.of_number(self.drug, number))  # « Maxalt 10 lyoc »
        made = made or (unit in _ONE_AT_A_TIME and number > _PATCHES)
        if (
            (number >= _TOO_MANY or made)
            and unit in (*_SOLID, *_ONE_AT_A_TIME)
            and self.found.strength is None
        ):
            self.found.strength = (
                strengths.of_number(self.drug, number) or f"{strengths.french(number)} mg"
            )  # « Doliprane 250 sach »
            return
        self._new(number, unit)

    def _mass(self, place: int, piece: Piece) -> None:
        number, unit, per = piece.values["n"], piece.values["unit"], piece.values["per"]
        if "kg" in per:
            self._by_weight(number, unit, per)
        elif piece.values["to"] is not None:
            self.found.strength = f"{strengths.french(number)} {piece.values['first']}/{strengths.french(piece.values['to'])} {_second_unit(unit, piece.values['to'])}"
        elif per.endswith("ml") and self.found.strength is None:
            self.found.strength = f"{strengths.french(number)} {unit}{per}"
        elif unit == "UI" and (self.insulin or (number <= 100 and self.found.strength is None)):
            self._new(number, "UI")
            self._per_day(per)
        elif self.found.strength is None and not self._has_amount():
            self.found.strength = f"{strengths.french(number)} {unit}" + (
                per if per[1:] in ("ml", "5ml") else ""
            )
            self._per_day(per)
        elif self._of_each(place):
            self.found.strength = f"{strengths.french(number)} {unit}"
            self._per_day(per)
        elif self._other_moment(place):
            mass = strengths.parts(self.found.strength or "")[0]
            self.last.amount, self.last.unit = mass  # « 1 mg matin et 2 mg le soir »
            self.found.intakes.append(Intake(number, unit, step=self.step))
        elif self._has_last_amount() and not self._is_dose(place):
            self.found.strength = self.found.strength or f"{strengths.french(number)} {unit}"
        else:
            if self.found.days and not self.found.intakes:
                self._next_step()  # « 1 mg J1 3 mg J2 »
            self._new(number, unit)
            self._per_day(per)

    def _of_each(self, place: int) -> bool:
        """« 2 comprimés de 20 mg », « 1 amp 100000 »: the strength of each."""
        before = [one for one in self.pieces[max(0, place - 2) : place] if one.kind != dose_grammar.FILLER]
        return (
            self.found.strength is None
            and [piece.kind for piece in before[-1:]] == [dose_grammar.AMOUNT]
            and before[-1].values["unit"] in (*_SOLID, *_ONE_AT_A_TIME, "ampoule", "injection", "dosette")
        )

    def _other_moment(self, place: int) -> bool:
        """A second mass with a moment of its own, after a strength whose moment is told."""
        told = self.found.intakes
        alone = len(told) == 1 and told[0].amount is None and bool(told[0].when) and not self.stepped
        return alone and self._is_moment(place) and len(strengths.parts(self.found.strength or "")) == 1

    def _has_last_amount(self) -> bool:
        return bool(self.found.intakes) and self.found.intakes[-1].amount is not None

    def _has_amount(self) -> bool:
        return any(intake.amount is not None for intake in self.found.intakes)

    def _is_dose(self, place: int) -> bool:
        """Whether what follows tells when this amount is taken."""
        after = next((piece.kind for piece in self.pieces[place + 1 :] if piece.kind not in SILENT), "")
        return (
            after in (dose_grammar.TIMES, dose_grammar.MOMENT, dose_grammar.DURATION)
            or self.found.intakes[-1].said
        )

    def _per_day(self, per: str) -> None:
        if per in ("/24h", "/16h") and any("transderm" in route for route in self.drug.routes):
            return  # « patch 21 mg/24 h » is what the patch holds
        if per in ("/j", "/jour", "/jours", "/24h") and not self.split:
            self._set_times(1, 1)
        elif per == "/sem":
            self._set_times(1, 7)
        elif per in _EVERY:
            self._set_times(_EVERY[per], 1)
        elif every := _EVERY_FEW.fullmatch(per):  # « Xolair 300 mg/4 sem »
            self._set_times(1, float(every[1]) * (7 if every[2] == "sem" else 1))

    def _by_weight(self, number: float, unit: str, per: str) -> None:
        self._new(number, f"{unit}/kg")
        self.split = bool(per.split("kg", 1)[1].strip("/") in ("j", "jour", "jours", "24h"))
        self._per_day(per.split("kg", 1)[1])

    def _bare(self, place: int, piece: Piece) -> None:
        number, other = piece.values["n"], piece.values["to"]
        first = self.found.strength is None and not self.found.intakes
        if first and piece.values.get("third"):
            self.found.strength = piece.values["written"].replace(" ", "")
            return
        if first and other is not None and "/" in piece.values["written"]:
            self.found.strength = strengths.of_pair(self.drug, number, other)
            return
        if other is not None and "+" in piece.values["written"]:
            self.found.strength = self.found.strength or strengths.together(self.drug, number, other)
            return
        if self.insulin:
            self._insulin(place, piece)
            return
        if _YEARS[0] <= number <= _YEARS[1] and not strengths.of_number(self.drug, number):
            return  # « Mirena 2021 »
        heparin = (self.drug.atc or "").startswith(HEPARIN)
        if first and heparin and number < _SYRINGE and number != int(number):
            self.found.strength = f"{strengths.french(number)} mL"
            return
        known = strengths.of_number(self.drug, number) if first else None
        if known and not self._alone_small(place, number):
            self.found.strength = known
        elif first and (
            number != int(number)
            or (number >= _STRONG and (number > _MANY or not self._is_moment(place) or not self._in_drops()))
        ):
            self.found.strength = (
                f"{strengths.french(number)} {strengths.usual_unit(self.drug, number)}".strip()
            )
        elif number <= _MANY:
            self._new(number, None)
        elif self._of_each(place):
            self.found.strength = strengths.of_number(self.drug, number)  # « 1 amp 100000 »
        elif strengths.of_number(self.drug, number):
            self._apart(number, strengths.usual_unit(self.drug, number))  # « 80 matin + 40 midi »

    def _insulin(self, place: int, piece: Piece) -> None:
        """« 22 », « 8 8 10 »: units; three in a row are of morning, noon and evening."""
        told = self.pieces[max(0, place - _TWO) : place + 1]
        amounts = [one.values["n"] for one in told if one.kind == dose_grammar.BARE]
        self._new(piece.values["n"], "UI")
        if len(amounts) == len(_SLOTS[3]) and told[-1].end - told[0].start <= _SHORT:
            self.found.intakes.pop()
            self._scheme(
                place,
                Piece(
                    dose_grammar.SCHEME,
                    told[0].start,
                    piece.end,
                    {"amounts": amounts, "unit": "UI", "written": ""},
                ),
            )

    def _in_drops(self) -> bool:
        """« Tercian 10 le soir » may be drops; « Xatral 10 le soir » is ten milligrams."""
        return not self.drug.forms or any(_LIQUID in form for form in self.drug.forms)

    def _alone_small(self, place: int, number: float) -> bool:
        """« 1 le matin », « 2 matin et soir »: an amount, although such a strength exists."""
        return (
            number <= 2
            and number == int(number)
            and self._is_moment(place)
            and self.drug.strengths[:1] != (f"{strengths.french(number)} mg",)
        )

    def _is_moment(self, place: int) -> bool:
        after = [
            piece.kind for piece in self.pieces[place + 1 : place + 3] if piece.kind != dose_grammar.FILLER
        ]
        return bool(after) and after[0] == dose_grammar.MOMENT

    def _scheme(self, place: int, piece: Piece) -> None:
        if self.drug.inn.count("/") == _TWO and "/" in piece.values["written"] and not self.found.strength:
            self.found.strength = piece.values["written"].replace(" ", "")  # « Trimbow 87/5/9 »
            return
        if self.stepped:
            self._next_step()
        amounts = piece.values["amounts"]
        if self._in_milligrams(piece) and (self.drug.atc or "").startswith(CORTICOID):
            self.found.strength = self.found.strength or f"{strengths.french(amounts[0])} mg"
            return  # « Cortancyl 60-40-20 »: what falls from step to step
        unit = piece.values["unit"] or ("UI" if self.insulin else None)
        if self._in_milligrams(piece):
            unit = strengths.usual_unit(self.drug, max(amounts))
        told = [one for one in self.found.intakes if one.step == self.step and one.amount is None]
        for intake in told:
            self.found.intakes.remove(intake)
        current = (
            self.found.intakes[-1]
            if self.found.intakes and self.found.intakes[-1].step == self.step
            else None
        )
        if current and not current.said:
            self.found.intakes.remove(current)
            unit = unit or current.unit
        for amount, slot in zip(amounts, _SLOTS[len(amounts)], strict=True):
            same = next(
                (one for one in self.found.intakes if one.step == self.step and one.amount == amount), None
            )
            if same and amount:
                same.when.append(slot)
            elif amount:
                self.found.intakes.append(Intake(amount, unit, when=[slot], step=self.step))

    def _in_milligrams(self, piece: Piece) -> bool:
        """« Seresta 50-25-25 »: nobody takes so many tablets at a time."""
        drops = any(_LIQUID in form for form in self.drug.forms)
        return max(piece.values["amounts"]) > _MANY and not (self.insulin or piece.values["unit"] or drops)

    def _times(self, place: int, piece: Piece) -> None:
        if self.stepped and self.found.intakes and self.found.intakes[-1].said and self._lasts(place):
            before = self.last
            self._next_step()  # « 1 cp x3 J1, x2 J2 »
            self.found.intakes.append(Intake(before.amount, before.unit, step=self.step))
        elif self.stepped and self.found.intakes and self.found.intakes[-1].said:
            near = piece.start - self.pieces[place - 1].end <= _TWO
            if self.found.intakes[-1].period == piece.values["period"] or not near:
                return
            self._next_step()  # « 1 inj/j 1 sem, /sem 1 mois »
        told = bool(self.found.intakes) and self.found.intakes[-1].said
        if (
            piece.values.get("seldom")
            and (told or piece.values["period"] >= _MONTH)
            and not self._is_seldom()
        ):
            self._duration(place, replace(piece, values={"days": piece.values["period"]}))
            return  # « Ramipril 5 1/j / 3 mois »: how long
        if self._is_dose_a_day(piece):
            return
        if piece.values.get("daily") and self.last.said:
            return  # « matin et soir tous les jours »
        if (piece.values["times"], piece.values["period"]) == (1, 1) and (self.last.times or 0) > 1:
            return  # « x4 à 6 par jour »
        if piece.values.get("meals"):
            self.last.when += AT_MEALS
            return
        if piece.values.get("when") and not self.last.when:
            self.last.when.append(piece.values["when"])
        if piece.values.get("counted"):
            self.last.counted = True
        if piece.values.get("shared") and not self.split:
            self._divide(piece.values["times"])  # « 100 mg par kilo réparti en 2 prises »
        if piece.values.get("split") and (self.last.times is not None or self._counts()):
            self._divide(piece.values["times"])
        self._set_times(piece.values["times"], piece.values["period"])

    def _lasts(self, place: int) -> bool:
        """Whether how long stands right after this piece."""
        return [piece.kind for piece in self.pieces[place + 1 : place + 2]] == [dose_grammar.DURATION]

    def _is_seldom(self) -> bool:
        """« Uvedose /3 mois »: what is taken every few months, and nothing else said how often."""
        told = bool(self.found.intakes) and self.found.intakes[-1].said
        return not told and (self.drug.atc or "").startswith(_SELDOM)

    def _is_dose_a_day(self, piece: Piece) -> bool:
        """« Tahor 10/j », « Lantus 22/j »: a strength, or units, a day; not so many times."""
        number, first = piece.values["times"], not (self.found.strength or self.found.intakes)
        if not first or piece.values["said"] or number < _STRONG:
            return False
        made = strengths.of_number(self.drug, number)
        if self.insulin:
            self._new(number, "UI")
        elif made:
            self.found.strength = made
        else:
            return False
        self._set_times(1, piece.values["period"])
        return True

    def _meals(self, place: int, piece: Piece) -> None:
        self.at_meals = self.at_meals or piece.values["each"]

    def _counts(self) -> bool:
        """« 4 comprimés en 4 prises »: an amount of things, for the whole day."""
        return (self.last.amount or 0) > 1 and self.last.unit in _SOLID

    def _divide(self, times: float) -> None:
        whole_doses.divide(self.found, self.last, times)

    def _set_times(self, times: float, period: float) -> None:
        self.last.set_times(times, period)

    def _counted(self, place: int, piece: Piece) -> None:
        """« 1x3/j »: an amount, and how often."""
        number = piece.values["n"]
        known = strengths.of_number(self.drug, number) if number >= _TWO and not self._has_amount() else None
        if known and self.found.strength is None:
            self.found.strength = known  # « Eliquis 5 x 2 »
        else:
            self._new(number, None)
        self._set_times(piece.values["times"], 1)

    def _moment(self, place: int, piece: Piece) -> None:
        if self.stepped and self.found.intakes and self.found.intakes[-1].said:
            return
        if not piece.values["when"] and not self.last.said:
            self._set_times(1, 1)  # « à jeun »
        self.last.when += [when for when in piece.values["when"] if when not in self.last.when]

    def _once(self, place: int, piece: Piece) -> None:
        if piece.values.get("today") and self.found.intakes and self.last.said:
            return
        self._set_times(1, 1)
        self.found.days = self.found.days or 1

    def _repeat(self, place: int, piece: Piece) -> None:
        self.found.repeat = piece.values["days"]
        if self.found.intakes and not self.last.said:
            self._set_times(1, piece.values["days"])

    def _duration(self, place: int, piece: Piece) -> None:
        days = piece.values["days"]
        here = [one for one in self.found.intakes if one.step == self.step]
        apart = bool(place) and piece.start - self.pieces[place - 1].end > 1
        if self.stepped or not here or (self.step and apart):  # « 15 j puis 1 cp le soir, 3 mois »
            self.found.total_days = days
            if not self.found.intakes:
                self.found.days = days
            return
        for intake in here:
            intake.for_days = days
        self.stepped = True

    def _then(self, place: int, piece: Piece) -> None:
        if (
            self.found.strength and not self.found.intakes
        ):  # « Ozempic 0,25 puis 0,5 », « 500 mg J1 puis 250 »
            self.found.intakes.append(Intake(step=self.step, for_days=self.found.days))
            self.found.days = self.found.total_days = None
        if self.found.intakes or self.found.days:
            self._next_step()

    def _need(self, place: int, piece: Piece) -> None:
        if self.step and self.found.intakes and self.found.intakes[0].said:
            return  # « 4 bouffées x4/j 3 j puis à la demande »: the first step is what is told
        self.found.as_needed = True
        self.settled = self.settled or self._has_last_amount()
        self.found.reason = piece.values.get("why") or self.found.reason

    def _ceiling(self, place: int, piece: Piece) -> None:
        self.found.ceiling, self.found.ceiling_unit = piece.values["n"], piece.values["unit"]

    def _refill(self, place: int, piece: Piece) -> None:
        if piece.values["count"] is not None:
            self.found.refills = piece.values["count"]

    def _brand_only(self, place: int, piece: Piece) -> None:
        self.found.brand_only = True

    def _alternate(self, place: int, piece: Piece) -> None:
        """« Levothyrox 75/100 1j/2 », « 3/4 cp alterné 1 cp »: two doses, each on its days."""
        number, unit = piece.values["n"], dose_values.in_full(piece.values["unit"])
        usual = unit
        if self.found.strength is None and (unit in strengths.MILLIGRAMS or (number >= _STRONG and not unit)):
            usual = unit or strengths.usual_unit(self.drug, number)
            made = None if unit else strengths.of_number(self.drug, number)
            self.found.strength = made or f"{strengths.french(number)} {usual}"
        else:
            self._new(number, unit)
        self._set_times(*piece.values["every"])
        self.found.uneven = True
        if piece.values["other"]:
            other, its_unit, times, period = piece.values["other"]
            its = dose_values.in_full(its_unit) or usual
            self.found.intakes.append(Intake(other, its, times, period, step=self.step))

    def _again(self, place: int, piece: Piece) -> None:
        told = self.found.intakes[-1:]
        self.restated = bool(told) and told[0].said and (told[0].unit or "").endswith("/kg")

    def _form(self, place: int, piece: Piece) -> None:
        self.found.forms.append((piece.start, piece.end))

    def _place(self, place: int, piece: Piece) -> None:
        self.found.forms.append((piece.start, piece.end))


def _second_unit(unit: str, number: float) -> str:
    """« Augmentin 1 g/125 »: the second is in milligrams."""
    return "mg" if unit == "g" and number > _GRAMS else unit
