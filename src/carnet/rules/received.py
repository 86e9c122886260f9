"""What imported documents say and nobody has confirmed yet: which facts are to take up, which of them say the same
thing, and the tags that tell where each one stands. Pure; changes only the copies it returns."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from carnet.fhir import codes
from carnet.rules.identity import fold as fold

Resource = dict[str, Any]

WAITING = "waiting"  # a document that a person must give to a patient
DISMISSED_REASON = "urn:carnet:dismissed"
SUSPECT = "urn:carnet:suspect"  # a medicine that a document suspects of an adverse effect
STATES = (codes.RECEIVED, codes.TAKEN_UP, codes.JOINED, codes.DISMISSED)

# Which facts a person takes up one by one, and the element that names them. Results (Observation) show directly with
# their source; only ways of life and risk factors are taken up like problems.
CODED: dict[str, str] = {
    "AllergyIntolerance": "code",
    "Condition": "code",
    "FamilyMemberHistory": "condition",
    "Immunization": "vaccineCode",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "Observation": "code",
    "Procedure": "code",
}
TYPES = tuple(CODED)
_NO_META: Resource = {}
_NO_TAGS: list[Resource] = []
OBSERVATIONS_TO_TAKE = frozenset({"social-history"})

# One list for each of these: a treatment is a treatment, prescribed or stated.
FAMILY = {"MedicationRequest": "Medication", "MedicationStatement": "Medication"}

# The same code system under the names that senders use.
SYSTEMS = {
    "urn:oid:2.16.840.1.113883.6.3": codes.CIM10,
    "http://hl7.org/fhir/sid/icd-10-fr": codes.CIM10,
    "https://smt.esante.gouv.fr/terminologie-cim-10": codes.CIM10,
    "urn:oid:2.16.840.1.113883.6.1": codes.LOINC,
    "urn:oid:2.16.840.1.113883.6.96": codes.SNOMED,
    "urn:oid:2.16.840.1.113883.6.73": codes.ATC,
    "https://smt.esante.gouv.fr/terminologie-atc": codes.ATC,
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One received or confirmed resource of a record: `Type/id`, its version, its content."""

    reference: str
    version: int
    resource: Resource


@dataclass(frozen=True, slots=True)
class Group:
    """Facts that say the same thing, the one to confirm first. `known` is a fact of the record that already says
    it; `key` stays the same from page to page and tells nothing."""

    key: str
    type: str
    label: str
    facts: list[Fact] = field(default_factory=list)
    known: Fact | None = None

    @property
    def documents(self) -> list[str]:
        """The documents that say it, each once: `DocumentReference/…`."""
        return list(dict.fromkeys(filter(None, (source(fact.resource) for fact in self.facts))))


def is_to_take(resource: Resource) -> bool:
    """Whether this fact waits for a person: received, of a coded type, and not replaced."""
    return state(resource) == codes.RECEIVED and is_coded(resource) and is_current(resource)


def is_coded(resource: Resource) -> bool:
    """Whether facts of this kind are taken up one by one."""
    if resource["resourceType"] == "Observation":
        return any(map(_is_to_take, resource.get("category", ())))
    return resource["resourceType"] in CODED


def _is_to_take(category: Any) -> bool:
    """Plain loops: this is asked of every observation of a record."""
    for coding in category.get("coding", ()) if isinstance(category, dict) else ():
        if str(coding.get("code")) in OBSERVATIONS_TO_TAKE:
            return True
    return False


def is_current(resource: Resource) -> bool:
    """Whether no later version of its document replaced it."""
    return not (tags(resource) and codes.has_tag(resource, codes.SUPERSEDED))


def is_confirmed(resource: Resource) -> bool:
    """Whether a person wrote it or took it up. A later version of the document that is silent about a fact that
    was taken up does not take it away; one that nobody took up is gone with its version."""
    return state(resource) == codes.TAKEN_UP or (state(resource) is None and is_current(resource))


def state(resource: Resource) -> str | None:
    """Where the fact stands: one of STATES, None for what was never received."""
    if not tags(resource):
        return None
    return next((code for code in STATES if codes.has_tag(resource, code)), None)


