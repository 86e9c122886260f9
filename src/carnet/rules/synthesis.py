"""The left column of a record: what is true of this patient, each line with where it comes from. Pure. It shows only
what a person wrote or took up; received facts wait elsewhere (allergies excepted, see alarms.py)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from carnet.fhir import codes, dates, references
from carnet.fhir.errors import Malformed
from carnet.rules import courses, ordering, received
from carnet.rules.accepted import episodes
from carnet.rules.alarms import Allergy, allergies
from carnet.rules.passage import Place, place_of
from carnet.rules.results import concept_words

Resource = dict[str, Any]

GONE = "n'est plus dans la dernière version du document"  # taken up by a person, who has to look again
EPISODE = 45  # days that an illness of one visit stands among the problems
TO_PRINT = "ordonnance à imprimer"
SUSPECTED = "suspecté"
_OVER = frozenset(("inactive", "resolved", "remission"))
_TASKS_TO_DO = frozenset(("requested", "received", "accepted", "ready", "in-progress", "on-hold"))
_TAKEN = frozenset(("active", "intended", "unknown", "on-hold", "completed"))
_TREATMENTS = ("MedicationStatement", "MedicationRequest")


@dataclass(frozen=True, slots=True)
class Line:
    """One fact: words, when (FHIR date as written), detail; `source` is `Type/id` of the note or document that says
    it; `denied` when the fact is that it is absent."""

    reference: str
    text: str
    since: str = ""
    until: str = ""
    detail: str = ""
    source: str | None = None
    denied: bool = False
    received: bool = False
    severe: bool = False
    version: int = 0
    place: Place | None = None  # the very words of the note
    moves: tuple[str, ...] = ()  # what a doctor may make of it: see actions/problem.py
    doubt: str = ""  # what a person has to look at again, of a treatment


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The columns's parts, each in the order of importance."""

    problems: list[Line] = field(default_factory=list)
    treatments: list[Line] = field(default_factory=list)
    allergies: list[Line] = field(default_factory=list)
    allergy_state: str = "unrecorded"
    history: list[Line] = field(default_factory=list)
    vaccines: list[Line] = field(default_factory=list)
    family: list[Line] = field(default_factory=list)
    living: list[Line] = field(default_factory=list)
    tasks: list[Line] = field(default_factory=list)


def synthesis(resources: Sequence[Resource], *, today: date) -> Synthesis:
    """The record's facts, sorted into parts. `today` ends what had an end."""
    by_type: dict[str, list[Resource]] = {}
    for one in resources:
        if is_shown(one):
            by_type.setdefault(one["resourceType"], []).append(one)
    sources = sources_of(resources)
    conditions = [
        _condition(one, sources) for one in by_type.get("Condition", []) if _is_standing(one, today)
    ]
    active = [line for line, standing in conditions if standing == "active"]
    past = [line for line, standing in conditions if standing != "active"]
    state, found = allergies(resources)
    return Synthesis(
        problems=_by_hand(_oldest_first(active), by_type.get("List", [])),
        treatments=_treatments(by_type, sources, today),
        allergies=[_allergy(one, sources) for one in found],
        allergy_state=state,
        history=_newest_first([*past, *_lines(by_type, "Procedure", _procedure, sources)]),
        vaccines=_newest_first(_lines(by_type, "Immunization", _vaccine, sources)),
        family=_lines(by_type, "FamilyMemberHistory", _relative, sources),
        living=_lines(by_type, "Observation", _living, sources),
        tasks=sorted(_lines(by_type, "Task", _task, sources), key=lambda line: line.until or "9"),
    )


def tells(resource: Resource) -> bool:
    """Whether the synthesis may need it: of observations, only those that are taken up one by one."""
    return resource["resourceType"] != "Observation" or received.is_coded(resource)


def is_shown(resource: Resource) -> bool:
    """Written or taken up by a person."""
    return received.is_confirmed(resource)


