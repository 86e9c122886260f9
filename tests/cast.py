"""The fixed cast of every test. Dr Dalia works in another practice: she must see nothing."""

from __future__ import annotations

from carnet.record.actor import Actor

PRACTICE = "practice-of-the-tests"
ALICE = Actor("alice", "person", "owner", PRACTICE, "Dr Alice Martin", "Practitioner/alice")
BRUNO = Actor("bruno", "person", "associate", PRACTICE, "Dr Bruno Caron", "Practitioner/bruno")
CHLOE = Actor("chloe", "person", "secretary", PRACTICE, "Chloé Petit")
DALIA = Actor("dalia", "person", "owner", "another-practice", "Dr Dalia Simon", "Practitioner/dalia")

EMILE = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "Durand", "given": ["Émile"]}],
    "gender": "male",
    "birthDate": "1955-04-03",
}
FATOU = {
    "resourceType": "Patient",
    "name": [{"use": "official", "family": "N'Diaye", "given": ["Fatou"]}],
    "gender": "female",
    "birthDate": "1962-11-30",
}
