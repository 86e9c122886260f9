"""Who acts. An Actor travels with every call; without one nothing can be read or written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["owner", "associate", "secretary", "operator", "outsider"]


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, an application or the operator of this machine, in one practice, for one purpose of use
    (HL7 v3 PurposeOfUse). `practitioner` is a reference such as `Practitioner/…` for the authors of notes."""

    id: str
    kind: Literal["person", "app", "operator"]
    role: Role
    practice: str
    name: str
    practitioner: str | None = None
    purpose: str = "TREAT"

    def who(self) -> dict[str, object]:
        """This actor as a FHIR Reference."""
        if self.practitioner:
            return {"reference": self.practitioner, "display": self.name}
        return {"identifier": {"system": "urn:carnet:actor", "value": self.id}, "display": self.name}


def operator(practice: str) -> Actor:
    """The person at the command line of this machine; holds the keys, so may do what the owner may."""
    return Actor("operator", "operator", "operator", practice, "Opérateur", purpose="HOPERAT")


def outsider(practice: str) -> Actor:
    """Somebody not signed in: has no rights at all, and is named in the audit of refused sign-ins."""
    return Actor("outsider", "person", "outsider", practice, "Non identifié")