def tags(resource: Resource) -> list[Resource]:
    """Its tags of any kind; most of a record has none."""
    found: list[Resource] = resource.get("meta", _NO_META).get("tag", _NO_TAGS)
    return found


def moved(resource: Resource, to: str, reason: str | None = None) -> Resource:
    """A copy whose state is `to`, with the reason when it is dismissed."""
    meta = dict(resource.get("meta", {}))
    tags = [
        tag
        for tag in meta.get("tag", [])
        if not (tag.get("system") == codes.TAG and tag.get("code") in STATES)
    ]
    meta["tag"] = [*tags, {"system": codes.TAG, "code": to}]
    others = [one for one in meta.get("extension", []) if one.get("url") != DISMISSED_REASON]
    meta["extension"] = [*others, *([{"url": DISMISSED_REASON, "valueString": reason}] if reason else [])]
    return {**resource, "meta": {key: value for key, value in meta.items() if value}}


def superseded(resource: Resource) -> Resource:
    """A copy that a later document replaced: no longer to take up; a fact that a person took up stays, flagged."""
    if state(resource) == codes.RECEIVED:
        resource = untagged(resource, codes.RECEIVED)
    return tagged(resource, codes.SUPERSEDED)


def restated(resource: Resource, by: str) -> Resource:
    """A copy of a replaced fact that the later document `by` (`DocumentReference/…`) says again."""
    current = untagged(resource, codes.SUPERSEDED)
    current = current if state(current) else tagged(current, codes.RECEIVED)
    return {**current, "meta": {**current["meta"], "source": by}}


def tagged(resource: Resource, *tags: str) -> Resource:
    """A copy that carries these tags too."""
    meta = dict(resource.get("meta", {}))
    new = [{"system": codes.TAG, "code": code} for code in tags if not codes.has_tag(resource, code)]
    return {**resource, "meta": {**meta, "tag": [*meta.get("tag", []), *new]}}


def untagged(resource: Resource, code: str) -> Resource:
    """A copy without this tag."""
    meta = dict(resource.get("meta", {}))
    meta["tag"] = [
        t for t in meta.get("tag", []) if not (t.get("system") == codes.TAG and t.get("code") == code)
    ]
    return {**resource, "meta": {key: value for key, value in meta.items() if value}}


def source(resource: Resource) -> str | None:
    """The document that said it: `DocumentReference/…`."""
    value = resource.get("meta", {}).get("source")
    return str(value).partition("#")[0] if value else None


def groups(facts: Sequence[Fact]) -> list[Group]:
    """The facts to take up, those that say the same thing together, in the order given; confirmed facts of the
    same meaning are named as `known`."""
    merged = alike([fact for fact in facts if is_to_take(fact.resource)])
    confirmed = [f for f in facts if is_confirmed(f.resource) and is_coded(f.resource)]
    known = {name: fact for fact in reversed(confirmed) for name in meanings(fact.resource)}
    return [_group(members, known) for members in merged]


def alike(facts: Iterable[Fact], said: Callable[[Resource], list[str]] | None = None) -> list[list[Fact]]:
    """Facts that share a meaning (or a name that `said` gives) stand together, through others if need be."""
    sets: list[tuple[set[str], list[Fact]]] = []
    for fact in facts:
        names, members = set((said or meanings)(fact.resource)), [fact]
        near = [one for one in sets if one[0] & names]
        for one in near:
            names |= one[0]
            members = one[1] + members if one is near[0] else members + one[1]
        place = sets.index(near[0]) if near else len(sets)
        sets = [one for one in sets if one not in near]
        sets.insert(min(place, len(sets)), (names, members))
    return [members for _, members in sets]


def _group(members: list[Fact], known: dict[str, Fact]) -> Group:
    names = sorted({name for fact in members for name in meanings(fact.resource)})
    already = next((known[name] for name in names if name in known), None)
    first = members[0].resource
    return Group(key_of(names[0]), first["resourceType"], _told(first), members, already)


def _told(resource: Resource) -> str:
    """Its words, and what would change their meaning if it were not said."""
    type_, said = str(resource["resourceType"]), ""
    if resource.get("doNotPerform") is True:
        said = "à ne pas prendre"
    elif is_suspect(resource):
        said = "suspecté d'un effet indésirable"
    elif is_over(resource) and not is_denied(resource):
        said = _OVER.get(FAMILY.get(type_, type_), "passé")
    elif is_suspected(resource):
        said = "suspecté"
    return f"{label(resource)} – {said}" if said and label(resource) else label(resource)


