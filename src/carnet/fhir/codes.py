"""Code systems and the few names that are Carnet's own (`urn:carnet:…`). Constants, and two
questions that everybody asks of them."""

from __future__ import annotations

from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
ATC = "http://www.whocc.no/atc"
CIM10 = "http://hl7.org/fhir/sid/icd-10"
CISP2 = "http://hl7.org/fhir/sid/icpc-2"
SNOMED = "http://snomed.info/sct"
CIS = "http://data.esante.gouv.fr/ansm/medicament/CIS"
OBSERVATION_CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
CONDITION_CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CONDITION_VERIFICATION = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CONDITION_CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFICATION = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"

TAG = "urn:carnet:tag"
RECEIVED = "received"  # a fact of an imported document that nobody has confirmed
TAKEN_UP = "taken-up"  # confirmed by a person
JOINED = "joined"  # says the same as a fact that was taken up
DISMISSED = "dismissed"  # a person decided not to take it up
SUPERSEDED = "superseded"  # a later version of its document replaced it
AMENDED = "amended"  # a signed note that was changed afterwards
PROVISIONAL = "provisional"  # a patient created from a document, to be verified

BODY_POSITION = "http://hl7.org/fhir/StructureDefinition/observation-bodyPosition"  # extension of a measure
NOTE = "urn:carnet:note"  # Composition extension: the note itself, NFC, \n
TEXT = (
    "urn:carnet:text"  # DocumentReference extension: the words of its file, a text kept beside it (Binary/…)
)
BACK = "urn:carnet:back"  # extension of a treatment: a corrected note gave it back, and says otherwise
SPAN = "urn:carnet:span"  # extension of a fact: its place in the note, in code points


def of(resource: dict[str, Any], name: str) -> set[str]:
    """The codes of the CodeableConcept at `name`, whatever their system."""
    return {str(coding.get("code")) for coding in resource.get(name, {}).get("coding", [])}


def has_tag(resource: dict[str, object], code: str) -> bool:
    """Whether the resource carries Carnet's tag `code`."""
    meta = resource.get("meta")
    tags = (meta.get("tag") if isinstance(meta, dict) else None) or ()
    return any(tag.get("system") == TAG and tag.get("code") == code for tag in tags)
