"""Offers beside a note being written: read from its words, accepted or refused, and made facts when the note is
signed. Nothing is accepted by itself; what a person said nothing of stays only text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from carnet.actions import amounts, classification
from carnet.fhir import json
from carnet.fhir.errors import Conflict, Invalid, TooBig
from carnet.reading import reader
from carnet.reading.facts import Context
from carnet.record import access, gate, margin
from carnet.record.actor import Actor
from carnet.record.work import Draft, Stored, Work
from carnet.reference import names, specialities
from carnet.rules import note, received, synthesis
from carnet.rules import offers as rules
from carnet.rules.accepted import changes, corrections, steps, treatments, within
from carnet.rules.accepted.corrections import Before
from carnet.rules.accepted.resources import change, is_of_note
from carnet.rules.accepted.scene import Scene
from carnet.rules.offers import Offer
from carnet.rules.passage import place_of

Fact = dict[str, Any]
Resource = dict[str, Any]
_GONE = "Cette proposition n'est plus dans la note : son texte a changé. Rien n'a été retenu."
_NO_MORE = (
    "Cette proposition ne se reprend plus ici : la note, le dossier ou le jour a changé. Rien n'a été retenu. Corrigez "
    "la note pour la reprendre."
)
_SAID = "Le dossier le dit déjà. Rien n'a été retenu de plus."
_OVERTAKEN = (
    "Les traitements du dossier ont changé depuis que vous avez accepté un médicament : ce qu'il remplace n'est plus le "
    "même. Rien n'est signé. Relisez les propositions : acceptez de nouveau, ou refusez."
)
_DISPUTED = (
    "La note arrête {drug}, et le prescrit : ses mots ne disent pas lequel des deux vaut. Retenez l'un et refusez l'autre. "
    "Rien n'est {done}."
)
_STOPPED = "La note l'arrête, ou en dit une autre dose, que vous avez retenue. Rien n'a été retenu de plus."
# What a fact may join or end; all that a note makes, which its correction does not make again. Beside what a correction
# takes back or gives back, nothing else is read when a note is signed.
_KNOWN = (
    "AllergyIntolerance",
    "Condition",
    "FamilyMemberHistory",
    "MedicationRequest",
    "MedicationStatement",
)
_EVERY = (*_KNOWN, "Immunization", "Observation", "ServiceRequest", "Task")


@dataclass(frozen=True, slots=True)
class _Heard:
    """What is read in a text and what it is held against: the same before and after a word on an offer."""

    facts: list[Fact]
    known: list[Resource]
    counts: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Back:
    """A treatment that a correction gave back: how it is taken, and what a person has to look at again."""

    words: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Entered:
    """What a signature leaves as text, and which treatments a correction gave back."""

    left: tuple[Offer, ...]
    back: tuple[Back, ...] = ()


def read(*, by: Actor, day: date, draft: Draft, text: str) -> list[Offer]:
    """What is read in these words for this draft's patient, with what was already said of it; `day` is today, and a
    correction is read on the day of its visit. Writes nothing."""
    day = _read_on(by, day, draft)
    return _offered(by, day, draft, text, _heard(by, day, draft, text))


def _read_on(by: Actor, today: date, draft: Draft) -> date:
    """« Hier » is the day before the visit, whenever the note is corrected."""
    visit = margin.visit(by=by, draft=draft.id) if draft.composition else None
    visited = _visited(visit.resource()) if visit else None
    return visited.date() if visited else today


def _heard(by: Actor, day: date, draft: Draft, text: str) -> _Heard:
    return _Heard(
        facts(text, _about(by, draft.patient, day)),
        _confirmed(margin.known(by=by, draft=draft.id, types=_EVERY if draft.composition else _KNOWN)),
        _counts(by),
    )


def _counts(by: Actor) -> dict[str, tuple[int, int]]:
    """How often the practice accepted and refused what it counts (`Offer.counted`)."""
    return {one.term: (one.accepted, one.refused) for one in margin.tallies(by=by)}


def _offered(by: Actor, day: date, draft: Draft, text: str, heard: _Heard) -> list[Offer]:
    said = margin.marks(by=by, draft=draft.id)
    return rules.offers(
        text,
        heard.facts,
        day=day,
        marks={mark.key: mark.verdict for mark in said},
        kept=_meanings(said),
        known=heard.known,
        refused=margin.refused(by=by, patient=draft.patient),
        counts=heard.counts,
        note=_note(draft),
    )


def _confirmed(held: Iterable[Stored]) -> list[Resource]:
    """What a person wrote or took up: a fact that was only received is neither joined nor ended by a note."""
    return [one for one in (each.resource() for each in held) if received.is_confirmed(one)]


def _note(draft: Draft) -> str:
    return f"Composition/{draft.composition}" if draft.composition else ""


def mark(
    *,
    by: Actor,
    day: date,
    draft: Draft,
    text: str,
    keys: Sequence[str],
    verdict: rules.Verdict,
    seen: Sequence[str] = (),
) -> list[Offer]:
    """Accept, refuse or take back these offers of the words on the screen; all that is then offered. `seen` is what
    each said there. Raises Conflict when one of them is no longer there, or says something else now."""
    day = _read_on(by, day, draft)
    heard = _heard(by, day, draft, text)
    found = {one.key: one for one in _offered(by, day, draft, text, heard)}
    if not set(keys) <= found.keys() or (seen and [found[key].seen for key in keys] != [*seen]):
        raise Conflict(_GONE)
    chosen = [found[key] for key in dict.fromkeys(keys)]
    said = [(one.term, margin.Mark(one.key, verdict, json.dumps(one.fact).decode())) for one in chosen]
    margin.mark(by=by, draft=draft.id, said=said)
    return _offered(by, day, draft, text, heard)


def enter(
    work: Work, *, draft: Draft, text: str, signed: Stored, encounter: str, before: str = ""
) -> Entered:
    """In the transaction that signs: accepted offers that the note still says become facts; the words on all of them
    are counted. Returns what nobody said a word of: it stays only text. `before`: the words that are corrected. Raises
    Invalid when a treatment changed since, or when a drug would be both prescribed and stopped."""
    said = work.marks(draft.id)
    known = _confirmed(work.record(draft.patient, *(_EVERY if draft.composition else _KNOWN)))
    visited = _visited(_visit(work, encounter)) if draft.composition else None
    scene = _scene(work, draft.patient, signed, encounter, text, visited)
    was: list[Fact] = []
    back: tuple[Back, ...] = ()
    listed = _read_again(work, scene, known, said, _note(draft))
    _check_as_seen(listed, said)
    accepted = [one.fact for one in listed if one.verdict == "accepted"]
    made = _made(listed)
    if disputed := within.disputed([*accepted, *made], scene.day):
        raise Invalid(_(_DISPUTED), drug=disputed[0]["drug"], done=_("signé"))
    _write(work, accepted, known, scene, made)
    if draft.composition:
        was = [one.fact for one in _read_again(work, replace(scene, text=before), [], [], "")]
        back = _take_back(work, [one.fact for one in listed], accepted, scene, before, was)
    for offer in listed:
        if offer.verdict:
            said_yes = offer.verdict == "accepted"
            work.count(offer.counted, accepted=said_yes, refused=not said_yes)
    left = _left(work, draft.patient, listed, was)
    return Entered(
        tuple(one for one in left if not within.ender(one.fact, [*accepted, *made], scene.day)), back
    )


def _made(listed: Iterable[Offer]) -> list[Fact]:
    """Medicines that this note already made, whether or not they are accepted again."""
    return [
        one.fact for one in listed if one.kind == "medication" and one.known and one.verdict != "accepted"
    ]


def take(work: Work, *, patient: str, signed: Stored, text: str, key: str, seen: str) -> None:
    """Accept one more offer of a note whose last version was signed this day: its words are there, a person now says yes
    to them. Raises Conflict when it is no longer there, says something else by now, or is in the record already."""
    said = signed.resource()
    encounter = said["encounter"]["reference"]
    known = _confirmed(work.record(patient, *_EVERY))
    scene = _scene(work, patient, signed, encounter, text, _visited(_visit(work, encounter)))
    listed = _read_again(work, scene, known, [], signed.reference)
    found = next((one for one in listed if one.key == key and one.seen == seen), None)
    if found is None or _day(datetime.fromisoformat(said["date"])) != _day(work.at):
        raise Conflict(_NO_MORE)
    made = _made(listed)
    if disputed := within.disputed([*made, found.fact], scene.day):
        raise Conflict(_(_DISPUTED), drug=disputed[0]["drug"], done=_("retenu"))
    if within.ender(found.fact, made, scene.day):
        raise Conflict(_STOPPED)
    if found.known or not _write(work, [found.fact], known, scene, made):
        raise Conflict(_SAID)
    work.count(found.counted, accepted=True, refused=False)


def _scene(
    work: Work, patient: str, signed: Stored, encounter: str, text: str, visited: datetime | None
) -> Scene:
    return Scene(
        patient=patient,
        encounter=encounter,
        note=f"{signed.reference}/_history/{signed.version}",
        text=text,
        author=work.by.who(),
        at=work.at,
        day=_day(visited or work.at),
        visited=visited,
    )


def _visit(work: Work, encounter: str) -> Resource:
    type_, _slash, id = encounter.partition("/")
    return work.get(type_, id).resource()


def _visited(visit: Resource) -> datetime | None:
    """When the visit was, in the practice's own time; None when it does not say."""
    period = visit.get("period", {})
    written = str(period.get("end") or period.get("start") or "")
    return timezone.localtime(datetime.fromisoformat(written)) if len(written) > 10 else None


