"""A line of a prescription, read whole: drug, strength, form, route, every intake, duration, renewals. It reads what is
written; what is not written is filled only from the product."""

from __future__ import annotations

import re
from typing import Any

from carnet.reading import dose_values, doses, naming, numbers, posology, strengths, tables
from carnet.reading.facts import Context, Values
from carnet.reading.intakes import Intake, Posology
from carnet.reading.naming import Named
from carnet.reading.reader import Reader
from carnet.reading.structure import Note

_BY_NEEDLE = ("intramusculaire", "sous-cutanée", "intraveineuse")
_UNITS = {"comprimé": "cp", "gélule": "gél", "capsule": "gél", "pulvérisation": "bouffée", "inhalation": "bouffée", "lyophilisat": "lyoc"}  # fmt: skip


def read(text: str, reading: Reader) -> Values:
    """The prescription of the first drug named; empty when none is."""
    note, _ = reading.note(text, Context())
    named = next(naming.drugs_in(note, reading.drugs, reading.words.corrector), None)
    if named is None:
        return {}
    pieces = doses.pieces(note.flat, named.end, len(note.flat), whole=True)
    return _values(note, named, posology.of(pieces, named.drug, named.ahead))


def _values(note: Note, named: Named, found: Posology) -> Values:
    drug = named.drug
    reason = None if found.reason is None else note.text[slice(*found.reason)].strip()
    return {
        "drug": strengths.in_order(drug, found.strength) or drug.inn,
        "brand": drug.brand or None,
        "strength": found.strength or _only_strength(named),
        "form": _form(named, found),
        "route": _route(note, named, found),
        "doses": [_dose(intake, named, found, note) for intake in found.intakes],
        "duration_days": _short(_duration(found)),
        "as_needed": found.as_needed,
        "as_needed_reason": reason,
        "max_per_day": _short(found.ceiling),
        "refills": _short(found.refills),
        "non_substitutable": found.brand_only,
    }


def _dose(intake: Intake, named: Named, found: Posology, note: Note) -> Values:
    values: Values = {
        "amount": _short(1 if intake.amount is None else intake.amount),
        "unit": intake.unit or _applied(note) or _of_form(note, found) or _only_unit(named),
        "when": intake.when,
        "times_per_day": _short(1 if found.repeat else intake.count),
        "period_days": _short(found.repeat or intake.period),
    }
    return values | ({"for_days": _short(intake.for_days)} if intake.for_days else {})


def _only_strength(named: Named) -> str | None:
    """Of a product made in one; not the content of a pot (« 453,70036 g »)."""
    only = named.drug.strengths[0] if len(named.drug.strengths) == 1 else ""
    return None if not only or re.match(r"[0-9]+[.,][0-9]{3}", only) else only


def _applied(note: Note) -> str | None:
    """« kétoprofène gel 2,5 % 2 applic/j »: what is counted in applications is no capsule."""
    return "application" if _APPLIED.search(note.flat) else None


_APPLIED = re.compile(r"(?<![a-z])appl(?:i|ic|ications?)?s?(?![a-z])")


def _of_form(note: Note, found: Posology) -> str | None:
    """« Flector emplâtre 1 par jour »: a form that is a unit, where the amount has none."""
    named = (dose_values.canonical(note.flat[slice(*place)]) for place in found.forms)
    return next((unit for unit in named if unit in _COUNTED), None)


_COUNTED = frozenset(("cp", "gél", "sachet", "suppositoire", "patch", "ovule", "ampoule", "dosette", "lyoc"))


def _only_unit(named: Named) -> str | None:
    """The unit of the product, when all its forms are taken alike; else nobody knows."""
    units = {
        name
        for name, words in tables.toml("routes.toml")["forms"].items()
        for form in named.drug.forms
        if re.search(words, form)
    }
    solid = units & {"cp", "gél", "lyoc", "suppositoire", "sachet"}
    if len(solid) > 1 or not named.drug.unit:
        return None
    if solid and named.drug.unit == "dose":
        return str(next(iter(solid)))  # « Lasilix 20 »
    return _UNITS.get(named.drug.unit, named.drug.unit)


def _duration(found: Posology) -> float | None:
    if found.repeat:
        return None
    if found.days or found.total_days:
        return found.total_days or found.days
    steps: dict[int, float | None] = {}
    for intake in found.intakes:
        steps[intake.step] = intake.for_days or steps.get(intake.step)
    told = [days for days in steps.values() if days]
    return sum(told) if len(steps) > 1 and len(told) == len(steps) else None


def _short(number: float | None) -> Any:
    return None if number is None else numbers.short(round(number, 3))


def _form(named: Named, found: Posology) -> str | None:
    """The first of the product's forms that has the unit of the intake."""
    unit = _unit(named, found)
    words = tables.toml("routes.toml")["forms"].get(unit or "", "")
    words = words or tables.toml("routes.toml")["forms"]["cp"]  # nothing said: a tablet where there is one
    fitting = (form for form in named.drug.forms if re.search(words, form))
    return next(fitting, named.drug.forms[0] if named.drug.forms else None)


def _route(note: Note, named: Named, found: Posology) -> str | None:
    """As the line says; else by the unit, when the product has that way; else the product's usual one."""
    table = tables.toml("routes.toml")
    said = next((row["route"] for row in table["said"]["rows"] if re.search(row["form"], note.flat)), None)
    routes = named.drug.routes
    if said and (not routes or said in routes or said in _BY_NEEDLE):
        return str(said)
    likely = table["units"].get(_unit(named, found) or "")
    if likely and (not routes or likely in routes):
        return str(likely)
    return routes[0] if routes else likely


def _unit(named: Named, found: Posology) -> str | None:
    written = next((intake.unit for intake in found.intakes if intake.unit), None)
    return written or _UNITS.get(named.drug.unit or "", named.drug.unit)
