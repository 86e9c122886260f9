"""What the FHIR door leaves as it is: provenances, signed notes, proved identities, records that hold something."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from carnet.actions import consultation, identity
from carnet.actions import patient as patients
from carnet.fhir import codes, json
from carnet.fhir.identifiers import INS_NIR
from carnet.record import gate
from carnet.rules import linkage, note, person, reliability
from carnet.rules.person import Identity
from tests.api.asking import ROBOT, Said, ask
from tests.cast import ALICE, BRUNO, EMILE

PATCH = {"content_type": "application/json-patch+json"}


def created(resource: dict[str, Any]) -> dict[str, Any]:
    said = ask("POST", resource["resourceType"], resource)
    assert said.status == 201, said.body
    return dict(said.json)


def provenance_of(patient: str, at: datetime) -> dict[str, Any]:
    found = gate.open_record(by=ALICE, at=at, patient=patient).all("Provenance")
    return found[-1].resource()


def test_a_provenance_is_never_changed_nor_deleted(any_cell: Path, at: datetime) -> None:
    patient = created(EMILE)["id"]
    provenance = provenance_of(patient, at)
    address = f"Provenance/{provenance['id']}"
    forged = {**provenance, "agent": [{"who": {"reference": "Practitioner/bruno"}}]}
    assert ask("PUT", address, forged).status == 403
    assert ask("PATCH", address, [{"op": "remove", "path": "/activity"}], **PATCH).status == 403
    assert ask("DELETE", address).status == 403
    assert ask("GET", address).json == provenance


def test_a_provenance_that_comes_in_says_who_sent_it(any_cell: Path, at: datetime) -> None:
    patient = created(EMILE)["id"]
    sent = created(
        {
            "resourceType": "Provenance",
            "target": [{"reference": f"Patient/{patient}"}],
            "recorded": "2020-01-01T00:00:00Z",
            "agent": [{"who": {"reference": "Practitioner/bruno"}}],
        }
    )
    about = [
        one.resource()
        for one in gate.open_record(by=ALICE, at=at, patient=patient).all("Provenance")
        if {"reference": f"Provenance/{sent['id']}/_history/1"} in one.resource()["target"]
    ]
    assert [one["agent"][0]["who"]["reference"] for one in about] == ["Practitioner/alice"]


@pytest.fixture
def signed(any_cell: Path, at: datetime) -> dict[str, Any]:
    """A note that Dr Alice has signed."""
    patient = created(EMILE)["id"]
    draft = consultation.open(by=ALICE, at=at, patient=patient)
    draft = consultation.save(by=ALICE, patient=patient, draft=draft.id, revision=0, text="Toux sèche")
    made = consultation.sign(by=ALICE, at=at, patient=patient, draft=draft.id, revision=draft.revision)
    return made.composition.resource()


def put(composition: dict[str, Any], *, by: str = "alice") -> Said:
    return ask("PUT", f"Composition/{composition['id']}", composition, by=by)


def rewritten(signed: dict[str, Any], text: str, **changes: Any) -> dict[str, Any]:
    """The note with another text, its fingerprint and narrative made anew."""
    words = {"extension": note.extensions(text), "text": {"status": "generated", "div": note.narrative(text)}}
    return {**signed, **words, **changes}


def amended(signed: dict[str, Any], text: str, by: Any = ALICE) -> dict[str, Any]:
    return rewritten(
        signed,
        text,
        status="amended",
        meta={**signed["meta"], "tag": [{"system": codes.TAG, "code": codes.AMENDED}]},
        author=[*signed["author"], *([by.who()] if by.who() not in signed["author"] else [])],
        attester=[{"mode": "professional", "time": "2026-03-03T10:00:00Z", "party": by.who()}],
    )


def test_a_signed_note_is_not_rewritten(signed: dict[str, Any]) -> None:
    address = f"Composition/{signed['id']}"
    text_only = [{"op": "replace", "path": "/extension/0/valueString", "value": "Toux grasse"}]
    assert ask("PATCH", address, text_only, **PATCH).status == 422
    assert put(rewritten(signed, "Toux grasse")).status == 422
    assert put({**signed, "extension": signed["extension"][:1]}).status == 422
    assert put({**signed, "author": [BRUNO.who()]}).status == 422
    assert put({**signed, "date": "2020-01-01"}).status == 422
    assert put({**signed, "status": "entered-in-error"}).status == 422
    assert put({**signed, "text": {"status": "generated", "div": note.narrative("Rien")}}).status == 422
    assert ask("DELETE", address).status == 403
    assert ask("GET", address).json == json.loads(json.dumps(signed))


def test_a_signed_note_may_be_labelled(signed: dict[str, Any]) -> None:
    labelled = {**signed, "confidentiality": "R"}
    assert put(labelled).status == 200


def test_a_signed_note_is_amended_by_who_signs_the_amendment(signed: dict[str, Any]) -> None:
    assert put(amended(signed, "Toux grasse", ALICE), by="bruno").status == 422
    said = put(amended(signed, "Toux grasse", BRUNO), by="bruno")
    assert said.status == 200
    assert note.is_intact(said.json)
    wrong = {**amended(said.json, "Autre", BRUNO), "author": [BRUNO.who()]}
    assert put(wrong, by="bruno").status == 422
    half = amended(said.json, "Autre", BRUNO)
    half["extension"][1]["valueString"] = note.fingerprint("Rien")
    assert put(half, by="bruno").status == 422
    doubled = amended(said.json, "Autre", BRUNO)
    doubled["extension"] += note.extensions("Rien")
    assert put(doubled, by="bruno").status == 422


def test_the_mark_of_an_amendment_stays(signed: dict[str, Any]) -> None:
    said = put(amended(signed, "Toux grasse", BRUNO), by="bruno").json
    said["meta"].pop("tag")
    assert put(said, by="bruno").status == 422


def test_a_program_does_not_write_as_a_doctor(signed: dict[str, Any]) -> None:
    new = {name: value for name, value in signed.items() if name not in ("id", "meta")}
    own = [{"mode": "professional", "time": "2026-03-03T10:00:00Z", "party": ROBOT.who()}]
    assert ask("POST", "Composition", {**new, "attester": own}, by="robot").status == 422
    assert (
        ask("POST", "Composition", {**new, "attester": own, "author": [ROBOT.who()]}, by="robot").status
        == 201
    )


def test_a_record_in_which_somebody_writes_is_not_deleted(any_cell: Path, at: datetime) -> None:
    patient = created(EMILE)["id"]
    draft = consultation.open(by=ALICE, at=at, patient=patient)
    assert ask("DELETE", f"Patient/{patient}").status == 409
    consultation.drop(by=ALICE, at=at, patient=patient, draft=draft.id)
    assert ask("DELETE", f"Patient/{patient}").status in (200, 204)


def test_nobody_signs_in_the_name_of_another(signed: dict[str, Any]) -> None:
    """A note that Bruno sends with the signature of Alice."""
    new = {name: value for name, value in signed.items() if name not in ("id", "meta")}
    assert ask("POST", "Composition", new, by="bruno").status == 422
    assert ask("POST", "Composition", new, by="alice").status == 201
    unsigned = {**new, "extension": new["extension"][:1]}
    kept = ask("POST", "Composition", unsigned, by="bruno")
    assert kept.status == 201
    assert put({**kept.json, "extension": new["extension"]}, by="bruno").status == 422


def test_this_door_proves_no_identity(any_cell: Path, at: datetime) -> None:
    identity = Identity(birth_name="Durand", given="Émile", birth_date="1955-04-03", gender="male")
    proved = patients.create(by=ALICE, at=at, identity=identity, proof="carte-identite").resource()
    plain = created(EMILE)
    raised = [one for one in proved["extension"] if "identity-reliability" in one["url"]]
    assert ask("POST", "Patient", {**EMILE, "extension": raised}).status == 422
    assert ask("PUT", f"Patient/{plain['id']}", {**plain, "extension": raised}).status == 422
    address = f"Patient/{proved['id']}"
    assert ask("PUT", address, {**proved, "telecom": [{"system": "phone", "value": "06"}]}).status == 200
    assert ask("PUT", address, {**proved, "birthDate": "1956-04-03"}).status == 422
    kept = [one for one in proved["extension"] if one not in raised]
    lowered = {**proved, "birthDate": "1956-04-03", "extension": kept}
    if not kept:
        del lowered["extension"]
    assert ask("PUT", address, lowered).status == 200


def test_another_national_number_is_no_longer_proved(any_cell: Path, at: datetime) -> None:
    """A qualified identity whose number changes here keeps no status that the teleservice gave to the other number."""
    mine = [{"system": INS_NIR, "value": "155047511400152"}]
    patient = created({**EMILE, "identifier": mine})
    with gate.write(by=ALICE, at=at, action="test") as work:
        proved = reliability.answered(patient, person.typed({**patient, "identifier": mine}))
        work.update(proved, if_version=1)
    address = f"Patient/{patient['id']}"
    assert person.reliability(ask("GET", address).json) == "RECUP"
    other = {**proved, "identifier": [{"system": INS_NIR, "value": "285027511400267"}]}
    assert ask("PUT", address, other, by="chloe").status == 422
    assert ask("PUT", address, {**proved, "telecom": [{"system": "phone", "value": "06"}]}).status == 200


def test_what_was_decided_about_an_identity_is_not_written_here(any_cell: Path, at: datetime) -> None:
    """That two patients are two people, or what the teleservice answered: both let documents be filed unseen."""
    one, other = created(EMILE)["id"], created(EMILE)["id"]
    identity.dismiss(by=ALICE, at=at, one=one, other=other)
    pair = ask("GET", f"Linkage/{linkage.pair_id(one, other)}").json
    assert ask("DELETE", f"Linkage/{pair['id']}").status == 403
    assert ask("PUT", f"Linkage/{pair['id']}", {**pair, "meta": {}}).status == 403
    forged = {**pair, "item": [{"type": "source", "resource": {"display": "X"}}]}
    assert ask("POST", "Linkage", forged).status == 403
    assert ask("PUT", "Linkage/mine", {**forged, "id": "mine"}).status == 403
    plain = {"resourceType": "Linkage", "item": forged["item"]}
    assert ask("PUT", "Linkage/pair-1", {**plain, "id": "pair-1"}).status == 403
    answer = {"resourceType": "VerificationResult", "id": f"insi-{one}", "status": "validated"}
    assert ask("PUT", f"VerificationResult/insi-{one}", answer, by="chloe").status == 403
    theirs = created(plain)
    assert ask("DELETE", f"Linkage/{theirs['id']}").status == 204


def test_a_record_that_holds_something_is_not_deleted(any_cell: Path) -> None:
    patient = created(EMILE)["id"]
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}
    observation = created({**weight, "subject": {"reference": f"Patient/{patient}"}})["id"]
    assert ask("DELETE", f"Patient/{patient}").status == 409
    assert ask("GET", f"Patient/{patient}").status == 200
    assert ask("DELETE", f"Observation/{observation}").status == 204
    assert ask("DELETE", f"Patient/{patient}").status == 204


def test_what_one_may_not_read_holds_a_record_too(any_cell: Path) -> None:
    """The secretary sees no measurement; she deletes no record that holds one."""
    patient = created(EMILE)["id"]
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}
    observation = created({**weight, "subject": {"reference": f"Patient/{patient}"}})["id"]
    assert ask("DELETE", f"Patient/{patient}", by="chloe").status == 409
    assert ask("DELETE", "Patient?family=Durand", by="chloe").status == 409
    assert ask("GET", f"Patient/{patient}").status == 200
    assert ask("DELETE", f"Observation/{observation}").status == 204
    assert ask("DELETE", f"Patient/{patient}", by="chloe").status == 204


def test_a_program_takes_back_the_record_that_it_made_alone(any_cell: Path) -> None:
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}

    def made(by: str) -> tuple[str, str]:
        patient = ask("POST", "Patient", EMILE, by="robot").json["id"]
        sent = {**weight, "subject": {"reference": f"Patient/{patient}"}}
        return f"Patient/{patient}", f"Observation/{ask('POST', 'Observation', sent, by=by).json['id']}"

    patient, observation = made("robot")
    assert ask("DELETE", patient, by="robot").status == 204
    assert (ask("GET", patient).status, ask("GET", observation).status) == (410, 410)
    row = gate.audit_page(by=ALICE, limit=3)[2]
    assert {entity.split("/")[0] for entity in row.entities} == {"Patient", "Observation", "Provenance"}
    patient, observation = made("alice")
    assert ask("DELETE", patient, by="robot").status == 409
    assert ask("GET", observation).status == 200


def test_nothing_moves_to_another_patient_or_to_nobody(any_cell: Path) -> None:
    one, other = created(EMILE)["id"], created(EMILE)["id"]
    weight = {"resourceType": "Observation", "status": "final", "code": {"text": "Poids"}}
    kept = created({**weight, "subject": {"reference": f"Patient/{one}"}})
    moved = {**kept, "subject": {"reference": f"Patient/{other}"}}
    assert ask("PUT", f"Observation/{kept['id']}", moved).status == 422
    assert ask("POST", "Observation", {**weight, "subject": {"reference": "Patient/nobody"}}).status == 422
    assert ask("POST", "Observation", weight).status == 422


def bundled(kind: str, method: str, url: str, resource: dict[str, Any] | None = None) -> Said:
    entry: dict[str, Any] = {"request": {"method": method, "url": url}}
    if resource is not None:
        entry["resource"] = resource
    return ask("POST", "", {"resourceType": "Bundle", "type": kind, "entry": [entry]})


@pytest.mark.parametrize("kind", ["transaction", "batch"])
def test_a_bundle_is_no_way_round(signed: dict[str, Any], at: datetime, kind: str) -> None:
    """The same refusals, whether asked for one by one or together."""
    note_address, patient = f"Composition/{signed['id']}", signed["subject"]["reference"]
    provenance = provenance_of(patient.removeprefix("Patient/"), at)
    new = {name: value for name, value in signed.items() if name not in ("id", "meta")}
    forged = {**new, "attester": [{"mode": "professional", "party": BRUNO.who()}]}
    for method, url, resource in (
        ("PUT", note_address, rewritten(signed, "Rien")),
        ("PUT", f"Provenance/{provenance['id']}", provenance),
        ("DELETE", f"Provenance/{provenance['id']}", None),
        ("DELETE", note_address, None),
        ("DELETE", patient, None),
        ("POST", "Composition", forged),
        ("PUT", "Composition/forged", {**forged, "id": "forged"}),
    ):
        said = bundled(kind, method, url, resource)
        status = (
            said.status if kind == "transaction" else int(said.json["entry"][0]["response"]["status"][:3])
        )
        assert status in (403, 409, 422), (method, url, said.body)
    assert ask("GET", note_address).json == json.loads(json.dumps(signed))