def _read_again(
    work: Work, scene: Scene, known: list[Resource], said: Sequence[margin.Mark], note: str
) -> list[Offer]:
    """The offers of the words that are signed, with what was said of them."""
    person = _context(work.get("Patient", scene.patient).resource(), scene.day)
    return rules.offers(
        scene.text,
        facts(scene.text, person),
        day=scene.day,
        marks={mark.key: mark.verdict for mark in said},
        kept=_meanings(said),
        known=known,
        note=note,
    )


def _write(
    work: Work, accepted: list[Fact], known: list[Resource], scene: Scene, made: Sequence[Fact]
) -> bool:
    """Make these facts beside those that the note already made; whether there was anything to write."""
    versions = {f"{one['resourceType']}/{one['id']}": int(one["meta"]["versionId"]) for one in known}
    done = change(accepted, known, scene, made)
    created, updated = classification.coded(work, done.created, done.updated)
    for new in created:
        work.create(new)
    for changed in updated:
        work.update(changed, if_version=versions[f"{changed['resourceType']}/{changed['id']}"])
    return bool(done.created or done.updated)


def _left(work: Work, patient: str, listed: Sequence[Offer], was: Sequence[Fact]) -> tuple[Offer, ...]:
    """What stays only text, but for what the record says already, what was refused for this patient, what the practice
    keeps refusing, and what the words that are corrected already said: it was told when they were signed."""
    silent = [one for one in listed if not one.verdict and not one.known]
    if not silent:
        return ()
    never = margin.refused(by=work.by, patient=patient)
    counts = _counts(work.by)
    told = {_what(fact) for fact in was}
    return tuple(
        one
        for one in silent
        if one.term not in never
        and _what(one.fact) not in told
        and not rules.is_tiresome(counts.get(one.counted, (0, 0)))
    )