def sources_of(resources: Iterable[Resource]) -> dict[str, str]:
    """`Type/id` of a fact → `Type/id` of what says it: from the fact itself, else from its Provenance."""
    found: dict[str, str] = {}
    for one in resources:
        if one["resourceType"] == "Provenance":
            whence = [
                str(e["what"]["reference"]) for e in one.get("entity", []) if "reference" in e.get("what", {})
            ]
            for target in one.get("target", []) if whence else []:
                found.setdefault(
                    references.unversioned(str(target.get("reference", ""))),
                    references.unversioned(whence[0]),
                )
    for one in resources:
        said = received.source(one)
        if said and said.startswith(("DocumentReference/", "Composition/")):
            found[f"{one['resourceType']}/{one.get('id', '')}"] = references.unversioned(said)
    return found


def _lines(by_type: dict[str, list[Resource]], type: str, make: Any, sources: dict[str, str]) -> list[Line]:
    made = [make(one, sources) for one in by_type.get(type, [])]
    return _once([line for line in made if line is not None])


def _once(lines: list[Line]) -> list[Line]:
    return list(
        {
            (received.fold(line.text), line.since[:10], line.detail, line.denied): line
            for line in reversed(lines)
        }.values()
    )[::-1]


def _by_hand(lines: list[Line], lists: list[Resource]) -> list[Line]:
    """As a doctor put them; the others after."""
    places = ordering.places(ordering.kept(lists))
    return sorted(lines, key=lambda line: places.get(line.reference, len(places)))


def _oldest_first(lines: list[Line]) -> list[Line]:
    return sorted(_once(lines), key=lambda line: line.since or "9")


def _newest_first(lines: list[Line]) -> list[Line]:
    return sorted(_once(lines), key=lambda line: line.since, reverse=True)


def _line(resource: Resource, sources: dict[str, str], text: str, **facts: Any) -> Line:
    reference = f"{resource['resourceType']}/{resource.get('id', '')}"
    if not received.is_current(resource):
        facts["detail"] = " · ".join(filter(None, (facts.get("detail", ""), GONE)))
    place = place_of(resource)
    source = f"Composition/{place.note}" if place else sources.get(reference)
    return Line(reference, _words(resource, text), source=source, place=place, **facts)


def _words(resource: Resource, text: str) -> str:
    return received.with_site(text, resource) or "sans libellé"


def _condition(resource: Resource, sources: dict[str, str]) -> tuple[Line, str]:
    clinical, verification = codes.of(resource, "clinicalStatus"), codes.of(resource, "verificationStatus")
    period, ended = resource.get("onsetPeriod") or {}, resource.get("abatementPeriod") or {}
    line = _line(
        resource,
        sources,
        concept_words(resource.get("code")),
        since=str(resource.get("onsetDateTime") or period.get("start") or resource.get("onsetString") or ""),
        until=str(resource.get("abatementDateTime") or ended.get("end") or period.get("end") or ""),
        detail=_suspected(verification),
        denied="refuted" in verification,
        version=int(resource.get("meta", {}).get("versionId", 0)),
        moves=_moves(resource, clinical, verification),
    )
    return line, "past" if clinical & _OVER or line.denied else "active"


def _moves(resource: Resource, clinical: set[str], verification: set[str]) -> tuple[str, ...]:
    if "refuted" in verification:
        return ()
    return (
        ("active",)
        if clinical & _OVER
        else ("resolved", *(("problem",) if _is_of_one_visit(resource) else ()), "up", "down")
    )


def _suspected(verification: set[str]) -> str:
    return SUSPECTED if verification & {"provisional", "differential", "unconfirmed"} else ""


def _is_standing(resource: Resource, today: date) -> bool:
    """Not an error, and not what one visit said and no later one needs: a sign denied, an illness of a few weeks. Both
    stay in the history, with their note."""
    verification = codes.of(resource, "verificationStatus")
    if "entered-in-error" in verification:
        return False
    if not _is_of_one_visit(resource) or _suspected(verification):
        return True
    last = episodes.last_told(resource)
    return "refuted" not in verification and (last is None or (today - last).days <= EPISODE)


def _is_of_one_visit(resource: Resource) -> bool:
    """Read in one of our notes, and no lasting problem."""
    categories = {
        coding.get("code") for one in resource.get("category", []) for coding in one.get("coding", [])
    }
    ours = any(one.get("url") == codes.SPAN for one in resource.get("extension", []))
    return ours and "encounter-diagnosis" in categories


