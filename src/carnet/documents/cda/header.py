"""The header of a document: whose it is, what it is, who wrote it, which version. No clinical statement."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource
from carnet.documents.cda.dates import day, timestamp
from carnet.documents.cda.elements import (
    Element,
    attribute,
    child,
    children,
    document_id,
    identifiers,
    plain,
    templates,
)
from carnet.documents.cda.people import address, addresses, agent, human_name, organization, telecoms, unique
from carnet.documents.cda.tables import table
from carnet.documents.cda.values import concept, system
from carnet.documents.reading import Kind
from carnet.fhir.identifiers import INS_SYSTEMS

BIRTH_GIVEN = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-patient-birth-list-given-name"
BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
INSEE_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
_GENDERS = {"M": "male", "F": "female", "UN": "other", "U": "unknown", "UNK": "unknown"}
_CONTACTS = {"ECON": "Personne à prévenir en cas d'urgence", "NOK": "Personne de confiance", "CON": "Contact"}


def kind(document: Element) -> Kind:
    """The type of the document and its French label: by template, by code, by its own words."""
    code = child(document, "code")
    labels = table("kinds")
    known = next(
        (
            labels["templates"][t]
            for t in sorted(templates(document), key=len, reverse=True)
            if t in labels["templates"]
        ),
        None,
    )
    written = attribute(code, "displayName") or plain(child(document, "title"))
    value = attribute(code, "code")
    label = known or labels["codes"].get(value or "") or " ".join(written.split()) or "Document médical"
    return Kind(value, system(attribute(code, "codeSystem")), " ".join(written.split()), label)


def title(document: Element) -> str:
    return plain(child(document, "title")) or kind(document).label


def created(document: Element) -> str | None:
    return timestamp(attribute(child(document, "effectiveTime"), "value"))


def version(document: Element) -> int | None:
    written = attribute(child(document, "versionNumber"), "value") or ""
    return int(written) if written.isascii() and written.isdigit() and len(written) < 9 else None


def replaced(document: Element) -> list[str]:
    """The ids of the documents that this one replaces."""
    return [
        found
        for related in children(document, "relatedDocument")
        if attribute(related, "typeCode") == "RPLC"
        for each in children(child(related, "parentDocument"), "id")
        if (found := document_id(each))
    ]


def authors(ctx: Context, document: Element) -> list[Resource]:
    roles = [child(each, "assignedAuthor") for each in children(document, "author")]
    return unique([who for role in roles for who in (agent(ctx, role), organization(ctx, role)) if who])


def custodian(ctx: Context, document: Element) -> Resource | None:
    return organization(
        ctx, child(document, "custodian", "assignedCustodian", "representedCustodianOrganization")
    )


def patient(ctx: Context, document: Element) -> Resource | None:
    """A FHIR Patient from recordTarget; None when nobody is named."""
    role = child(document, "recordTarget", "patientRole")
    person = child(role, "patient")
    if role is None:
        return None
    found: Resource = {
        "resourceType": "Patient",
        "extension": _birth_place(person),
        "identifier": [_official(each) for each in identifiers(role)],
        "name": _names(child(person, "name")),
        "telecom": telecoms(role),
        "gender": _GENDERS.get(attribute(child(person, "administrativeGenderCode"), "code") or ""),
        "birthDate": day(attribute(child(person, "birthTime"), "value")),
        "address": addresses(role),
        "contact": _contacts(ctx, document, person),
        "generalPractitioner": _general_practitioner(ctx, document),
    }
    found |= _death(person)
    found = {key: value for key, value in found.items() if value not in (None, [], {})}
    return found if "name" in found or "identifier" in found else None


def _official(identifier: dict[str, str]) -> dict[str, Any]:
    return {"use": "official", **identifier} if identifier.get("system") in INS_SYSTEMS else dict(identifier)


def _names(element: Element | None) -> list[Resource]:
    """The birth name (family BR, first given BR, list of given names) and the used name (CL). A name without
    qualifiers stays as it is, without use."""
    if element is None:
        return []
    families, givens = _by_qualifier(element, "family"), _by_qualifier(element, "given")
    if not families.keys() & {"BR", "CL", "SP"}:
        plain_name = human_name(element)
        return [plain_name] if plain_name else []
    result = []
    if "BR" in families:
        result.append(_birth_name(families, givens))
    used = families.get("CL") or families.get("SP")
    if used:
        given = givens.get("CL") or givens.get("BR") or []
        result.append({"use": "usual", "family": " ".join(used)} | ({"given": given} if given else {}))
    return result


def _birth_name(families: dict[str, list[str]], givens: dict[str, list[str]]) -> Resource:
    everything = givens.get("", [])
    first = givens.get("BR") or givens.get("CL") or everything[:1]
    found: Resource = {"use": "official", "family": " ".join(families["BR"])}
    if everything:
        found["extension"] = [{"url": BIRTH_GIVEN, "valueString": " ".join(everything)}]
    return found | ({"given": first} if first else {})


def _by_qualifier(element: Element, step: str) -> dict[str, list[str]]:
    result: dict[str, list[str]] = {}
    for each in children(element, step):
        if plain(each):
            result.setdefault((attribute(each, "qualifier") or "").split(" ")[0], []).append(plain(each))
    return result


def _birth_place(person: Element | None) -> list[Resource]:
    element = child(person, "birthplace", "place", "addr")
    if element is None:
        return []
    found = address(element)
    code = plain(child(element, "county"))
    if code:
        insee = {"url": INSEE, "valueCoding": {"system": INSEE_SYSTEM, "code": code}}
        found = {"extension": [insee]} | {key: value for key, value in found.items() if key != "text"}
    return [{"url": BIRTH_PLACE, "valueAddress": found}] if found else []


def _death(person: Element | None) -> Resource:
    when = timestamp(attribute(child(person, "deceasedTime"), "value"))
    if when:
        return {"deceasedDateTime": when}
    said = attribute(child(person, "deceasedInd"), "value")
    return {"deceasedBoolean": said == "true"} if said in ("true", "false") else {}


def _contacts(ctx: Context, document: Element, person: Element | None) -> list[Resource]:
    found = [_contact(ctx, each, "guardianPerson", "Représentant") for each in children(person, "guardian")]
    for each in children(document, "informant"):
        related = child(each, "relatedEntity")
        if related is not None:
            label = _CONTACTS.get(attribute(related, "classCode") or "", "Proche")
            found.append(_contact(ctx, related, "relatedPerson", label))
    return [each for each in found if each.keys() & {"name", "telecom"}]


def _contact(ctx: Context, element: Element, person: str, label: str) -> Resource:
    where = addresses(element)
    found: Resource = {
        "relationship": [{"text": label}, concept(child(element, "code"), ctx.text)],
        "name": human_name(child(element, person, "name")),
        "telecom": telecoms(element),
        "address": where[0] if where else None,
    }
    found["relationship"] = [each for each in found["relationship"] if each]
    return {key: value for key, value in found.items() if value}


def _general_practitioner(ctx: Context, document: Element) -> list[Resource]:
    """The participants whose function is "médecin traitant" (PCP)."""
    roles = [
        child(each, "associatedEntity")
        for each in children(document, "participant")
        if attribute(child(each, "functionCode"), "code") == "PCP"
    ]
    return unique([who for role in roles if (who := agent(ctx, role))])
