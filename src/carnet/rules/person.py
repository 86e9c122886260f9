"""A patient's identity as a person types it, and the FHIR Patient that it makes. Pure; what the form does not show is
left as it was."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, fields
from typing import Any

from carnet.fhir import dates, identifiers
from carnet.fhir.errors import Malformed
from carnet.rules import identity

Resource = dict[str, Any]

BIRTH_PLACE = "http://hl7.org/fhir/StructureDefinition/patient-birthPlace"
# FR Core 2.2, https://hl7.fr/ig/fhir/core/
INSEE = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-address-insee-code"
INSEE_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_R13-CommuneOM/FHIR/TRE-R13-CommuneOM"
RELIABILITY = "https://hl7.fr/ig/fhir/core/StructureDefinition/fr-core-identity-reliability"
_COMMUNE = re.compile(r"[0-9][0-9AB][0-9]{3}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PHONE = re.compile(r"\+?[0-9 .()-]{4,24}")


@dataclass(frozen=True, slots=True)
class Identity:
    """What the form holds, every field as text: dates `YYYY-MM-DD`, sex a FHIR gender, `given` the first names in
    their order separated by spaces, `birthplace` an INSEE commune or country code."""

    birth_name: str = ""
    given: str = ""
    used_name: str = ""
    used_given: str = ""
    birth_date: str = ""
    gender: str = ""
    birthplace: str = ""
    ins: str = ""
    ins_system: str = ""  # the OID that a scan said; empty: the one its first digit tells
    phone: str = ""
    email: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""

    def tidied(self) -> Identity:
        """The same in one Unicode form, without stray blanks; INS and commune in capitals without blanks."""
        kept = {f.name: _tidy(getattr(self, f.name), f.name) for f in fields(self)}
        return Identity(**kept)


def wrong(typed: Identity, *, today: str) -> dict[str, str]:
    """What cannot be kept: field → French sentence. Empty when all is well."""
    found = {}
    if not typed.birth_name:
        found["birth_name"] = "Le nom de naissance est nécessaire."
    if not typed.given:
        found["given"] = "Indiquez au moins un prénom."
    if typed.birth_date and (sentence := _wrong_date(typed.birth_date, today)):
        found["birth_date"] = sentence
    if typed.gender and typed.gender not in ("male", "female", "other", "unknown"):
        found["gender"] = "Choisissez le sexe dans la liste."
    if typed.birthplace and not _COMMUNE.fullmatch(typed.birthplace):
        found["birthplace"] = (
            "Le code INSEE a 5 caractères, par exemple 33063, ou 99 puis 3 chiffres pour un pays."
        )
    if typed.ins and not identifiers.is_ins(typed.ins):
        found["ins"] = "Ce matricule INS n'existe pas : il a 15 caractères et les deux derniers sont une clé."
    if typed.email and not _EMAIL.fullmatch(typed.email):
        found["email"] = "Cette adresse électronique est incomplète."
    if typed.phone and not _PHONE.fullmatch(typed.phone):
        found["phone"] = "Un numéro de téléphone n'a que des chiffres et des espaces."
    return found


def typed(patient: Resource) -> Identity:
    """What the form shows of a Patient."""
    birth, used = identity.birth_name(patient), _named(patient, "usual")
    home = _address(patient)
    return Identity(
        birth_name=str(birth.get("family") or birth.get("text") or ""),
        given=" ".join(birth.get("given", [])),
        used_name=str(used.get("family", "")),
        used_given=" ".join(used.get("given", [])),
        birth_date=str(patient.get("birthDate", "")),
        gender=str(patient.get("gender", "")),
        birthplace=_commune(patient),
        ins=ins(patient),
        phone=_telecom(patient, "phone"),
        email=_telecom(patient, "email"),
        street="\n".join(home.get("line", [])),
        postal_code=str(home.get("postalCode", "")),
        city=str(home.get("city", "")),
    )


def patient(kept: Identity, before: Resource | None = None) -> Resource:
    """The Patient of this identity; of `before`, all that the form does not show."""
    before = before or {"resourceType": "Patient"}
    made = {
        "extension": _extensions(before, kept),
        "identifier": _identifiers(before, kept),
        "name": _names(before, kept),
        "telecom": _telecoms(before, kept),
        "gender": kept.gender,
        "birthDate": kept.birth_date,
        "address": _addresses(before, kept),
    }
    rest = {name: value for name, value in before.items() if name not in made}
    return rest | {name: value for name, value in made.items() if value}


def with_ins(patient: Resource, number: str, system: str) -> Resource:
    """The same Patient with this INS and no other, for a number that the teleservice gave."""
    return {**patient, "identifier": _identifiers(patient, Identity(ins=number, ins_system=system))}


def ins(patient: Resource) -> str:
    """The INS as typed on paper, whatever its OID; empty without one."""
    return next(iter(sorted(identity.ins(patient))), "")


def reliability(patient: Resource) -> str:
    """The identity status of the référentiel national (PROV, RECUP, VALI, QUAL); empty when nothing says it."""
    for one in patient.get("extension", []):
        if one.get("url") == RELIABILITY:
            said = [
                e.get("valueCoding", {}).get("code")
                for e in one.get("extension", [])
                if e.get("url") == "identityStatus"
            ]
            return str(said[0]) if said and said[0] else ""
    return ""


def _tidy(value: str, name: str) -> str:
    value = unicodedata.normalize("NFC", value.replace("\r\n", "\n"))
    if name in ("ins", "birthplace"):
        return "".join(value.split()).upper()
    if name == "street":
        return "\n".join(" ".join(line.split()) for line in value.split("\n") if line.strip())
    return " ".join(value.split())


def _wrong_date(written: str, today: str) -> str:
    try:
        dates.first_day(written)
    except Malformed as error:
        return error.sentence
    return "Cette date de naissance est dans l'avenir." if written > today else ""


def _named(patient: Resource, use: str) -> Resource:
    return next((name for name in patient.get("name", []) if name.get("use") == use), {})


def _names(before: Resource, kept: Identity) -> list[Resource]:
    official = {
        "use": "official",
        "family": kept.birth_name,
        "given": kept.given.split(" ") if kept.given else [],
    }
    old = identity.birth_name(before)
    first = {**old, **official} if old.get("use") == "official" else official
    usual = {
        **_named(before, "usual"),
        "use": "usual",
        "family": kept.used_name,
        "given": kept.used_given.split(),
    }
    listed = [_filled(first), *([_filled(usual)] if kept.used_name or kept.used_given else [])]
    others = [name for name in before.get("name", []) if name is not old and name.get("use") != "usual"]
    return listed + others


def _filled(name: Resource) -> Resource:
    return {key: value for key, value in name.items() if value and key != "text"}


def _identifiers(before: Resource, kept: Identity) -> list[Resource]:
    listed = list(before.get("identifier", []))
    if kept.ins == ins(before):
        return listed
    others = [one for one in listed if one.get("system") not in identifiers.INS_SYSTEMS]
    system = kept.ins_system if kept.ins_system in identifiers.INS_SYSTEMS else _usual_system(kept.ins)
    return [{"use": "official", "system": system, "value": kept.ins}, *others] if kept.ins else others


def _usual_system(number: str) -> str:
    return identifiers.INS_NIA if number[:1] in ("7", "8") else identifiers.INS_NIR


def _telecom(patient: Resource, system: str) -> str:
    return next(
        (str(one.get("value", "")) for one in patient.get("telecom", []) if one.get("system") == system), ""
    )


def _telecoms(before: Resource, kept: Identity) -> list[Resource]:
    listed = list(before.get("telecom", []))
    for system, value in (("phone", kept.phone), ("email", kept.email)):
        place = next((i for i, one in enumerate(listed) if one.get("system") == system), None)
        if place is None:
            listed += [{"system": system, "value": value}] if value else []
        elif value:
            listed[place] = {**listed[place], "value": value}
        else:
            listed.pop(place)
    return listed


def _address(patient: Resource) -> Resource:
    return next((one for one in patient.get("address", []) if one.get("use") in (None, "home")), {})


def _addresses(before: Resource, kept: Identity) -> list[Resource]:
    old = _address(before)
    new = {
        **old,
        "line": kept.street.split("\n") if kept.street else [],
        "postalCode": kept.postal_code,
        "city": kept.city,
    }
    new = {name: value for name, value in new.items() if value and (name != "text" or new == old)}
    others = [one for one in before.get("address", []) if one is not old]
    return [new, *others] if new.keys() - {"use", "country", "text"} else others


def _commune(patient: Resource) -> str:
    place: Resource = next((one for one in patient.get("extension", []) if one.get("url") == BIRTH_PLACE), {})
    inside = place.get("valueAddress", {}).get("extension", [])
    return next(
        (
            str(e["valueCoding"].get("code", ""))
            for e in inside
            if e.get("url") == INSEE and "valueCoding" in e
        ),
        "",
    )


def _extensions(before: Resource, kept: Identity) -> list[Resource]:
    listed = list(before.get("extension", []))
    if kept.birthplace == _commune(before):
        return listed
    others = [one for one in listed if one.get("url") != BIRTH_PLACE]
    code = {"url": INSEE, "valueCoding": {"system": INSEE_SYSTEM, "code": kept.birthplace}}
    made = {"url": BIRTH_PLACE, "valueAddress": {"extension": [code]}}
    return [*others, made] if kept.birthplace else others
