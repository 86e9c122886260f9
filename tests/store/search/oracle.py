"""A second opinion on searches: random resources, random questions, and what each question means, said naively.

Nothing here looks at the index or at the table of parameters; folded names are written out by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

Json = dict[str, Any]
Test = Callable[[Json], bool]
Question = tuple[str, str, Test]

FAMILIES = {
    "Dupont": "dupont",
    "DUPRÉ": "dupre",
    "Dupont-Martin": "dupont martin",
    "L’Hermitte": "l hermitte",
    "Œuvrard": "oeuvrard",
    "de La Tour": "de la tour",
    "100%_sûr": "100% sur",
}
GIVEN = {
    "Élise": "elise",
    "Jean-Pierre": "jean pierre",
    "Jean": "jean",
    "Chloé": "chloe",
    "Ægidius": "aegidius",
}
ALL = FAMILIES | GIVEN
DATES = ["1955", "1955-03", "1955-03-12", "1955-12-31", "1956-01-01", "1960-02", "1960-02-29"]
TIMES = [
    "2020", "2020-02", "2020-02-29", "2020-02-29T23:30:00Z", "2020-03-01T00:30:00+01:00", "2020-03-01T00:00:00.5Z",
    "2019-12-31T23:59:59-05:00", "2021-01-01", "2021-07-14T08:00:00+02:00",
]  # fmt: skip
SYSTEMS = ["http://loinc.org", "http://snomed.info/sct", None]
CODES = ["a", "b", "c", "a,b", "a|b", "$"]
DISPLAYS = {
    "Tension artérielle": "tension arterielle",
    "Poids": "poids",
    "Taille de l’enfant": "taille de l enfant",
}
UNITS = ["mg", "g", "mm[Hg]", None]
NUMBERS = ["5", "5.4", "5.40", "5.35", "5.45", "120", "119.5", "100", "0.0054", "-3"]
UCUM = "http://unitsofmeasure.org"
PREFIXES = ["", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]


# ---- the world


def world(random: Random) -> list[Json]:
    """A few patients and what is said of them."""
    patients = [patient(random, f"p{n}") for n in range(8)]
    observations = [observation(random, f"o{n}") for n in range(90)]
    return [*patients, *observations]


def maybe(random: Random, value: Any, chance: float = 0.7) -> Any:
    return value if random.random() < chance else None


def given(**fields: Any) -> Json:
    return {name: value for name, value in fields.items() if value not in (None, [], {})}


def patient(random: Random, id: str) -> Json:
    names = [
        given(family=random.choice(list(FAMILIES)), given=random.sample(list(GIVEN), random.randint(0, 2)))
        for _ in range(random.randint(0, 2))
    ]
    identifiers = [
        given(system=random.choice(SYSTEMS), value=random.choice(CODES)) for _ in range(random.randint(0, 2))
    ]
    return given(
        resourceType="Patient", id=id, name=names, identifier=identifiers,
        gender=maybe(random, random.choice(["male", "female"])), birthDate=maybe(random, random.choice(DATES)),
        active=random.choice([True, False, None]), deceasedBoolean=random.choice([True, False, None]),
        meta=maybe(random, {"tag": [{"system": "urn:carnet:tag", "code": random.choice("xy")}]}),
    )  # fmt: skip


def concept(random: Random) -> Json:
    codings = [
        given(system=random.choice(SYSTEMS), code=random.choice(CODES), display=maybe(random, random.choice(list(DISPLAYS)), 0.3))
        for _ in range(random.randint(0, 2))
    ]  # fmt: skip
    return given(coding=codings, text=maybe(random, random.choice(list(DISPLAYS)), 0.4)) or {"text": "Poids"}


def quantity(random: Random) -> Json:
    unit = random.choice(UNITS)
    return given(
        value=Decimal(random.choice(NUMBERS)), comparator=maybe(random, random.choice(["<", "<=", ">", ">="]), 0.2),
        system=UCUM if unit else None, code=unit, unit=unit,
    )  # fmt: skip


def observation(random: Random, id: str) -> Json:
    kind = random.choice(["Patient", "Patient", "Patient", "Group"])
    value = random.choice(["valueQuantity", "valueQuantity", "valueCodeableConcept", "valueString", None])
    made = {
        "valueQuantity": quantity,
        "valueCodeableConcept": concept,
        "valueString": lambda r: r.choice(list(ALL)),
    }
    when = random.choice(["effectiveDateTime", "effectivePeriod", None])
    period = given(start=maybe(random, random.choice(TIMES)), end=maybe(random, random.choice(TIMES)))
    if len(period) == 2 and bounds(period["start"])[0] >= bounds(period["end"])[1]:
        del period["end"]
    components = [
        {"code": concept(random), "valueQuantity": quantity(random)}
        for _ in range(random.choice([0, 0, 1, 3]))
    ]
    resource = given(
        resourceType="Observation", id=id, status=random.choice(["final", "amended"]), code=concept(random),
        category=[concept(random) for _ in range(random.randint(0, 2))], component=components,
        subject=maybe(random, {"reference": f"{kind}/p{random.randrange(8)}"}, 0.9),
        effectivePeriod=period if when == "effectivePeriod" else None,
        effectiveDateTime=random.choice(TIMES) if when == "effectiveDateTime" else None,
    )  # fmt: skip
    if value:
        resource[value] = made[value](random)
    return resource


# ---- what values mean


def bounds(written: str) -> tuple[datetime, datetime]:
    if len(written) <= 10:
        parts = [int(p) for p in written.split("-")]
        first = datetime(*[*parts, 1, 1][:3], tzinfo=UTC)  # type: ignore[misc,arg-type]
        if len(parts) == 3:
            return first, first + timedelta(1)
        return first, (first + timedelta({1: 366, 2: 31}[len(parts)])).replace(day=1)
    low = datetime.fromisoformat(written).astimezone(UTC)
    return low, low + (timedelta(milliseconds=100) if "." in written else timedelta(seconds=1))


BEGIN, END = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


def when(resource: Json) -> Iterator[tuple[datetime, datetime]]:
    if "effectiveDateTime" in resource:
        yield bounds(resource["effectiveDateTime"])
    if "effectivePeriod" in resource:
        period = resource["effectivePeriod"]
        start, end = period.get("start"), period.get("end")
        yield bounds(start)[0] if start else BEGIN, bounds(end)[1] if end else END


def date_is(prefix: str, asked: str) -> Callable[[tuple[datetime, datetime]], bool]:
    low, high = bounds(asked)

    def test(found: tuple[datetime, datetime]) -> bool:
        start, end = found
        equal, above, below = low <= start and end <= high, end > high, start < low
        return {
            "": equal, "eq": equal, "ne": not equal, "gt": above, "lt": below, "ge": above or equal,
            "le": below or equal, "sa": start >= high, "eb": end <= low,
        }[prefix]  # fmt: skip

    return test


def quantity_is(prefix: str, asked: str, unit: str | None, form: str) -> Callable[[Json], bool]:
    value = Decimal(asked)
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    grams = {"mg": Decimal("0.001"), "g": Decimal(1)}

    def compare(low: Decimal, high: Decimal, factor: Decimal) -> bool:
        v, a, b = value * factor, (value - half) * factor, (value + half) * factor
        equal = a <= low < b and high < b
        return {
            "": equal, "eq": equal, "ne": low < a or high >= b, "gt": high > v, "lt": low < v, "ge": high >= v,
            "le": low <= v, "sa": low > v, "eb": high < v,
        }[prefix]  # fmt: skip

    def test(found: Json) -> bool:
        low = high = found["value"]
        if found.get("comparator", "")[:1] == "<":
            low = Decimal("-Infinity")
        if found.get("comparator", "")[:1] == ">":
            high = Decimal("Infinity")
        own = found.get("code")
        if form == "bare" or own == unit:
            return compare(low, high, Decimal(1))
        if form == "full" and own in grams and unit in grams:
            return compare(low * grams[own], high * grams[own], grams[unit])
        return False

    return test


def tokens(concept: Json | None) -> list[tuple[str | None, str | None]]:
    return [(c.get("system"), c.get("code")) for c in (concept or {}).get("coding", [])]


def token_is(system: str | None, code: str, form: str) -> Callable[[tuple[str | None, str | None]], bool]:
    return lambda found: {
        "code": found[1] == code,
        "both": found == (system, code),
        "bare": found == (None, code),
        "system": found[0] == system,
    }[form]


# ---- questions


def escaped(text: str) -> str:
    for character in "\\,|$":
        text = text.replace(character, "\\" + character)
    return text


def ask_token(random: Random) -> tuple[str, Callable[[tuple[str | None, str | None]], bool]]:
    system, code = random.choice(SYSTEMS[:2]), random.choice(CODES)
    form = random.choice(["code", "both", "bare", "system"])
    written = {
        "code": escaped(code),
        "both": f"{system}|{escaped(code)}",
        "bare": f"|{escaped(code)}",
        "system": f"{system}|",
    }
    return written[form], token_is(system, code, form)  # fmt: skip


def ask_quantity(random: Random) -> tuple[str, Callable[[Json], bool]]:
    prefix, number, unit = random.choice(PREFIXES), random.choice(NUMBERS), random.choice(UNITS[:3])
    form = random.choice(["bare", "full", "unit"])
    tail = {"bare": "", "full": f"|{UCUM}|{unit}", "unit": f"||{unit}"}[form]
    return f"{prefix}{number}{tail}", quantity_is(prefix, number, unit, form)


def observation_question(random: Random, resources: list[Json]) -> Question:
    """One criterion on observations."""
    return random.choice(
        [_token_question, _token_question, _date_question, _quantity_question, _subject_question, _chain_question,
         _composite_question, _composite_question, _missing_question, _string_question, _status_question]
    )(random, resources)  # fmt: skip


def _places(code: str) -> Callable[[Json], list[Json]]:
    def components(resource: Json) -> list[Json]:
        return [c["code"] for c in resource.get("component", [])]

    return {
        "code": lambda r: [r["code"]],
        "category": lambda r: r.get("category", []),
        "combo-code": lambda r: [r["code"], *components(r)],
        "component-code": components,
        "value-concept": lambda r: [r["valueCodeableConcept"]] if "valueCodeableConcept" in r else [],
    }[code]


def _token_question(random: Random, resources: list[Json]) -> Question:
    code = random.choice(["code", "category", "combo-code", "component-code", "value-concept"])
    places = _places(code)
    if random.random() < 0.2:
        text = random.choice(["tension", "poids", "l’enf", "taille de"])
        folded = text.replace("’", " ")
        return f"{code}:text", text, lambda r: any(_says(c, folded) for c in places(r))
    (one, is_one), (two, is_two) = ask_token(random), ask_token(random)

    def test(resource: Json) -> bool:
        return any(is_one(t) or is_two(t) for c in places(resource) for t in tokens(c))

    if random.random() < 0.25:
        return f"{code}:not", f"{one},{two}", lambda r: not test(r)
    return code, f"{one},{two}", test


def _says(concept: Json, folded: str) -> bool:
    shown = [c.get("display") for c in concept.get("coding", [])] + [concept.get("text")]
    return any((" " + DISPLAYS[s]).find(" " + folded) >= 0 for s in shown if s)


def _date_question(random: Random, resources: list[Json]) -> Question:
    prefix, asked = random.choice(PREFIXES), random.choice(TIMES)
    test = date_is(prefix, asked)
    return "date", prefix + asked, lambda r: any(test(found) for found in when(r))


def _quantity_question(random: Random, resources: list[Json]) -> Question:
    written, test = ask_quantity(random)
    if random.random() < 0.5:
        return "value-quantity", written, lambda r: "valueQuantity" in r and test(r["valueQuantity"])
    return (
        "combo-value-quantity",
        written,
        lambda r: any(test(e["valueQuantity"]) for e in [r, *r.get("component", [])] if "valueQuantity" in e),
    )


SAME = {"p6": "p7", "p7": "p6"}  # merged: p6 is now p7


def _subject_question(random: Random, resources: list[Json]) -> Question:
    id = f"p{random.randrange(8)}"
    patients = {f"Patient/{id}", f"Patient/{SAME.get(id, id)}"}
    anything = {*patients, *(reference.replace("Patient", "Group") for reference in patients)}
    name, written, wanted = random.choice(
        [
            ("patient", id, patients),
            ("subject", f"Patient/{id}", patients),
            ("subject:Patient", id, patients),
            ("subject", f"Group/{id}", {f"Group/{id}"}),
            ("subject", id, anything),
        ]
    )
    return name, written, lambda r: r.get("subject", {}).get("reference") in wanted


def _chain_question(random: Random, resources: list[Json]) -> Question:
    chain = random.choice(["patient.", "subject:Patient.", "subject."])
    name, written, test = patient_question(random, resources, deep=False)
    matching = {r["id"] for r in resources if r["resourceType"] == "Patient" and test(r)}
    matching |= {SAME[id] for id in matching if id in SAME}
    return (
        chain + name,
        written,
        lambda r: r.get("subject", {}).get("reference") in {f"Patient/{m}" for m in matching},
    )


def _composite_question(random: Random, resources: list[Json]) -> Question:
    code, (one, is_one), (two, is_two) = (
        random.choice(["code", "component-code", "combo-code"]),
        ask_token(random),
        ask_quantity(random),
    )

    def test(resource: Json) -> bool:
        elements = {
            "code": [resource],
            "component-code": resource.get("component", []),
            "combo-code": [resource, *resource.get("component", [])],
        }[code]
        return any(
            any(is_one(t) for t in tokens(e["code"])) and "valueQuantity" in e and is_two(e["valueQuantity"])
            for e in elements
        )

    return f"{code}-value-quantity", f"{one}${two}", test


def _missing_question(random: Random, resources: list[Json]) -> Question:
    code, key = random.choice(
        [("subject", "subject"), ("component-code", "component"), ("value-string", "valueString")]
    )
    asked = random.choice(["true", "false"])

    def test(resource: Json) -> bool:
        there = key in resource
        if key == "valueString":
            there = there or "text" in resource.get("valueCodeableConcept", {})
        return there == (asked == "false")

    return f"{code}:missing", asked, test


def _string_question(random: Random, resources: list[Json]) -> Question:
    name, written, test = ask_string(random)
    texts = ALL | DISPLAYS

    def both(resource: Json) -> bool:
        found = [resource.get("valueString"), resource.get("valueCodeableConcept", {}).get("text")]
        return any(test(f, texts[f]) for f in found if f)

    return f"value-string{name}", written, both


def ask_string(random: Random) -> tuple[str, str, Callable[[str, str], bool]]:
    """(modifier, value, whether what is written and folded matches)."""
    written, folded = random.choice(list(ALL.items()))
    if random.random() < 0.3:
        exact = random.choice([written, folded])
        return ":exact", escaped(exact), lambda there, _: there == exact
    if random.random() < 0.3:
        part = random.choice([("PONT", "pont"), ("e", "e"), ("-p", "p"), ("0%", "0%"), ("œ", "oe")])
        return ":contains", part[0], lambda _, there: part[1] in there
    length = random.randint(1, len(folded))
    cut = folded[:length].strip()
    return "", escaped(random.choice([cut, cut.upper()])), lambda _, there: there.startswith(cut)


def _status_question(random: Random, resources: list[Json]) -> Question:
    asked = random.choice(["final", "http://hl7.org/fhir/observation-status|amended", "cancelled"])
    return "status", asked, lambda r: r["status"] == asked.rpartition("|")[2]


def patient_question(random: Random, resources: list[Json], *, deep: bool = True) -> Question:
    """One criterion on patients; `deep` allows those on what refers to them."""
    kinds = [_name_question, _name_question, _birth_question, _identifier_question, _flag_question]
    return random.choice([*kinds, _has_question, _has_question] if deep else kinds)(random, resources)


def _name_question(random: Random, resources: list[Json]) -> Question:
    code = random.choice(["name", "family", "given"])
    modifier, written, test = ask_string(random)

    def any_part(resource: Json) -> bool:
        parts: list[str] = []
        for name in resource.get("name", []):
            parts += [name["family"]] if code != "given" else []
            parts += name.get("given", []) if code != "family" else []
        return any(test(part, ALL[part]) for part in parts)

    return f"{code}{modifier}", written, any_part


def _birth_question(random: Random, resources: list[Json]) -> Question:
    prefix, asked = random.choice(PREFIXES), random.choice(DATES)
    test = date_is(prefix, asked)
    return "birthdate", prefix + asked, lambda r: "birthDate" in r and test(bounds(r["birthDate"]))


def _identifier_question(random: Random, resources: list[Json]) -> Question:
    written, test = ask_token(random)
    return (
        "identifier",
        written,
        lambda r: any(test((i.get("system"), i.get("value"))) for i in r.get("identifier", [])),
    )


def _flag_question(random: Random, resources: list[Json]) -> Question:
    tag = random.choice("xyz")
    return random.choice(
        [
            ("gender", "female", lambda r: r.get("gender") == "female"),
            ("gender:missing", "true", lambda r: "gender" not in r),
            ("active", "true", lambda r: r.get("active") is True),
            ("deceased", "false", lambda r: r.get("deceasedBoolean") is not True),
            (
                "_tag",
                f"urn:carnet:tag|{tag}",
                lambda r: tag in [t["code"] for t in r.get("meta", {}).get("tag", [])],
            ),
            ("_tag:not", tag, lambda r: tag not in [t["code"] for t in r.get("meta", {}).get("tag", [])]),
            ("_id", "p1,p3,p5,absent", lambda r: r["id"] in ("p1", "p3", "p5")),
        ]
    )


def _has_question(random: Random, resources: list[Json]) -> Question:
    name, written, test = observation_question(random, resources)
    pointed = {
        r["subject"]["reference"]
        for r in resources
        if r["resourceType"] == "Observation" and "subject" in r and test(r)
    }
    pointed |= {f"Patient/{SAME[p[8:]]}" for p in pointed if p[8:] in SAME and p.startswith("Patient/")}
    return f"_has:Observation:patient:{name}", written, lambda r: f"Patient/{r['id']}" in pointed
