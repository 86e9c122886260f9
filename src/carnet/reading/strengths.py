"""The strength that a number after a drug's name stands for, by the strengths that the drug is made in."""

from __future__ import annotations

import re
from functools import lru_cache

from carnet.reading import numbers
from carnet.reading.drugs import Drug

_PART = re.compile(
    r"([0-9][0-9 ]{0,12}(?:[.,][0-9]+)?) ?(mg|g|µg|microgrammes?|ug|ng|%|pour cent|ui|u\.?i\.?|m\.?u\.?i\.?|unites?|ml|mmol|meq)?(?![a-z])",
    re.IGNORECASE,
)
_UNITS = {"microgramme": "µg", "microgrammes": "µg", "ug": "µg", "pour cent": "%", "unite": "UI", "unites": "UI", "ui": "UI", "u.i.": "UI"}  # fmt: skip
_PER_CENT = 20  # no cream is stronger: « Lamisil 250 » is the tablet
MILLIGRAMS = {"g": 1000.0, "mg": 1.0, "µg": 0.001, "ng": 0.000001}


@lru_cache(maxsize=4096)
def parts(strength: str) -> tuple[tuple[float, str], ...]:
    """« 160 mg/12,5 mg » is ((160, mg), (12.5, mg)); what is said after « / » of volume or time is left out."""
    found = []
    for number, unit in _PART.findall(strength.replace("\u00a0", " ").replace("\u202f", " ")):
        low = unit.lower()
        if low != "ml":
            found.append((numbers.value(re.sub(r"(?<=[0-9]) +(?=[0-9])", "", number)), _UNITS.get(low, low)))
    return tuple(found)


def of_number(drug: Drug, number: float) -> str | None:
    """« Metformine 1000 » is 1000 mg: the unit in which one of the drug's strengths has this number."""
    for strength in drug.strengths:
        made = parts(strength)
        for value, unit in made:
            for written, worth in _readings(value, unit):
                if worth == number:
                    return f"{french(number)} {written}".strip()
        if (
            len(made) > 1
            and len({unit for _, unit in made}) == 1
            and sum(value for value, _ in made) == number
        ):
            return f"{french(number)} {made[0][1]}"
    return None


def of_pair(drug: Drug, one: float, other: float) -> str:
    """« Coaprovel 300/12,5 »: two numbers of one combination; bare where no such strength is made."""
    for strength in drug.strengths:
        made = parts(strength)
        said = {worth: told for value, unit in made for told, worth in reversed(_readings(value, unit))}
        if len(made) > 1 and {one, other} <= said.keys():
            return f"{french(one)} {said[one]}".strip() + f"/{french(other)} {said[other]}".rstrip()
    return f"{french(one)}/{french(other)}"


def in_order(drug: Drug, strength: str | None) -> str | None:
    """The substances of a combination in the order of this strength: « Coveram 10/5 » is périndopril/amlodipine. None when
    nobody knows which number is of which substance."""
    said = parts(strength) if strength and "/" in drug.inn else ()
    if len(said) < 2 or drug.spelled:
        return drug.inn
    return next((inn for made, inn in drug.orders if _are_alike(said, parts(made))), None)


def _are_alike(said: tuple[tuple[float, str], ...], made: tuple[tuple[float, str], ...]) -> bool:
    return len(said) == len(made) and all(
        one == other if "" in (unit, its) or unit == its else _worth(one, unit) == _worth(other, its)
        for (one, unit), (other, its) in zip(said, made, strict=True)
    )


def _worth(value: float, unit: str) -> tuple[float, str]:
    """In milligrams, where it is a mass."""
    return (round(value * MILLIGRAMS[unit], 9), "mg") if unit in MILLIGRAMS else (value, unit)


def together(drug: Drug, *values: float) -> str | None:
    """« Levothyrox 75+25 »: tablets taken at once, where each strength is made; else no number is believed."""
    made = [strength for one in values if (strength := of_number(drug, one))]
    return " + ".join(made) if len(made) == len(values) else None


def usual_unit(drug: Drug, number: float) -> str:
    """Of most of the drug's strengths that may have this number; mg when nothing is known."""
    for strength in drug.strengths:
        made = parts(strength)
        if made and made[0][1] and not (made[0][1] == "%" and number > _PER_CENT):
            return made[0][1]
    return "mg"


def milligrams(strength: str | None) -> float | None:
    """Of a strength with one part, for ceilings given in grams."""
    made = parts(strength) if strength else ()
    return made[0][0] * MILLIGRAMS[made[0][1]] if len(made) == 1 and made[0][1] in MILLIGRAMS else None


def _readings(value: float, unit: str) -> list[tuple[str, float]]:
    """The same strength in the units that doctors use for it."""
    found = [(unit, value)]
    if unit == "g":
        found.append(("mg", round(value * 1000, 6)))
    if unit == "mg":
        found += [("g", round(value / 1000, 6)), ("µg", round(value * 1000, 6))]
    if unit == "µg":
        found.append(("mg", round(value / 1000, 6)))
    return found


def french(number: float) -> str:
    """A number as French writes it: 2,5."""
    return str(numbers.short(number)).replace(".", ",")
