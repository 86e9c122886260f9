"""The search parameters of R4, read from their table: what each is called, where its values are, what they are.

It knows paths and kinds; how values are indexed or compared is the store's business."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

ANY_TYPE = "Resource"
# The types of R4 that have no parameters of their own, only those of every resource.
_WITHOUT = frozenset({
    "Binary", "BiologicallyDerivedProduct", "CatalogEntry", "MedicinalProductIngredient",
    "MedicinalProductManufactured", "ObservationDefinition", "OperationOutcome", "Parameters",
    "SubstanceNucleicAcid", "SubstancePolymer", "SubstanceProtein", "SubstanceReferenceInformation",
    "SubstanceSourceMaterial",
})  # fmt: skip
_STEP = re.compile(r"(\w+)(?:\[(?:(\w+)=([\w-]+)|0)\])?")


@dataclass(frozen=True, slots=True)
class Step:
    """One key to follow; of a list, only items whose `where` key has `equals`, or only the first."""

    key: str
    where: str = ""
    equals: str = ""
    first: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """One place where a parameter finds values of one FHIR `type`; references only to `targets`, if any."""

    steps: tuple[Step, ...]
    type: str
    targets: frozenset[str]


@dataclass(frozen=True, slots=True)
class Component:
    """A part of a composite; `once` when it belongs to the resource and not to the repeated element."""

    code: str
    once: bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of one resource type. Index rows carry `id`; searching reads those of the ids in `reads`."""

    id: int
    type: str
    code: str
    kind: str
    paths: tuple[Path, ...]
    reads: tuple[int, ...]
    targets: frozenset[str]
    components: tuple[Component, ...]

    @property
    def keeps_rows(self) -> bool:
        """False when other parameters already hold its values."""
        return self.reads == (self.id,)

    @property
    def only(self) -> frozenset[str]:
        """The types of the references it means, among rows that may hold others; empty for all."""
        return frozenset() if self.keeps_rows or not self.paths else self.paths[0].targets

    def may_target(self, type: str) -> bool:
        """Whether its references may be to this type."""
        return type in self.targets or ("*" in self.targets and type.isalpha() and type[0].isupper())


@cache
def of(type: str) -> Mapping[str, Parameter]:
    """The parameters of a resource type by code, those of every resource included."""
    lines = _lines()
    return {
        p.code: p for p in (_parameter(line) for name in (ANY_TYPE, type) for line in lines.get(name, ()))
    }


@cache
def types() -> frozenset[str]:
    """The resource types that have search parameters of their own."""
    return frozenset(_lines()) - {ANY_TYPE}


@cache
def every_type() -> frozenset[str]:
    """All of R4's resource types, those without parameters of their own included."""
    return types() | _WITHOUT


def is_type(name: str) -> bool:
    """Whether resources of this type can be searched: all of R4's."""
    return name in every_type()


def find(type: str, code: str) -> Parameter | None:
    """A published parameter; None when this type has none of this name."""
    return None if "$" in code else of(type).get(code)


def references(type: str) -> Mapping[str, frozenset[str]]:
    """The reference parameters of a type with the types they lead to (`*` for any)."""
    return {code: p.targets for code, p in of(type).items() if p.kind == "reference"}


@cache
def _lines() -> Mapping[str, list[list[str]]]:
    text = resources.files("carnet.fhir").joinpath("search_parameters.tsv").read_text(encoding="utf-8")
    found: dict[str, list[list[str]]] = {}
    for row in text.splitlines():
        if not row.startswith("#"):
            cells = row.split("\t")
            found.setdefault(cells[1], []).append(cells)
    return found


def _parameter(cells: list[str]) -> Parameter:
    id, type, code, kind, paths, reads, targets, components = cells
    return Parameter(
        int(id),
        type,
        code,
        kind,
        tuple(_path(path) for path in paths.split(" | ") if path),
        tuple(int(n) for n in reads.split("+")) if reads else (int(id),),
        frozenset(targets.split()),
        tuple(Component(c.removeprefix("root:"), c.startswith("root:")) for c in components.split()),
    )


def _path(written: str) -> Path:
    path, _, type = written.rpartition(":")
    path, _, targets = path.rstrip("}").partition("{")
    steps = tuple(_step(part) for part in path.split("."))
    return Path(steps, type, frozenset(targets.split(",")) if targets else frozenset())


def _step(written: str) -> Step:
    found = _STEP.fullmatch(written)
    if not found:
        raise ValueError(written)
    return Step(found[1], found[2] or "", found[3] or "", "[0]" in written)
