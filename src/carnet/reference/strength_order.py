"""Of a combination, which strength of its name belongs to which substance, proved by the doses of the official
composition. What the doses do not prove stays unproved: the order of words proves nothing here."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import permutations, product
from typing import NamedTuple

_NUMBER = r"\d{1,3}(?:[ \u00a0]\d{3})+(?!\d)(?:,\d+)?|\d+(?:[.,]\d+)?"
_UNIT = (
    r"micro ?grammes?|µg|mcg|milligrammes?|mg|nanogrammes?|ng|grammes?|gr?|millions? d[e'’] ?u\.?i\.?|m\.? ?u\.?i\.?|k\.?u\.?i\.?|"
    r"u\.?i\.?|unités?(?: internationales?)?|mmol|meq|%|pour ?cent"
)
_STRENGTH = re.compile(rf"(?P<number>{_NUMBER}) *(?P<unit>{_UNIT})?(?![a-zéè0-9])", re.IGNORECASE)
# « par 5 mL », « pour 100 g », « /24 heures », « /dose »: what the strengths are said of, no strength.
_VOLUME = r"(?:ml|millilitres?|cl|litres?|l|heures?|h|jours?|doses?|bouffées?|gouttes?|sachets?|comprimés?|dm3|cm2?)(?![a-zéè])"
_SAID_OF = re.compile(
    rf"(?:/ ?|\b(?:par|pour|en|dans) )(?:{_NUMBER})? ?{_VOLUME}|(?:{_NUMBER}) ?{_VOLUME}|\bpour (?:{_NUMBER}) ?g\b(?: de)?|\bpar g\b",
    re.IGNORECASE,
)
_WORTH = (
    (r"micro|µg|mcg", 0.001, "mg"), (r"nano|ng", 0.000001, "mg"), (r"mg|milligr", 1.0, "mg"), (r"mmol|meq", 1.0, "mmol"), (r"million|m\.? ?u", 1e6, "ui"),
    (r"k\.?u", 1e3, "ui"), (r"u", 1.0, "ui"), (r"g", 1000.0, "mg"), (r"%|pour", 1.0, "%"),
)  # fmt: skip
_THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3})+")
Order = tuple[str, ...]
_MOST = 5  # substances whose orders are tried
_NEARLY = 1.015  # doses are rounded
_TWICE, _FAR = 2.0, 3.0  # an inhaler's dose is told before or after its mouthpiece, a ring's by the day


class Amount(NamedTuple):
    """One number as written: its value in `kind` (mg, ui, mmol, %; empty when no unit is written), and half of its last
    digit."""

    value: float
    kind: str
    slack: float


def amounts(written: str) -> list[Amount]:
    """The strengths of a name, or the dose of a composition: `5 mg/1,25 mg`, `200/6 microgrammes par dose`; none when no
    unit is written (« 1/100 000 » is a dilution)."""
    found = [(one["number"], one["unit"] or "") for one in _STRENGTH.finditer(_SAID_OF.sub(" ", written))]
    units = [unit for _, unit in found]
    for place in range(len(units) - 2, -1, -1):  # « 200/6 microgrammes »
        units[place] = units[place] or units[place + 1]
    return (
        [_amount(number, unit) for (number, _), unit in zip(found, units, strict=True)] if all(units) else []
    )


def _amount(number: str, unit: str) -> Amount:
    times, kind = next(
        ((worth, kind) for form, worth, kind in _WORTH if re.match(form, unit, re.I)), (1.0, "")
    )
    plain = re.sub(r"[ \u00a0]", "", number).replace(",", ".")
    if kind == "ui" and _THOUSANDS.fullmatch(plain):  # « 750.000 UI »
        plain = plain.replace(".", "")
    decimals = len(plain.partition(".")[2])
    return Amount(float(plain) * times, kind, 0.5 * 10**-decimals * times)


def proved(strength: str, doses: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The substances in the order of the strengths of the name, those without one after; none when nothing is proved.
    `doses`: of each substance, what the composition gives: of the salt, of its therapeutic fraction."""
    said = amounts(strength)
    held = {inn: [one for dose in listed for one in amounts(dose)] for inn, listed in doses.items()}
    if not 1 < len(said) <= len(held) <= _MOST:
        return ()
    orders = [*permutations(held, len(said))]
    equal = [one for one in orders if _are_equal(said, [held[inn] for inn in one])]
    found = _one_of(equal, said) if equal else _in_proportion(orders, said, held)
    return (*found, *(inn for inn in held if inn not in found)) if found else ()


def _one_of(orders: Sequence[Order], said: Sequence[Amount]) -> Order:
    """The only one; any of them when each substance has one strength in all (« 5 mg/5 mg », « 10 mg/2,5 mg/10 mg »)."""
    told = {
        frozenset((inn, one.value, one.kind) for inn, one in zip(order, said, strict=True))
        for order in orders
    }
    return orders[0] if len(told) == 1 else ()


def _are_equal(said: Sequence[Amount], held: Sequence[Sequence[Amount]]) -> bool:
    return all(any(_is_equal(one, dose) for dose in doses) for one, doses in zip(said, held, strict=True))


def _is_equal(said: Amount, dose: Amount) -> bool:
    """Once rounded as the name rounds it: 24,3 mg are « 24 mg »."""
    return said.kind == dose.kind and abs(said.value - dose.value) <= said.slack * 1.0001


def _in_proportion(
    orders: Sequence[Order], said: Sequence[Amount], held: Mapping[str, Sequence[Amount]]
) -> Order:
    """Doses given for another volume or mass than the name's, or before the mouthpiece of an inhaler: all of them about so
    many times what the name says, and in any other order far from it."""
    if len(said) < len(held) or not all(one.value for one in said) or not all(held.values()):
        return ()
    ranked = sorted((_spread(said, [held[inn] for inn in one]), one) for one in orders)
    (best, order), (second, _), *_ = ranked
    limit = _NEARLY if best <= _NEARLY else _FAR * best
    return order if best <= _TWICE and second > limit else ()


def _spread(said: Sequence[Amount], held: Sequence[Sequence[Amount]]) -> float:
    """How far from one another the proportions are, at best: 1 when all are the same."""
    times = [{dose.value / one.value for dose in doses} for one, doses in zip(said, held, strict=True)]
    return min(max(chosen) / min(chosen) for chosen in product(*times) if min(chosen) > 0)
