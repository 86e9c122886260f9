"""The traits of an identity as a person compares them: in their order, in words, with what is the same and what differs.
Decides nothing."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from carnet.rules import identity, person
from carnet.web.shell import wording

Likeness = Literal["same", "different", "missing", "empty"]
# In the order in which a person checks an identity.
LABELS = {
    "birth_name": gettext_lazy("Nom de naissance"),
    "used_name": gettext_lazy("Nom utilisé"),
    "given": gettext_lazy("Prénoms"),
    "used_given": gettext_lazy("Prénom utilisé"),
    "birth_date": gettext_lazy("Date de naissance"),
    "gender": gettext_lazy("Sexe"),
    "birthplace": gettext_lazy("Lieu de naissance"),
    "ins": gettext_lazy("Matricule INS"),
    "phone": gettext_lazy("Téléphone"),
    "email": gettext_lazy("Courriel"),
    "street": gettext_lazy("Adresse"),
    "postal_code": gettext_lazy("Code postal"),
    "city": gettext_lazy("Commune"),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one of the others says of a trait, and how that stands to the first."""

    text: str
    likeness: Likeness


@dataclass(frozen=True, slots=True)
class Row:
    """One trait: what the first says, then each of the others."""

    label: str
    first: str
    others: list[Cell]


def rows(first: dict[str, Any], *others: dict[str, Any]) -> list[Row]:
    """FHIR Patients, trait by trait; a trait that nobody says is left out."""
    ours, theirs = asdict(person.typed(first)), [asdict(person.typed(one)) for one in others]
    found = []
    for name, label in LABELS.items():
        cells = [Cell(_shown(name, one[name]), _likeness(ours[name], one[name])) for one in theirs]
        if any(cell.likeness != "empty" for cell in cells):
            found.append(Row(str(label), _shown(name, ours[name]), cells))
    return found


def _likeness(left: str, right: str) -> Likeness:
    if not left or not right:
        return "missing" if left or right else "empty"
    return "same" if identity.fold(left) == identity.fold(right) else "different"


def _shown(name: str, value: Any) -> str:
    if not value:
        return ""
    if name == "birth_date":
        return wording.plain_date(value) or wording.partial_date(value)
    if name == "gender":
        return _(wording.gender(value))
    return wording.ins(value) if name == "ins" else str(value)
