"""The laboratory of the fictional village: the values that a story gives, what a laboratory measures beside them, and
the report it would send (CDA, as French laboratories do). Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import inf
from typing import Any
from xml.sax.saxutils import escape

from carnet.demo import cda
from carnet.demo.cda import Author, Section
from carnet.demo.dice import dice
from carnet.demo.tables import Table, table

BIOLOGIST = Author(
    "Laboratoire de biologie du Val d'Aubin",
    "Ferrand",
    "Sophie",
    "G15_10/SM03",
    "Médecin - Biologie médicale (SM)",
    5,
)
CHAPTERS = {
    "Hématologie": ("18723-7", ["hb", "ht", "vgm", "gb", "pnn", "plq"]),
    "Hémostase": ("18720-3", ["inr", "tp"]),
}
REST = ("Biochimie", "18719-5")


@dataclass(frozen=True, slots=True)
class Result:
    """One value as printed, with its limits (None where the laboratory prints none)."""

    name: str
    value: Decimal
    low: Decimal | None
    high: Decimal | None

    @property
    def flag(self) -> str:
        """HH, H, N, L or LL, as in HL7 ObservationInterpretation."""
        lowest, highest = table("analyses")[self.name].get("alarm", (-inf, inf))
        if not lowest <= self.value <= highest:
            return "LL" if self.value < lowest else "HH"
        if self.low is not None and self.value < self.low:
            return "L"
        return "H" if self.high is not None and self.value > self.high else "N"


def results(story: Table, line: str, years: int) -> list[Result]:
    """`hba1c 7.1 creat 78 +nfs`: the values said, then those of the panels, then the filtration rate of an adult."""
    values = dict(_said(line))
    for panel in (word[1:] for word in line.split() if word.startswith("+")):
        for name in table("analyses")["panels"][panel]:
            values.setdefault(name, _usual(story, name, line))
    if "creat" in values and years >= 18:
        values["dfg"] = filtration(float(values["creat"]), years, story["sex"])
    return [_result(story, name, value) for name, value in values.items()]


def filtration(creatinine: float, years: int, sex: str) -> Decimal:
    """CKD-EPI 2009 (Levey, Ann Intern Med 2009;150:604), mL/min/1.73 m², from µmol/L."""
    factor, power, tail = (0.7, -0.329, 1.018) if sex == "F" else (0.9, -0.411, 1.0)
    ratio = creatinine / 88.4 / factor
    rate = 141 * min(ratio, 1) ** power * max(ratio, 1) ** -1.209 * 0.993**years * tail
    return Decimal(round(rate))


def _said(line: str) -> Iterator[tuple[str, Decimal]]:
    words = [word for word in line.split() if not word.startswith("+")]
    for name, value in zip(words[::2], words[1::2], strict=True):
        yield name, Decimal(value)


def _limits(story: Table, name: str) -> tuple[float, float] | None:
    known = table("analyses")[name]
    found = known.get("range") or known.get("f" if story["sex"] == "F" else "m")
    return (found[0], found[1]) if found else None


def _usual(story: Table, name: str, line: str) -> Decimal:
    """A value of this person within the usual limits: the same about every year, never twice exactly."""
    low, high = _limits(story, name) or (0.0, 1.0)
    high = low * 1.8 if high == inf else high
    own = dice(story["id"], name).uniform(0.3, 0.7)
    moved = own + dice(story["id"], name, line).uniform(-0.12, 0.12)
    places = table("analyses")[name]["decimals"]
    return Decimal(f"{low + (high - low) * moved:.{places}f}")


def _result(story: Table, name: str, value: Decimal) -> Result:
    limits = _limits(story, name)
    low, high = (None if x in (0, inf) else Decimal(str(x)) for x in limits) if limits else (None, None)
    return Result(name, value, low, high)


def report(patient: cda.Person, story: Table, line: str, *, years: int, taken: datetime) -> bytes:
    """The report as a CDA document."""
    found = results(story, line, years)
    sections = [_section(title, code, listed, taken) for title, code, listed in _chapters(found)]
    name = f"{story['id']} {taken:%Y%m%d}"
    return cda.document(cda.RESULTS, patient, BIOLOGIST, sections, name=name, at=taken)


def _chapters(found: list[Result]) -> Iterator[tuple[str, str, list[Result]]]:
    left = list(found)
    for title, (code, names) in CHAPTERS.items():
        listed = [result for result in left if result.name in names]
        left = [result for result in left if result not in listed]
        if listed:
            yield title, code, listed
    if left:
        yield *REST, left


def _section(title: str, code: str, listed: list[Result], taken: datetime) -> Section:
    rows = [_row(result, f"r{index}") for index, result in enumerate(listed)]
    head = cda.row("th", ["Analyse", "Résultat", "Valeurs usuelles"])
    text = f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
    entry = cda.laboratory_entry(title, code, [_entry(r, f"r{i}", taken) for i, r in enumerate(listed)])
    leaf = Section(code, title, text, [entry], ("1.3.6.1.4.1.19376.1.3.3.2.2", "1.2.250.1.213.1.1.2.71"))
    return Section(code, title, "", [], ("1.3.6.1.4.1.19376.1.3.3.2.1", "1.2.250.1.213.1.1.2.70"), [leaf])


def _row(result: Result, anchor: str) -> str:
    known = table("analyses")[result.name]
    mark = {"HH": " ↑↑", "H": " ↑", "L": " ↓", "LL": " ↓↓"}.get(result.flag, "")
    value = f"{_french(result.value)} {known['unit']}{mark}".strip()
    cells = [
        f'<content ID="{anchor}">{escape(known["name"])}</content>',
        escape(value),
        escape(_span(result)),
    ]
    return cda.row("td", cells, raw=True)


def _span(result: Result) -> str:
    if result.low is not None and result.high is not None:
        return f"{_french(result.low)} à {_french(result.high)}"
    if result.high is not None:
        return f"< {_french(result.high)}"
    return f"> {_french(result.low)}" if result.low is not None else ""


def _entry(result: Result, anchor: str, taken: datetime) -> str:
    known: dict[str, Any] = table("analyses")[result.name]
    unit = known.get("ucum", known["unit"])
    limits = {"low": result.low, "high": result.high}
    return cda.laboratory_observation(
        known["loinc"], known["name"], result.value, unit, limits, result.flag, anchor, taken
    )


def _french(value: Decimal) -> str:
    return str(value).replace(".", ",")


def age_on(birthday: date, day: date) -> int:
    """Completed years."""
    return day.year - birthday.year - ((day.month, day.day) < (birthday.month, birthday.day))
