"""A practice of any size: people drawn from frequent French names, records of believable measures, results, problems,
treatments and notes. The same numbers always give the same people; nobody has a story."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any

from carnet.demo import cda, facts, measures
from carnet.demo.dice import Dice, dice
from carnet.demo.people import ins
from carnet.demo.tables import table
from carnet.fhir import codes, dates
from carnet.fhir.identifiers import INS_TEST
from carnet.record import bulk, gate
from carnet.record.actor import Actor
from carnet.rules import note

Resource = dict[str, Any]
Progress = Callable[[int, int], None]
AT_ONCE = 2000  # resources in one commit
FIRST_DAY, LAST_DAY = date(2016, 1, 4), date(2026, 6, 30)  # of what records hold, whenever they are made
_OPENING = time(8, 30)
# name, LOINC, unit, UCUM, lowest, highest, decimals; usual range
RESULTS = (
    ("HbA1c", "4548-4", "%", "%", 51, 89, 1, ("4.0", "6.0")),
    ("Créatinine", "14682-9", "µmol/L", "umol/L", 48, 140, 0, ("45", "104")),
    ("DFG (CKD-EPI)", "62238-1", "mL/min/1,73 m²", "mL/min/{1.73_m2}", 38, 112, 0, None),
    ("Potassium", "2823-3", "mmol/L", "mmol/L", 33, 53, 1, ("3.5", "5.1")),
    ("Cholestérol LDL", "22748-8", "mmol/L", "mmol/L", 14, 52, 1, None),
    ("Hémoglobine", "718-7", "g/dL", "g/dL", 98, 168, 1, ("12.0", "17.0")),
    ("TSH", "3016-3", "mUI/L", "m[IU]/L", 4, 62, 1, ("0.4", "4.0")),
    ("Ferritine", "2276-4", "µg/L", "ug/L", 9, 310, 0, ("20", "300")),
)
_COMPLAINTS = (
    "Renouvellement. Se sent bien, pas de dyspnée.", "Toux depuis 5 j, pas de fièvre.", "Lombalgie après un effort.",
    "Fatigue, sommeil moyen.", "Bilan annuel.", "Douleur du genou droit à la marche.", "Certificat de sport.",
    "Rhinopharyngite, ORL sp.", "Suivi tension, automesures bonnes.", "Vertiges positionnels, Dix-Hallpike +.",
)  # fmt: skip
_DECISIONS = (
    "Ordonnance renouvelée 3 mois.", "Surveillance, revoir si fièvre.", "Bio de contrôle dans 3 mois.",
    "Kiné 10 séances.", "Paracétamol, repos.", "Avis cardio demandé.", "RAS, revoir dans 6 mois.",
)  # fmt: skip


def fill(
    *,
    by: Actor,
    at: datetime,
    patients: int,
    resources: int,
    first: int = 0,
    progress: Progress | None = None,
) -> int:
    """Keep that many patients, numbered from `first`, with that many resources each; returns how many resources were
    kept in all. Raises Conflict when these numbers are there already."""
    kept, records = 0, (record(number, resources, by.who()) for number in range(first, first + patients))
    while batch := list(islice(records, max(1, AT_ONCE // (resources + 2)))):
        kept += bulk.fill(by=by, at=at, action="demo.bulk", records=batch)
        if progress:
            progress(min(kept // (resources + 2), patients), patients)
    return kept


def complete(
    *, by: Actor, at: datetime, patients: int, resources: int, progress: Progress | None = None
) -> int:
    """Keep those of the first `patients` that are not there yet; returns how many resources were kept."""
    there, missing = 0, patients
    while there < missing:  # each commit continues the one before: the numbers that are there have no gap
        middle = (there + missing) // 2
        if gate.patients_of(by=by, ids=[patient_id(middle)]):
            there = middle + 1
        else:
            missing = middle
    left = patients - there
    return fill(by=by, at=at, patients=left, resources=resources, first=there, progress=progress)


def patient_id(number: int) -> str:
    """The id of the patient with this number."""
    return f"bulk-{number:07d}"


def record(number: int, resources: int, doctor: Resource) -> list[Resource]:
    """The patient of this number, then that many resources, the oldest first."""
    id, drawn = patient_id(number), dice("bulk", number, "record")
    span = (LAST_DAY - FIRST_DAY).days
    days = sorted(drawn.randrange(span) for _ in range(resources))
    made = [_patient(number, id, dice("bulk", number))]
    for index, offset in enumerate(days):
        at = datetime.combine(FIRST_DAY + timedelta(days=offset), _OPENING, UTC)
        at += timedelta(minutes=5 * drawn.randrange(110))
        resource = _maker(index)(id, at, drawn, doctor)
        made.append({**resource, "id": f"{id}-{index:04d}"})
    return made


def _patient(number: int, id: str, drawn: Dice) -> Resource:
    sex = drawn.choice(("female", "male"))
    names, born = table("names"), date(1926, 1, 1) + timedelta(days=drawn.randrange(36500))
    given = drawn.sample(names["given"][sex], 3)
    postal_code, city = drawn.choice(names["place"]["cities"])
    place = drawn.choice(list(table("places")["birthplaces"].values()))
    number_ = ins("F" if sex == "female" else "H", born, place["code"], number % 1000)
    return {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"use": "official", "system": INS_TEST, "value": number_}],
        "active": True,
        "name": _names(sex, given, drawn),
        "telecom": [
            {"system": "phone", "value": f"06 39 98 {drawn.randrange(100):02d} {drawn.randrange(100):02d}"}
        ],
        "gender": sex,
        "birthDate": born.isoformat(),
        "address": [
            {
                "line": [f"{drawn.randint(1, 140)} {drawn.choice(table('places')['village']['streets'])}"],
                "postalCode": postal_code,
                "city": city,
            }
        ],
    }


def _names(sex: str, given: list[str], drawn: Dice) -> list[Resource]:
    """The name of birth; of a woman in three, another that is used, perhaps both joined."""
    family, other = drawn.sample(table("names")["family"]["words"], 2)
    if drawn.random() < 0.15:
        family = f"{family} {drawn.choice(table('names')['family']['words'])}"  # both parents'
    official = {"use": "official", "family": family, "given": given}
    if sex == "male" or drawn.random() > 0.35:
        return [official]
    used = f"{family}-{other}" if drawn.random() < 0.3 else other
    return [official, {"use": "usual", "family": used, "given": given[:1]}]


def _problem(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    name = drawn.choice(list(table("problems")))
    over = drawn.random() < 0.4
    return facts.problem(id, f"{name} {at.year - drawn.randrange(8)}", over=over, at=at, by=doctor)


def _prescription(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    [made] = facts.prescription(
        id,
        [drawn.choice(list(table("medicines")))],
        group=f"{id}-{at:%Y%m%d}",
        at=at,
        by=doctor,
        live=at.year >= LAST_DAY.year,
    )
    return made


def _pressure(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    return measures.measured(id, f"TA {drawn.randrange(105, 165)}/{drawn.randrange(60, 98)}", at)[0]


def _sign(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    words = drawn.choice(("Pds {},{}", "FC {}", "SpO2 {}", "T° {},{}"))
    low, high = {"P": (48, 104), "F": (52, 98), "S": (92, 100), "T": (36, 39)}[words[0]]
    return measures.measured(id, words.format(drawn.randrange(low, high), drawn.randrange(10)), at)[0]


def _result(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    name, loinc, unit, ucum, low, high, decimals, usual = drawn.choice(RESULTS)
    made: Resource = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [{"system": codes.OBSERVATION_CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": codes.LOINC, "code": loinc, "display": name}], "text": name},
        "subject": facts.subject(id),
        "effectiveDateTime": dates.instant(at),
        "valueQuantity": {
            "value": Decimal(drawn.randrange(low, high)).scaleb(-decimals),
            "unit": unit,
            "system": codes.UCUM,
            "code": ucum,
        },
    }
    if usual:
        limits = {
            end: {"value": Decimal(v), "unit": unit} for end, v in zip(("low", "high"), usual, strict=True)
        }
        made["referenceRange"] = [limits]
    return made


def _vaccine(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    return facts.vaccination(id, at.date(), drawn.choice(list(table("vaccines")["vaccine"])), by=doctor)


def _visit(id: str, at: datetime, drawn: Dice, doctor: Resource) -> Resource:
    """The note of a visit."""
    signs = f"TA {drawn.randrange(105, 165)}/{drawn.randrange(60, 98)}  FC {drawn.randrange(52, 98)}"
    text = f"{drawn.choice(_COMPLAINTS)}\n{signs}\n{drawn.choice(_DECISIONS)}"
    return {
        "resourceType": "Composition",
        "status": "final",
        "type": {"coding": [{"system": codes.LOINC, "code": "11488-4", "display": "Consult note"}]},
        "subject": facts.subject(id),
        "author": [doctor],
        "title": "Consultation",
        "date": dates.instant(at),
        "extension": note.extensions(text),
        "text": {"status": "generated", "div": note.narrative(text)},
        "attester": [{"mode": "professional", "time": dates.instant(at), "party": doctor}],
    }


Maker = Callable[[str, datetime, Dice, Resource], Resource]
# Of ten resources: three results, three measures, one note, one problem, one line of prescription, one vaccine. Problems
# and vaccines end where those of a life do; results go on.
_MAKERS: tuple[Maker, ...] = (
    _problem, _visit, _pressure, _result, _prescription, _result, _sign, _vaccine, _result, _sign,
)  # fmt: skip
_MOST: dict[Maker, int] = {_problem: 12, _vaccine: 25}


def _maker(index: int) -> Maker:
    wanted = _MAKERS[index % len(_MAKERS)]
    return wanted if index // len(_MAKERS) < _MOST.get(wanted, index + 1) else _result


def counted(written: str) -> tuple[int, int]:
    """`1000x100` or `1000×100`: patients and resources of each. Raises ValueError on anything else."""
    patients, _, resources = written.lower().replace("×", "x").partition("x")
    found = int(patients), int(resources)
    if found[0] < 1 or found[1] < 0:
        raise ValueError(written)
    return found


_CARDIOLOGIST = cda.Author("SA01", "Pasquier", "Irène", "SM05", "Cardiologie", 901)


def letter(number: int, copy: int) -> bytes:
    """A document that a colleague sends about the patient of this number: a letter with three problems and a treatment."""
    patient = record(number, 0, {})[0]
    names, drawn = patient["name"][0], dice("letter", number, copy)
    who = cda.Person(
        names["family"].upper(), " ".join(names["given"]), "", patient["gender"],
        date.fromisoformat(patient["birthDate"]), "49007", patient["identifier"][0]["value"],
    )  # fmt: skip
    known = drawn.sample(list(table("problems").values()), 3)
    lines = [cda.row(f"p{n}", [one["label"], "2019"]) for n, one in enumerate(known)]
    told = [cda.problem_entry(one["code"], one["label"], "2019", f"p{n}") for n, one in enumerate(known)]
    section = cda.Section("11450-4", "Problèmes", "".join(lines), told)
    kind = cda.Kind("34133-9", "Synthèse médicale")
    at = datetime(2026, 3, 2, 9, tzinfo=UTC) + timedelta(minutes=drawn.randrange(10000))
    return cda.document(kind, who, _CARDIOLOGIST, [section], name=f"bulk-{number}-{copy}", at=at)