def _what(fact: Fact) -> tuple[str, str]:
    """What a fact is called and says: « HTA » of « pas d'HTA » says another thing, and so does another lot or day."""
    said = {name: value for name, value in fact.items() if name not in ("ends", "beside", "quote")}
    return rules.name_of(fact), rules.meaning(said)


def _check_as_seen(listed: list[Offer], said: Sequence[margin.Mark]) -> None:
    """What a colleague wrote meanwhile may change what an accepted medicine ends: it is neither kept unseen nor lost."""
    marks, kept = {mark.key: mark.verdict for mark in said}, _meanings(said)
    if any(one.key in kept and rules.is_overtaken(one, marks[one.key], kept[one.key]) for one in listed):
        raise Invalid(_OVERTAKEN)


def _take_back(
    work: Work, said: list[Fact], accepted: list[Fact], scene: Scene, before: str, was: Sequence[Fact]
) -> tuple[Back, ...]:
    """What the note said before its correction and says no more does not stand beside what it says now. The treatments
    that it gives back."""
    held = [one.resource() for one in work.record(scene.patient, *corrections.TYPES)]
    versions = _versions(work, [one for one in held if is_of_note(one, scene)], scene)
    over = {(one["resourceType"], one["id"]) for one in held if not treatments.is_taken(one, scene.day)}
    back = []
    for one in corrections.unsaid(said, held, scene, accepted, Before(before, was, versions)):
        work.update(one, if_version=int(one["meta"]["versionId"]))
        if treatments.is_taken(one, scene.day) and (one["resourceType"], one["id"]) in over:
            back.append(Back(_told(one), synthesis.doubt(one)))
    return tuple(back)


