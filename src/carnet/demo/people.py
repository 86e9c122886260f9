"""Who the people of the stories are: names, birthdays, addresses, telephones of the ranges kept for fiction, and
numbers of the INS test system whose communes do not exist."""

from __future__ import annotations

from datetime import date
from typing import Any

from carnet.demo.cda import Person
from carnet.demo.dice import dice
from carnet.demo.stories import Story
from carnet.demo.tables import Table, table
from carnet.fhir.identifiers import INS_TEST, ins_key
from carnet.rules.person import RELIABILITY, Identity

Resource = dict[str, Any]
RELIABILITY_CODES = "https://hl7.fr/ig/fhir/core/CodeSystem/fr-core-cs-v2-0445"
STATUS = {"qualifiée": "QUAL", "validée": "VALI", "récupérée": "RECUP", "provisoire": "PROV"}


def identity(story: Story, birthday: date) -> Identity:
    """What a secretary would type."""
    drawn = dice("address", story.get("family", story["id"]))
    village = table("places")["village"]
    return Identity(
        birth_name=story["name"],
        given=" ".join(story["given"]),
        used_name=story.get("used", ""),
        birth_date=birthday.isoformat(),
        gender="female" if story["sex"] == "F" else "male",
        birthplace=_place(story)["code"],
        phone=_phone(story),
        street=f"{drawn.randint(1, 78)} {drawn.choice(village['streets'])}",
        postal_code=village["postal_code"],
        city=village["name"],
    )


def known(patient: Resource, story: Story, birthday: date, number: int) -> Resource:
    """The Patient with what the national services would have answered: INS, status of the identity, birthplace."""
    status = story.get("ins", "qualifiée")
    extensions = [_named_birthplace(e, story) for e in patient.get("extension", [])]
    if status in STATUS:
        extensions.append(_reliability(STATUS[status]))
    if status in ("qualifiée", "récupérée"):
        value = ins(story["sex"], birthday, _place(story)["code"], number)
        patient = {**patient, "identifier": [{"use": "official", "system": INS_TEST, "value": value}]}
    return {**patient, "extension": extensions}


def person(patient: Resource, story: Story, birthday: date) -> Person:
    """The same, as a correspondent of the practice knows them."""
    numbers = [one["value"] for one in patient.get("identifier", [])]
    return Person(
        story["name"].upper(),
        " ".join(story["given"]),
        story.get("used", "").upper(),
        patient["gender"],
        birthday,
        _place(story)["code"],
        numbers[0] if numbers else "",
    )


def ins(sex: str, birthday: date, birthplace: str, number: int) -> str:
    """A number with a right key and a commune (990) that no department has."""
    body = f"{2 if sex == 'F' else 1}{birthday:%y%m}{birthplace[:2]}990{number:03d}"
    return f"{body}{ins_key(body):02d}"


def _reliability(code: str) -> Resource:
    coding = {"system": RELIABILITY_CODES, "code": code}
    return {"url": RELIABILITY, "extension": [{"url": "identityStatus", "valueCoding": coding}]}


def _named_birthplace(extension: Resource, story: Story) -> Resource:
    if "valueAddress" not in extension:
        return extension
    return {**extension, "valueAddress": {**extension["valueAddress"], "city": _place(story)["name"]}}


def _place(story: Story) -> Table:
    place: Table = table("places")["birthplaces"][story["born"]]
    return place


def _phone(story: Story) -> str:
    """ARCEP keeps 06 39 98 and 02 61 91 for fiction."""
    drawn = dice("phone", story.get("family", story["id"]))
    start = drawn.choice(["06 39 98", "06 39 98", "02 61 91"])
    return f"{start} {drawn.randrange(100):02d} {drawn.randrange(100):02d}"