_OVER = {"AllergyIntolerance": "dite inactive", "Medication": "arrêté ou terminé"}


def key_of(meaning: str) -> str:
    """A short name for a meaning that tells nothing of it."""
    return hashlib.sha256(meaning.encode()).hexdigest()[:16]


def meanings(resource: Resource) -> list[str]:
    """The names under which another document may say the same thing: its codes, else its folded words. What is
    denied, and what is over, is another thing than what is."""
    type_ = resource["resourceType"]
    if type_ == "FamilyMemberHistory":
        return [
            "|".join(
                ["FamilyMemberHistory", _relation(resource), *sorted(map(_first_name, _concepts(resource)))]
            )
        ]
    prefix = f"{FAMILY.get(type_, type_)}|{_standing(resource)}|{_particular(resource)}"
    names = [f"{prefix}|{name}" for name in named(resource)]
    return names or [f"{prefix}|{fold(label(resource))}|{'' if label(resource) else resource.get('id', '')}"]


def unread_allergy(resource: Resource) -> Resource:
    """What stands in the record for an allergy that FHIR refuses: its words, to be read in the document. An allergy is
    never only a line of a report."""
    try:
        words = label(resource)[:160]
    except (AttributeError, TypeError, KeyError):
        words = ""
    kept: Resource = {k: resource[k] for k in ("resourceType", "id", "meta", "patient") if k in resource}
    status = {"coding": [{"system": codes.ALLERGY_CLINICAL, "code": "active"}]}
    unsure = {"coding": [{"system": codes.ALLERGY_VERIFICATION, "code": "unconfirmed"}]}
    said = f"à lire : « {words} »" if words else "allergie du document, à lire"
    return {**kept, "clinicalStatus": status, "verificationStatus": unsure, "code": {"text": said}}


def named(resource: Resource) -> list[str]:
    """The names of what the fact is about: its codes, else its folded words. A class of medicines (ATC) is no name
    of a medicine: two strengths share it."""
    found = [name for concept in _concepts(resource) for name in _names(concept)]
    if resource["resourceType"] not in FAMILY:
        return found
    exact = [name for name in found if not name.startswith(codes.ATC)]
    return exact or [f"{name}|{fold(label(resource))}" for name in found]


def label(resource: Resource) -> str:
    """The words of the document for this fact, with the place on the body when they do not say it."""
    return with_site(_label(resource), resource)


def with_site(words: str, resource: Resource) -> str:
    """« Fracture (poignet gauche) »: the side must never be lost between the document and the record."""
    listed = resource.get("bodySite") or []
    sites = [_words_of(one) for one in (listed if isinstance(listed, list) else [listed])]
    unsaid = [site for site in dict.fromkeys(filter(None, sites)) if fold(site) not in fold(words)]
    return f"{words} ({', '.join(unsaid)})" if unsaid and words else words or ", ".join(unsaid)


def _words_of(concept: dict[str, Any]) -> str:
    return str(concept.get("text") or next((c["display"] for c in _codings(concept) if c.get("display")), ""))


def _label(resource: Resource) -> str:
    for concept in _concepts(resource):
        words = concept.get("text") or next((c["display"] for c in _codings(concept) if c.get("display")), "")
        if words:
            return str(words)
    reference = resource.get("medicationReference")
    return str(reference.get("display", "")) if isinstance(reference, dict) else ""


def _concepts(resource: Resource) -> list[dict[str, Any]]:
    value = resource.get(CODED.get(resource["resourceType"], "code"))
    if resource["resourceType"] == "FamilyMemberHistory":
        return [one["code"] for one in value or [] if isinstance(one.get("code"), dict)]
    if value is None and isinstance(resource.get("medicationReference"), dict):
        return _contained_medication(resource)
    return [value] if isinstance(value, dict) else []


def _contained_medication(resource: Resource) -> list[dict[str, Any]]:
    wanted = str(resource["medicationReference"].get("reference", "")).removeprefix("#")
    found = [one for one in resource.get("contained", []) if one.get("id") == wanted]
    return [one["code"] for one in found if isinstance(one.get("code"), dict)]