def _treatments(by_type: dict[str, list[Resource]], sources: dict[str, str], today: date) -> list[Line]:
    live = [one for type in _TREATMENTS for one in by_type.get(type, []) if _is_taken(one, today)]
    newest = sorted(live, key=begun, reverse=True)
    named = [_words(one, _medicine(one)) for one in newest]
    folded = {words: received.fold(words) for words in set(named)}  # few names, in many renewals
    last: dict[str, str] = {}
    for one, words in zip(newest, named, strict=True):
        last.setdefault(folded[words], begun(one)[:10])
    # A renewal from outside replaces the line before it; two posologies of one day are both taken. What a note of ours
    # prescribes goes on until a person ends it: nothing hides it.
    kept = [
        one
        for one, words in zip(newest, named, strict=True)
        if begun(one)[:10] == last[folded[words]] or (place_of(one) and one["status"] != "completed")
    ]
    lines = [
        _line(one, sources, _medicine(one), since=begun(one), detail=_taken(one), doubt=doubt(one))
        for one in kept
    ]
    once = {(received.fold(line.text), received.fold(line.detail)): line for line in reversed(lines)}
    return sorted(once.values(), key=lambda line: (received.fold(line.text), line.detail))


def doubt(resource: Resource) -> str:
    """Of a treatment that a corrected note gave back: what that note says now, and nobody accepted."""
    marks = [one for one in resource.get("extension", []) if one.get("url") == codes.BACK]
    parts = {one["url"]: one for mark in marks for one in mark["extension"]}
    if not parts:
        return ""
    day, says = dates.french(parts["day"]["valueDate"]), parts["says"]["valueString"]
    return f"à revoir : revenu par la correction du {day}, la note dit maintenant « {says} »"


def _taken(resource: Resource) -> str:
    days = courses.days_of(resource)
    length = f"pendant {days} jour{'s' if days > 1 else ''}" if courses.is_course(days) else ""
    to_print = TO_PRINT if resource.get("status") == "draft" else ""
    return " · ".join(filter(None, (dosage(resource), length, to_print)))


def _is_taken(resource: Resource, today: date) -> bool:
    """A draft of one of our notes is what a doctor accepted and signed; one that came from elsewhere is a project."""
    if resource.get("status") not in _TAKEN and not (
        resource.get("status") == "draft" and place_of(resource)
    ):
        return False
    if received.is_denied(resource) or received.is_suspect(resource):
        return False
    end = last_day(resource)
    if resource["status"] == "completed" and not end:
        return False
    return not end or end >= today


def last_day(resource: Resource) -> date | None:
    """The last day of a treatment: the one that is written, else that of a short course; None when it goes on."""
    return _end(resource) or courses.last_day(resource)


def _end(resource: Resource) -> date | None:
    period = (
        resource.get("effectivePeriod") or resource.get("dispenseRequest", {}).get("validityPeriod") or {}
    )
    try:
        return dates.first_day(str(period.get("end") or _end_of_doses(resource)))
    except (KeyError, Malformed):
        return None


def _end_of_doses(resource: Resource) -> str:
    """The last day written in the posology, when no line of it goes on without an end."""
    listed = resource.get("dosage") or resource.get("dosageInstruction") or []
    spans = [one.get("timing", {}).get("repeat", {}) for one in listed]
    ends = [str(one.get("boundsPeriod", {}).get("end", "")) for one in spans]
    bounded = all(end or "boundsDuration" in one for end, one in zip(ends, spans, strict=True))
    return max(ends, default="") if bounded else ""


def begun(resource: Resource) -> str:
    """Since when it is taken, as written."""
    period = resource.get("effectivePeriod") or {}
    return str(
        period.get("start")
        or resource.get("effectiveDateTime")
        or resource.get("authoredOn")
        or resource.get("dateAsserted")
        or ""
    )


def _medicine(resource: Resource) -> str:
    return received.label(resource) or concept_words(resource.get("medicationCodeableConcept"))


def dosage(resource: Resource) -> str:
    """How it is taken: in the words that were written, else in those of the codes; then what the patient was told."""
    listed = resource.get("dosage") or resource.get("dosageInstruction") or []
    said = [str(one.get("text") or "") or _in_words(one) for one in listed]
    told = [str(one.get("patientInstruction") or "") for one in listed]
    return " ; ".join(dict.fromkeys(filter(None, (*said, *told))))


