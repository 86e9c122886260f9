"""The facts of a story as FHIR resources: problems, allergies, prescriptions, vaccines. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

from carnet.demo import when
from carnet.demo.dice import Dice, dice
from carnet.demo.tables import Table, table
from carnet.fhir import codes, dates
from carnet.rules.accepted.scene import status

Resource = dict[str, Any]
SEVERITY = {"grave": "severe", "modérée": "moderate", "faible": "mild"}
NO_ALLERGY = {
    "system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
    "code": "no-known-allergies",
}
NONE_KNOWN = "Aucune allergie connue"
_SITES = ["deltoïde gauche", "deltoïde droit"]


def subject(patient: str) -> Resource:
    return {"reference": f"Patient/{patient}"}


def concept(system: str, code: str, label: str) -> Resource:
    return {"coding": [{"system": system, "code": code, "display": label}], "text": label}


def problem(patient: str, line: str, *, over: bool, at: datetime, by: Resource) -> Resource:
    """`hta 2009`; a problem that is over keeps its year as the year it happened."""
    name, year = line.split()
    known = table("problems")[name]
    made = {
        "resourceType": "Condition",
        "clinicalStatus": status(codes.CONDITION_CLINICAL, "resolved" if over else "active"),
        "verificationStatus": status(codes.CONDITION_VERIFICATION, "confirmed"),
        "category": [status(codes.CONDITION_CATEGORY, "problem-list-item")],
        "code": concept(codes.CIM10, known["code"], known["label"]),
        "subject": subject(patient),
        "onsetDateTime": year,
        "recordedDate": dates.instant(at),
        "recorder": by,
    }
    return {**made, "abatementDateTime": year} if over else made


def allergy(patient: str, line: str, *, at: datetime, by: Resource) -> Resource:
    """`substance | reaction | year | severity`, or the sentence that none is known."""
    made: Resource = {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": status(codes.ALLERGY_CLINICAL, "active"),
        "verificationStatus": status(codes.ALLERGY_VERIFICATION, "confirmed"),
        "patient": subject(patient),
        "recordedDate": dates.instant(at),
        "recorder": by,
    }
    parts = [part.strip() for part in line.split("|")]
    if len(parts) == 1:
        return {**made, "code": {"coding": [NO_ALLERGY], "text": line}}
    substance, reaction, year, severity = parts
    return {
        **made,
        "type": "allergy",
        "code": {"text": substance},
        "criticality": "high" if severity == "grave" else "low",
        "onsetDateTime": year,
        "reaction": [{"manifestation": [{"text": reaction}], "severity": SEVERITY[severity]}],
    }


def medicine(line: str) -> tuple[Resource, str]:
    """`name` or `name | how it is taken | …`: the medicine and the sentence of its dosage."""
    name, _, rest = line.partition("|")
    known = table("medicines")[name.strip()]
    taken = rest.partition("|")[0].strip() or known["dose"]
    return concept(codes.ATC, known["atc"], known["label"]), taken


def prescription(
    patient: str, lines: list[str], *, group: str, at: datetime, by: Resource, live: bool
) -> list[Resource]:
    """The lines prescribed together."""
    return [_prescribed(patient, line, group=group, at=at, by=by, live=live) for line in lines]


def _prescribed(patient: str, line: str, *, group: str, at: datetime, by: Resource, live: bool) -> Resource:
    what, taken = medicine(line)
    return {
        "resourceType": "MedicationRequest",
        "groupIdentifier": {"system": "urn:carnet:prescription", "value": group},
        "status": "active" if live else "completed",
        "intent": "order",
        "medicationCodeableConcept": what,
        "subject": subject(patient),
        "authoredOn": dates.instant(at),
        "requester": by,
        "dosageInstruction": [{"text": taken}],
        "dispenseRequest": {
            "expectedSupplyDuration": {"value": 3, "unit": "mois", "system": codes.UCUM, "code": "mo"}
        },
    }


def stopped(patient: str, line: str) -> Resource:
    """`name | how it was taken | first year | last year`."""
    what, taken = medicine(line)
    first, last = (part.strip() for part in line.split("|")[2:4])
    return {
        "resourceType": "MedicationStatement",
        "status": "completed",
        "medicationCodeableConcept": what,
        "subject": subject(patient),
        "effectivePeriod": {"start": first, "end": last},
        "dosage": [{"text": taken}],
    }


def vaccines(story: Table, birthday: date, today: date) -> Iterator[tuple[date, str]]:
    """When each dose of the story was given."""
    drawn = dice("vaccines", story["id"])
    seen: dict[str, int] = {}
    for line in story.get("vaccines", []):
        if line == "enfant":
            given = list(_childhood(birthday, today, drawn))
        else:
            name, moment = line.split()
            seen[line] = seen.get(line, -1) + 1
            given = [(_dose_day(name, moment, today, drawn, seen[line]), name)]
        yield from ((day, brand) for day, name in given if (brand := _brand(name, day.year)))


def _brand(name: str, year: int) -> str:
    """What was given under this name that year; nothing before it existed."""
    known = table("vaccines")["vaccine"]
    while name and year < known[name].get("since", 0):
        name = known[name].get("before", "")
    return name


def _childhood(birthday: date, today: date, drawn: Dice) -> Iterator[tuple[date, str]]:
    delays: dict[int, int] = {}
    for months, name, *years in table("vaccines")["calendar"]["child"]:
        delay = delays.setdefault(months, drawn.randint(0, 12 if months < 24 else 60))
        day = when.after(birthday, months) + timedelta(days=delay)
        first, last = (*years, 0, 0)[:2]
        if day <= today and first <= day.year <= (last or 9999):
            yield day, name


def _dose_day(name: str, moment: str, today: date, drawn: Dice, repeated: int) -> date:
    if not moment.isdigit():
        return when.before(today, moment)
    season = (10, 15, 45) if name.startswith(("grippe", "covid")) else (1, 5, 300)
    day = date(int(moment), season[0], season[1]) + timedelta(days=drawn.randrange(season[2]) + 65 * repeated)
    return min(day, today - timedelta(days=drawn.randint(3, 30)))


def vaccination(patient: str, day: date, name: str, *, by: Resource) -> Resource:
    """One dose given, with a lot number of no factory."""
    drawn = dice("lot", name, day)
    known = table("vaccines")["vaccine"][name]
    return {
        "resourceType": "Immunization",
        "status": "completed",
        "vaccineCode": concept(codes.ATC, known["atc"], known["label"]),
        "patient": subject(patient),
        "occurrenceDateTime": day.isoformat(),
        "primarySource": True,
        "lotNumber": f"{drawn.choice('ABHKRTX')}{drawn.randrange(100, 999)}{drawn.choice('ABCDF')}{drawn.randrange(10)}",
        "site": {"text": drawn.choice(_SITES)},
        "performer": [{"actor": by}],
    }
