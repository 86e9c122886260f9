"""FHIR clients that others wrote do their work through a real socket: fhirpy, and fhirclient of SMART."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fhirclient.client import FHIRClient
from fhirclient.models.fhirabstractbase import FHIRValidationError
from fhirclient.models.observation import Observation
from fhirclient.models.patient import Patient
from fhirclient.server import FHIRNotFoundException
from fhirpy import SyncFHIRClient
from fhirpy.base.exceptions import AuthorizationError, OperationOutcome, ResourceNotFound

from tests.api.test_docs import served
from tests.cast import EMILE

LOINC = "http://loinc.org"
BODY_WEIGHT = f"{LOINC}|29463-7"


def weighed(patient: str, kilos: float, day: str) -> dict[str, Any]:
    return {
        "status": "final", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": LOINC, "code": "29463-7"}]}, "effectiveDateTime": day,
        "valueQuantity": {"value": kilos, "unit": "kg"},
    }  # fmt: skip


@pytest.fixture
def base(open_cell: Path) -> Iterator[str]:
    with served() as address:
        yield f"{address}/fhir"


@pytest.fixture
def smart(base: str) -> Any:
    client = FHIRClient(settings={"app_id": "carnet", "api_base": base})
    client.server.session.headers["Authorization"] = "Bearer alice"
    client.prepare()
    return client.server


def test_fhirpy_reads_searches_and_writes(base: str) -> None:
    client = SyncFHIRClient(base, authorization="Bearer alice")
    patient = client.resource("Patient", **{name: EMILE[name] for name in ("name", "gender", "birthDate")})
    patient.create()
    for month in range(1, 8):
        client.resource("Observation", **weighed(patient.id, 70 + month, f"2026-0{month}-01")).create()
    weights = client.resources("Observation").search(patient=patient.id, code=BODY_WEIGHT).sort("-date")
    assert [one.valueQuantity.value for one in weights.limit(3).fetch_all()] == [*range(77, 70, -1)]
    assert weights.count() == 7
    patient.patch(gender="unknown")
    assert client.reference("Patient", patient.id).to_resource().gender == "unknown"
    found, is_new = client.resources("Patient").search(_id=patient.id).get_or_create(patient)
    assert (found.id, is_new) == (patient.id, False)
    assert [entry.request.method for entry in patient.execute("_history", "get").entry] == ["PUT", "POST"]
    client.delete("Observation", weights.fetch()[0].id)
    assert weights.count() == 6


def test_fhirpy_understands_refusals(base: str) -> None:
    client = SyncFHIRClient(base, authorization="Bearer alice")
    with pytest.raises(ResourceNotFound):
        client.reference("Patient", "nobody").to_resource()
    with pytest.raises(OperationOutcome):
        client.resource("Patient", birthDate="1955-02-30").create()
    assert client.resource("Patient", birthDate="1955-02-30").is_valid() is False
    with pytest.raises(AuthorizationError):
        SyncFHIRClient(base, authorization="Bearer nothing-of-ours").resources("Patient").fetch()


def test_fhirclient_reads_searches_and_writes(smart: Any) -> None:
    made = Patient(EMILE).create(smart)
    patient = Patient.read(made["id"], smart)
    assert patient.name[0].family == EMILE["name"][0]["family"]
    patient.active = True
    assert patient.update(smart)["meta"]["versionId"] == "2"
    for month in range(1, 8):
        Observation(weighed(patient.id, 70 + month, f"2026-0{month}-01")).create(smart)
    asked = {"patient": patient.id, "code": BODY_WEIGHT, "_sort": "-date", "_count": "3"}
    found = list(Observation.where(asked).perform_resources_iter(smart))
    assert [one.valueQuantity.value for one in found] == [*range(77, 70, -1)]
    found[0].delete(smart)
    assert len(list(Observation.where(asked).perform_resources_iter(smart))) == 6


def test_fhirclient_understands_refusals(smart: Any) -> None:
    assert smart.capabilityStatement.fhirVersion == "4.0.1"
    with pytest.raises(FHIRNotFoundException):
        Patient.read("nobody", smart)
    with pytest.raises(FHIRValidationError):
        Patient({"birthDate": 1955})