_UNITS = {"s": "s", "min": "min", "h": "h", "d": "j", "wk": "sem.", "mo": "mois", "a": "an"}


def _in_words(dose: Resource) -> str:
    """A dosage without text: nothing is computed, only spelled out."""
    amounts = [_amount(one) for one in dose.get("doseAndRate", [])]
    timing = dose.get("timing", {})
    rhythm = str(timing.get("code", {}).get("text") or "") or _rhythm(timing.get("repeat", {}))
    why = concept_words(dose.get("asNeededCodeableConcept"))
    is_needed = dose.get("asNeededBoolean") or dose.get("asNeededCodeableConcept")
    need = f"si {why or 'besoin'}" if is_needed else ""
    return ", ".join(filter(None, (*amounts, rhythm, need)))


def _amount(one: Resource) -> str:
    span = one.get("doseRange", {})
    ends = (
        [one["doseQuantity"]]
        if "doseQuantity" in one
        else [span[end] for end in ("low", "high") if end in span]
    )
    unit = str(ends[-1].get("unit") or ends[-1].get("code") or "").strip("{}") if ends else ""
    return f"{' à '.join(str(end.get('value', '')) for end in ends)} {unit}".strip().replace(".", ",")


def _rhythm(repeat: Resource) -> str:
    moments = ", ".join(map(str, repeat.get("when", [])))
    if "frequency" not in repeat or "period" not in repeat:
        return moments
    most = f" à {repeat['frequencyMax']}" if "frequencyMax" in repeat else ""
    unit = _UNITS.get(str(repeat.get("periodUnit")), "")
    every = unit if str(repeat["period"]) == "1" else f"{repeat['period']} {unit}"
    return " ".join(filter(None, (f"{repeat['frequency']}{most} fois / {every}", moments)))


def _allergy(allergy: Allergy, sources: dict[str, str]) -> Line:
    return Line(
        allergy.reference,
        allergy.text,
        source=f"Composition/{allergy.place.note}" if allergy.place else sources.get(allergy.reference),
        received=allergy.received,
        severe=allergy.severe,
        place=allergy.place,
    )


def _procedure(resource: Resource, sources: dict[str, str]) -> Line | None:
    if resource.get("status") in ("entered-in-error", "preparation", "not-done"):
        return None
    period = resource.get("performedPeriod") or {}
    since = resource.get("performedDateTime") or period.get("start") or resource.get("performedString") or ""
    return _line(resource, sources, concept_words(resource.get("code")), since=str(since))


def _vaccine(resource: Resource, sources: dict[str, str]) -> Line | None:
    if resource.get("status") == "entered-in-error":
        return None
    since = str(resource.get("occurrenceDateTime") or resource.get("occurrenceString") or "")
    lot = f"lot {resource['lotNumber']}" if resource.get("lotNumber") else ""
    denied = resource.get("status") == "not-done"
    return _line(
        resource, sources, concept_words(resource.get("vaccineCode")), since=since, detail=lot, denied=denied
    )


def _relative(resource: Resource, sources: dict[str, str]) -> Line | None:
    if resource.get("status") == "entered-in-error":
        return None
    who = concept_words(resource.get("relationship")) or "famille"
    what = [concept_words(one.get("code")) for one in resource.get("condition", [])]
    return _line(resource, sources, ", ".join(filter(None, what)) or "sans particularité", detail=who)


def _living(resource: Resource, sources: dict[str, str]) -> Line | None:
    if not received.is_coded(resource):
        return None
    quantity = resource.get("valueQuantity") or {}
    value = (
        f"{quantity.get('value', '')} {quantity.get('unit', '')}".strip(" ").replace("{", "").replace("}", "")
    )
    words = (
        value or concept_words(resource.get("valueCodeableConcept")) or str(resource.get("valueString") or "")
    )
    since = str(resource.get("effectiveDateTime") or "")
    return _line(resource, sources, concept_words(resource.get("code")), since=since, detail=words)


def _task(resource: Resource, sources: dict[str, str]) -> Line | None:
    if resource.get("status") not in _TASKS_TO_DO:
        return None
    due = resource.get("restriction", {}).get("period", {}).get("end", "")
    words = str(resource.get("description") or concept_words(resource.get("code")))
    return _line(resource, sources, words, until=str(due), version=int(resource["meta"]["versionId"]))
