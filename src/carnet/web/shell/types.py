"""What the types of FHIR are called on a French page, counted: « 2 problèmes ». Words only."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import ngettext_lazy

from carnet.web.shell.wording import HARD

# fmt: off
WORDS = {
    "AdverseEvent": ngettext_lazy("%(count)s événement indésirable", "%(count)s événements indésirables", "count"),
    "AllergyIntolerance": ngettext_lazy("%(count)s allergie", "%(count)s allergies", "count"),
    "Appointment": ngettext_lazy("%(count)s rendez-vous", "%(count)s rendez-vous", "count"),
    "CarePlan": ngettext_lazy("%(count)s plan de soins", "%(count)s plans de soins", "count"),
    "CareTeam": ngettext_lazy("%(count)s équipe de soins", "%(count)s équipes de soins", "count"),
    "ClinicalImpression": ngettext_lazy("%(count)s appréciation", "%(count)s appréciations", "count"),
    "Composition": ngettext_lazy("%(count)s note", "%(count)s notes", "count"),
    "Condition": ngettext_lazy("%(count)s problème", "%(count)s problèmes", "count"),
    "Coverage": ngettext_lazy("%(count)s couverture", "%(count)s couvertures", "count"),
    "Device": ngettext_lazy("%(count)s dispositif", "%(count)s dispositifs", "count"),
    "DeviceUseStatement": ngettext_lazy("%(count)s usage de dispositif", "%(count)s usages de dispositifs", "count"),
    "DiagnosticReport": ngettext_lazy("%(count)s compte rendu", "%(count)s comptes rendus", "count"),
    "DocumentReference": ngettext_lazy("%(count)s document", "%(count)s documents", "count"),
    "Encounter": ngettext_lazy("%(count)s consultation", "%(count)s consultations", "count"),
    "FamilyMemberHistory": ngettext_lazy("%(count)s antécédent familial", "%(count)s antécédents familiaux", "count"),
    "Goal": ngettext_lazy("%(count)s objectif", "%(count)s objectifs", "count"),
    "ImagingStudy": ngettext_lazy("%(count)s examen d’imagerie", "%(count)s examens d’imagerie", "count"),
    "Immunization": ngettext_lazy("%(count)s vaccin", "%(count)s vaccins", "count"),
    "ImmunizationRecommendation": ngettext_lazy("%(count)s vaccin conseillé", "%(count)s vaccins conseillés", "count"),
    "Location": ngettext_lazy("%(count)s lieu", "%(count)s lieux", "count"),
    "Media": ngettext_lazy("%(count)s image", "%(count)s images", "count"),
    "Medication": ngettext_lazy("%(count)s médicament", "%(count)s médicaments", "count"),
    "MedicationAdministration": ngettext_lazy("%(count)s administration", "%(count)s administrations", "count"),
    "MedicationDispense": ngettext_lazy("%(count)s dispensation", "%(count)s dispensations", "count"),
    "MedicationRequest": ngettext_lazy("%(count)s prescription", "%(count)s prescriptions", "count"),
    "MedicationStatement": ngettext_lazy("%(count)s traitement", "%(count)s traitements", "count"),
    "Observation": ngettext_lazy("%(count)s mesure ou résultat", "%(count)s mesures ou résultats", "count"),
    "Organization": ngettext_lazy("%(count)s structure", "%(count)s structures", "count"),
    "Patient": ngettext_lazy("%(count)s identité", "%(count)s identités", "count"),
    "Practitioner": ngettext_lazy("%(count)s professionnel", "%(count)s professionnels", "count"),
    "PractitionerRole": ngettext_lazy("%(count)s exercice", "%(count)s exercices", "count"),
    "Procedure": ngettext_lazy("%(count)s acte", "%(count)s actes", "count"),
    "RelatedPerson": ngettext_lazy("%(count)s proche", "%(count)s proches", "count"),
    "ServiceRequest": ngettext_lazy("%(count)s demande", "%(count)s demandes", "count"),
    "Specimen": ngettext_lazy("%(count)s prélèvement", "%(count)s prélèvements", "count"),
    "Task": ngettext_lazy("%(count)s tâche", "%(count)s tâches", "count"),
}
# fmt: on


def counted(type_: str, count: int) -> str:
    """« 2 problèmes », never parted at the end of a line; a type that has no words keeps its own name: « 2 Slot »."""
    words = WORDS.get(type_)
    written = str(words % {"count": count}) if words else f"{count} {type_}"
    return written.replace(" ", HARD, 1)


def listed(counts: Iterable[tuple[str, int]]) -> str:
    """« 1 allergie · 2 problèmes »."""
    return " · ".join(counted(type_, count) for type_, count in counts if count)