def _told(treatment: Resource) -> str:
    named = str(treatment.get("medicationCodeableConcept", {}).get("text", ""))
    return ", ".join(filter(None, (named, synthesis.dosage(treatment))))


def _versions(work: Work, made: Sequence[Resource], scene: Scene) -> dict[int, str]:
    """The words of each version of the note that one of these facts was read in."""
    id = scene.note.split("/")[1]
    versions: dict[int, str] = {}
    for number in {place.version for one in made if (place := place_of(one))}:
        found = work.version("Composition", id, number)
        versions[number] = (note.text_of(found.resource()) if found else None) or ""
    return versions


def _meanings(said: Sequence[margin.Mark]) -> dict[str, str]:
    """What each mark was about when a person made it."""
    return {mark.key: rules.meaning(json.loads(mark.fact)) for mark in said}


def forget(*, by: Actor, at: datetime) -> None:
    """Start counting from nothing: offers stand as they did on the first day. Raises Refused but for a doctor."""
    access.check_doctor(by, _("Seul un médecin du cabinet remet ce compte à zéro. Rien n’a été effacé."))
    with gate.write(by=by, at=at, action="offers.forget") as work:
        work.forget_counts()


def facts(text: str, context: Context) -> list[Fact]:
    """The facts of a text, in the shape of `carnet read`; medicines with what one takes at a time, by their form,
    and the words of their line that change it, vaccines with their lot or their day."""
    found = [
        within.tapered(amounts.with_unit(fact.as_json(text), _reader().drugs), text)
        for fact in _reader().read(text, context)
    ]
    return changes.told(steps.vaccinated(found, text, context.date or ""), text)


def warm() -> None:
    """Load what reading needs before anybody writes: the first offer of the day waits for nothing."""
    facts("TA 14/8, HTA. amlodipine 5 1/j 3 mois, cs ds 3 mois", Context())


def _about(by: Actor, patient: str, day: date) -> Context:
    """Age, sex and day: what tells readings apart, and no more."""
    found = gate.patients_of(by=by, ids=[patient])
    return _context(found[patient].resource() if patient in found else {}, day)


@cache
def _reader() -> reader.Reader:
    """With the drugs of the table this practice built, else of the one that comes with the program."""
    return reader.packaged(names.of(specialities.built(settings.REFERENCE / "specialities.tsv")))


def _context(patient: Resource, day: date) -> Context:
    born = str(patient.get("birthDate", ""))
    age = (day - date.fromisoformat(born)).days / 365.25 if len(born) == 10 else None
    return Context(
        age=age, sex={"female": "F", "male": "M"}.get(patient.get("gender", "")), date=day.isoformat()
    )


def _day(at: datetime) -> date:
    return timezone.localtime(at).date()


def readable(text: str) -> str:
    """The words as a draft would keep them: places are counted in these. Raises TooBig."""
    if len(text) > note.LONGEST:
        raise TooBig("Cette note est trop longue pour être lue. Rien n'a été changé.")
    return note.writable(text)
