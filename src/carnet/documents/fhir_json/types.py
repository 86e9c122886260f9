"""Tables about R4 resource types: which exist, which name a patient and where, which are shared by all patients.

Tables only. Source: HL7 FHIR R4 (4.0.1), resource list and Patient compartment definition."""

from __future__ import annotations

R4_TYPES = frozenset(
    """Account ActivityDefinition AdverseEvent AllergyIntolerance Appointment AppointmentResponse AuditEvent Basic
    Binary BiologicallyDerivedProduct BodyStructure Bundle CapabilityStatement CarePlan CareTeam CatalogEntry
    ChargeItem ChargeItemDefinition Claim ClaimResponse ClinicalImpression CodeSystem Communication
    CommunicationRequest CompartmentDefinition Composition ConceptMap Condition Consent Contract Coverage
    CoverageEligibilityRequest CoverageEligibilityResponse DetectedIssue Device DeviceDefinition DeviceMetric
    DeviceRequest DeviceUseStatement DiagnosticReport DocumentManifest DocumentReference EffectEvidenceSynthesis
    Encounter Endpoint EnrollmentRequest EnrollmentResponse EpisodeOfCare EventDefinition Evidence EvidenceVariable
    ExampleScenario ExplanationOfBenefit FamilyMemberHistory Flag Goal GraphDefinition Group GuidanceResponse
    HealthcareService ImagingStudy Immunization ImmunizationEvaluation ImmunizationRecommendation
    ImplementationGuide InsurancePlan Invoice Library Linkage List Location Measure MeasureReport Media Medication
    MedicationAdministration MedicationDispense MedicationKnowledge MedicationRequest MedicationStatement
    MedicinalProduct MedicinalProductAuthorization MedicinalProductContraindication MedicinalProductIndication
    MedicinalProductIngredient MedicinalProductInteraction MedicinalProductManufactured MedicinalProductPackaged
    MedicinalProductPharmaceutical MedicinalProductUndesirableEffect MessageDefinition MessageHeader
    MolecularSequence NamingSystem NutritionOrder Observation ObservationDefinition OperationDefinition
    OperationOutcome Organization OrganizationAffiliation Parameters Patient PaymentNotice PaymentReconciliation
    Person PlanDefinition Practitioner PractitionerRole Procedure Provenance Questionnaire QuestionnaireResponse
    RelatedPerson RequestGroup ResearchDefinition ResearchElementDefinition ResearchStudy ResearchSubject
    RiskAssessment RiskEvidenceSynthesis Schedule SearchParameter ServiceRequest Slot Specimen SpecimenDefinition
    StructureDefinition StructureMap Subscription Substance SubstanceNucleicAcid SubstancePolymer SubstanceProtein
    SubstanceReferenceInformation SubstanceSourceMaterial SubstanceSpecification SupplyDelivery SupplyRequest Task
    TerminologyCapabilities TestReport TestScript ValueSet VerificationResult VisionPrescription""".split()  # noqa: SIM905
)

# Resources of a conversation between machines, not of a record: named in the report, not kept one by one.
NOT_KEPT = {
    "Parameters": "Parameters accompagne une opération ; ce n'est pas une donnée du dossier.",
    "OperationOutcome": "OperationOutcome est la réponse d'un serveur ; ce n'est pas une donnée du dossier.",
    "Subscription": "Subscription règle un serveur ; ce n'est pas une donnée du dossier.",
}

# Where a resource names its patient, most telling first. A path of two names goes through a list.
PATIENT_ELEMENTS: tuple[tuple[str, ...], ...] = (
    ("subject",),
    ("patient",),
    ("beneficiary",),
    ("individual",),
    ("candidate",),
    ("for",),
    ("deliverTo",),
    ("participant", "actor"),
    ("actor",),
    ("target",),
    ("link", "target"),
    ("securityContext",),
)

# The world around patients: one copy for all records, whoever's file it came from.
SHARED_TYPES = frozenset(
    """Endpoint HealthcareService Location Medication MedicationKnowledge Organization OrganizationAffiliation
    Practitioner PractitionerRole Questionnaire Schedule Slot Substance""".split()  # noqa: SIM905
)

# Clinical types that mean nothing without a patient, and the element that names them.
NEED_PATIENT = {
    "AllergyIntolerance": "patient",
    "CarePlan": "subject",
    "ClinicalImpression": "subject",
    "Composition": "subject",
    "Condition": "subject",
    "DiagnosticReport": "subject",
    "DocumentReference": "subject",
    "Encounter": "subject",
    "FamilyMemberHistory": "patient",
    "Goal": "subject",
    "Immunization": "patient",
    "MedicationAdministration": "subject",
    "MedicationDispense": "subject",
    "MedicationRequest": "subject",
    "MedicationStatement": "subject",
    "Observation": "subject",
    "Procedure": "subject",
    "RiskAssessment": "subject",
    "ServiceRequest": "subject",
}

# Types whose first business identifier says who or what they are, across files and senders.
IDENTIFIED_TYPES = frozenset({"HealthcareService", "Location", "Organization", "Patient", "Practitioner"})