def _names(concept: dict[str, Any]) -> list[str]:
    coded = [f"{SYSTEMS.get(c['system'], c['system'])}|{c['code']}" for c in _codings(concept)]
    text = concept.get("text")
    return coded or ([fold(str(text))] if text else [])


def _first_name(concept: dict[str, Any]) -> str:
    return next(iter(_names(concept)), "")


def _codings(concept: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in concept.get("coding", []) if one.get("system") and one.get("code")]


def _relation(resource: Resource) -> str:
    return _first_name(resource.get("relationship") or {})


def _standing(resource: Resource) -> str:
    """Denied, over, only suspected, or (nothing said) present."""
    if is_denied(resource):
        return "denied"
    if is_over(resource):
        return "over"
    return "suspected" if is_suspected(resource) else "present"


def is_denied(resource: Resource) -> bool:
    """It is absent, was not done, or must not be taken."""
    verification = _codes(resource.get("verificationStatus"))
    if verification & {"refuted", "entered-in-error"} or resource.get("doNotPerform") is True:
        return True
    return resource.get("status") in {"not-done", "not-taken", "entered-in-error"}


def is_over(resource: Resource) -> bool:
    """It was, and is no more."""
    if resource["resourceType"] in FAMILY:
        return resource.get("status") in {"completed", "stopped", "cancelled"}
    return bool(_codes(resource.get("clinicalStatus")) & {"inactive", "resolved", "remission"})


def is_suspect(resource: Resource) -> bool:
    """A medicine named because it may have harmed: no treatment of today."""
    return any(one.get("url") == SUSPECT for one in resource.get("extension", []))


def is_suspected(resource: Resource) -> bool:
    """The document is not sure of it. An allergy not yet confirmed is one until somebody says otherwise."""
    return resource["resourceType"] == "Condition" and bool(
        _codes(resource.get("verificationStatus")) & {"provisional", "differential", "unconfirmed"}
    )


def _particular(resource: Resource) -> str:
    """What makes two facts of one code two facts: the side, the posology, the day of a vaccination or an act, the
    start of an episode that is over, the answer of an observation."""
    type_ = resource["resourceType"]
    if type_ in FAMILY:
        return fold(posology(resource))
    return " ".join(filter(None, (_side(resource), _when_or_what(resource, type_))))


def posology(resource: Resource) -> str:
    """How it is taken, as written."""
    listed = resource.get("dosage") or resource.get("dosageInstruction") or []
    return " ; ".join(filter(None, (str(one.get("text") or "") for one in listed)))


_SIDES = {"droit": "D", "droite": "D", "gauche": "G", "bilateral": "B", "bilaterale": "B", "right": "D", "left": "G"}  # fmt: skip


def _side(resource: Resource) -> str:
    """Right, left or both, when the fact says it in any word."""
    return "".join(sorted({_SIDES[word] for word in fold(label(resource)).lower().split() if word in _SIDES}))


def _when_or_what(resource: Resource, type_: str) -> str:
    if type_ == "Immunization":
        day = str(resource.get("occurrenceDateTime") or resource.get("occurrenceString") or "")[:10]
        return f"{day} {fold(str(resource.get('lotNumber') or ''))}".strip()
    if type_ == "Procedure":
        period = resource.get("performedPeriod") or {}
        return str(resource.get("performedDateTime") or period.get("start") or "")[:10]
    if type_ == "Condition" and _standing(resource) == "over":
        return str(resource.get("onsetDateTime") or "")[:10]
    return _answer(resource) if type_ == "Observation" else ""


def _answer(resource: Resource) -> str:
    quantity, concept = resource.get("valueQuantity"), resource.get("valueCodeableConcept")
    if isinstance(quantity, dict):
        return f"{quantity.get('value')} {quantity.get('unit', quantity.get('code', ''))}"
    if isinstance(concept, dict):
        return _first_name(concept)
    return fold(str(resource.get("valueString") or resource.get("valueBoolean") or ""))


def _codes(concept: Any) -> set[str]:
    return {str(one.get("code")) for one in concept.get("coding", [])} if isinstance(concept, dict) else set()
