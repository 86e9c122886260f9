"""Tells the stories into the open cell, through the actions, everything in the order in which it happened. What no
action writes yet (facts accepted from a note) is written through the gate, one transaction each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from textwrap import dedent
from typing import Any

from carnet.actions import consultation, documents, patient, received, task
from carnet.demo import facts, laboratory, letters, measures, people, stories, when
from carnet.demo.cda import Person
from carnet.demo.dice import dice
from carnet.demo.stories import Story
from carnet.fhir import dates
from carnet.record import gate
from carnet.record.actor import Actor

OPENED_LAST = ("dubois-philippe", "leroy-ines", "garcia-elise", "moreau-jean", "roux-anne", "duval-marc-71")

Resource = dict[str, Any]
Event = tuple[datetime, int, Callable[[], None]]  # when, its place among those of one moment, what
Progress = Callable[[int, int], None]
REASONS = (
    "Renouvellement",
    "Suivi",
    "Surveillance",
    "cs suivi",
    "Contrôle",
    "VAD",
    "Cs ",
    "1re cs",
    "Certificat",
)


@dataclass(slots=True)
class Life:
    """One patient of the stories, on the way into the cell."""

    story: Story
    number: int
    birthday: date
    visits: list[tuple[datetime, str]]
    id: str = ""
    person: Person | None = None
    notes: list[tuple[datetime, str]] = field(default_factory=list)  # signed: when, reference


@dataclass(slots=True)
class Teller:
    """Who writes, and the moment at which the demonstration is made."""

    by: Actor
    now: datetime

    def day(self) -> date:
        return self.now.astimezone(when.PARIS).date()

    def at(self, day: date, hour: time) -> datetime:
        """That hour of that day, not after now."""
        return min(datetime.combine(day, hour, when.PARIS), self.now)


def tell(*, by: Actor, now: datetime, progress: Progress) -> int:
    """Everything; returns how many patients."""
    teller = Teller(by, now)
    lives = {
        story["id"]: _life(teller, story, i) for i, story in enumerate(stories.patients(teller.day()), 1)
    }
    events = [event for life in lives.values() for event in _events(teller, life)]
    events += [event for letter in stories.letters(teller.day()) for event in _letter(teller, lives, letter)]
    events += _today(teller, lives)
    for done, (_, _, act) in enumerate(sorted(events, key=lambda event: event[:2]), 1):
        act()
        progress(done, len(events))
    return len(lives)


def _life(teller: Teller, story: Story, number: int) -> Life:
    drawn = dice("life", story["id"])
    birthday = when.born(story["age"], teller.day(), drawn)
    visits = [
        (when.at_work(_day(teller, story, ago), drawn, latest=teller.now), _note(text))
        for ago, text in story.get("notes", [])
    ]
    return Life(story, number, birthday, sorted(visits))


def _events(teller: Teller, life: Life) -> Iterator[Event]:
    """A patient arrives before all else, then everything on its day."""
    told = [
        *_visits(teller, life),
        *_laboratory(teller, life),
        *_growth(teller, life),
        *_departure(teller, life),
    ]
    first = min((at for at, _, _ in told), default=teller.now)
    doses: dict[date, list[str]] = {}
    for day, name in facts.vaccines(life.story, life.birthday, teller.day()):
        doses.setdefault(day, []).append(name)
    start = first - timedelta(minutes=20)
    yield start, 0, lambda: _arrive(teller, life, start)
    for day, names in sorted(doses.items()):
        at = max(teller.at(day, time(11, 40)), start)
        yield at, 3, _vaccinated(teller, life, day, names, at)
    yield from told


def _arrive(teller: Teller, life: Life, at: datetime) -> None:
    made = patient.create(by=teller.by, at=at, identity=people.identity(life.story, life.birthday))
    life.id = made.id
    known = people.known(made.resource(), life.story, life.birthday, life.number)
    with gate.write(by=teller.by, at=at, action="demo.identity", patient=life.id) as work:
        work.update(known, if_version=made.version)
    life.person = people.person(known, life.story, life.birthday)
    told = life.story.get(
        "allergy", [] if life.story.get("ins") in ("provisoire", "aucune") else [facts.NONE_KNOWN]
    )
    by = teller.by.who()
    found = [facts.allergy(life.id, line, at=at, by=by) for line in told]
    found += [facts.stopped(life.id, line) for line in life.story.get("meds_past", [])]
    _keep(teller, life, at, "demo.history", found)


def _keep(
    teller: Teller, life: Life, at: datetime, action: str, found: list[Resource], source: str | None = None
) -> None:
    """Write these facts in one transaction, from the note that says them."""
    if not found:
        return
    with gate.write(by=teller.by, at=at, action=action, patient=life.id) as work:
        for resource in found:
            work.create(resource)
        if source:
            work.source(source, confirmed=True)


# consultations


def _day(teller: Teller, story: Story, ago: str) -> date:
    """The day that a story means: months ago is about that day, weeks and days ago is that day."""
    day = when.before(teller.day(), ago)
    if "exact" in story or "growth" in story or not ago.endswith(("m", "a")):
        return day
    return day + timedelta(days=dice("day", story["id"], ago).randint(-11, 9))


def _note(text: str) -> str:
    """The note; what it was for on a line of its own where it begins with that."""
    words = dedent(text).strip()
    first, _, rest = words.partition(". ")
    is_reason = first.startswith(REASONS) and len(first) < 45 and "\n" not in first
    return (
        f"Motif : {first[0].lower() + first[1:] if first[1:2].islower() else first}\n{rest}"
        if is_reason
        else words
    )


def _visits(teller: Teller, life: Life) -> Iterator[Event]:
    last = len(life.visits) - 1
    for index, (at, text) in enumerate(life.visits):
        yield at, 1, _visit(teller, life, at, text)
        yield at, 2, _after_visit(teller, life, at, text, is_first=index == 0, is_last=index == last)


def _visit(teller: Teller, life: Life, at: datetime, text: str) -> Callable[[], None]:
    def act() -> None:
        draft = consultation.open(by=teller.by, at=at, patient=life.id)
        kept = consultation.save(
            by=teller.by, patient=life.id, draft=draft.id, revision=draft.revision, text=text
        )
        signed = consultation.sign(
            by=teller.by, at=at, patient=life.id, draft=draft.id, revision=kept.revision
        )
        life.notes.append((at, signed.composition.reference))

    return act


def _after_visit(
    teller: Teller, life: Life, at: datetime, text: str, *, is_first: bool, is_last: bool
) -> Callable[[], None]:
    def act() -> None:
        found = measures.measured(life.id, text, at)
        found += _problems(teller, life, at, is_first=is_first, is_last=is_last)
        if is_last and life.story.get("meds"):
            found += _prescription(teller, life, at)
        _keep(teller, life, at, "demo.accept", found, life.notes[-1][1])

    return act


def _problems(
    teller: Teller, life: Life, at: datetime, *, is_first: bool, is_last: bool
) -> Iterator[Resource]:
    """Past ones at the first visit; each problem at the first visit of its year or after, or at the last."""
    by = teller.by.who()
    if is_first:
        for line in life.story.get("past", []):
            yield facts.problem(life.id, line, over=True, at=at, by=by)
    before = [visit for visit, _ in life.visits if visit < at]
    for line in life.story.get("problems", []):
        year = int(line.split()[1])
        is_new = not any(visit.year >= year for visit in before)
        if is_new and (at.year >= year or is_last):
            yield facts.problem(life.id, line, over=False, at=at, by=by)


def _prescription(teller: Teller, life: Life, at: datetime) -> list[Resource]:
    live = "dead" not in life.story
    group = f"{life.number}-{at:%Y%m%d}"
    return facts.prescription(life.id, life.story["meds"], group=group, at=at, by=teller.by.who(), live=live)


# what is measured and given


def _growth(teller: Teller, life: Life) -> Iterator[Event]:
    for day, words in measures.grown(life.story, life.birthday, teller.day()):
        at = teller.at(day, time(10, 5))
        yield at, 4, _grown(teller, life, at, words)


def _grown(teller: Teller, life: Life, at: datetime, words: str) -> Callable[[], None]:
    return lambda: _keep(teller, life, at, "demo.measure", measures.measured(life.id, words, at))


def _vaccinated(teller: Teller, life: Life, day: date, names: list[str], at: datetime) -> Callable[[], None]:
    def act() -> None:
        found = [facts.vaccination(life.id, day, name, by=teller.by.who()) for name in names]
        _keep(teller, life, at, "demo.vaccinate", found)

    return act


def _laboratory(teller: Teller, life: Life) -> Iterator[Event]:
    for ago, line in life.story.get("labs", []):
        day = _day(teller, life.story, ago) - timedelta(days=4 * ("m" in ago))
        day -= timedelta(days=max(day.weekday() - 5, 0))
        taken = teller.at(day, time(7, 50))
        yield teller.at(day, time(17, 30)), 5, _report(teller, life, taken, line)


def _report(teller: Teller, life: Life, taken: datetime, line: str) -> Callable[[], None]:
    def act() -> None:
        years = laboratory.age_on(life.birthday, taken.date())
        content = laboratory.report(_person(life), life.story, line, years=years, taken=taken)
        _import(teller, life, min(taken + timedelta(hours=9), teller.now), "resultats.xml", content)

    return act


def _person(life: Life) -> Person:
    if life.person is None:
        raise RuntimeError("told before the patient arrived")
    return life.person


def _departure(teller: Teller, life: Life) -> Iterator[Event]:
    if "dead" not in life.story:
        return
    at = teller.at(when.before(teller.day(), life.story["dead"]), time(19, 30))

    def act() -> None:
        with gate.write(by=teller.by, at=at, action="demo.identity", patient=life.id) as work:
            held = work.get("Patient", life.id)
            work.update({**held.resource(), "deceasedDateTime": dates.instant(at)}, if_version=held.version)

    yield at, 9, act


# what others send


def _letter(teller: Teller, lives: dict[str, Life], letter: Story) -> Iterator[Event]:
    life = lives[letter["patient"]]
    written = teller.at(_day(teller, life.story, letter["ago"]), time(14, 10))
    arrived = min(written + timedelta(days=2, hours=3), teller.now)

    def act() -> None:
        name, content = letters.written(letter, _person(life), written)
        _import(teller, life, arrived, name, content)
        if letter.get("taken"):
            received.take_up_all(by=teller.by, at=arrived, patient=life.id)

    yield max(arrived, life.visits[0][0] if life.visits else arrived), 6, act


def _import(teller: Teller, life: Life, at: datetime, name: str, content: bytes) -> None:
    """Found by its INS where the document has one; else as a secretary files it."""
    chosen = None if name.endswith(".xml") and _person(life).ins else life.id
    for report in documents.import_file(by=teller.by, at=at, name=name, content=content, patient=chosen):
        if report.status != "imported" or (report.patient or {}).get("id") != life.id:
            raise RuntimeError(f"{life.story['id']}: {name} was {report.status}: {report.reason}")


# today


def _today(teller: Teller, lives: dict[str, Life]) -> Iterator[Event]:
    """Last of all: tasks, notes begun, and a letter of nobody knows whom."""
    for life in lives.values():
        for line in life.story.get("tasks", []):
            yield teller.now, 7, _task(teller, life, line[0], line[1])
    for draft in stories.file("letters")["draft"]:
        yield teller.now, 8, _draft(teller, lives[draft["patient"]], draft["text"])
    yield teller.now, 8, _unclaimed(teller)
    for place, name in enumerate(OPENED_LAST):
        if name in lives:
            yield teller.now, 10 + place, _opened(teller, lives[name])


def _task(teller: Teller, life: Life, due: str, text: str) -> Callable[[], None]:
    late, span = due.startswith("-"), due.lstrip("+-")
    distance = teller.day() - when.before(teller.day(), span)
    day = teller.day() - distance if late else teller.day() + distance
    return lambda: _done(task.add(by=teller.by, at=teller.now, text=text, patient=life.id, due=day))


def _draft(teller: Teller, life: Life, text: str) -> Callable[[], None]:
    def act() -> None:
        draft = consultation.open(by=teller.by, at=teller.now, patient=life.id)
        words = dedent(text).lstrip("\n")
        consultation.save(by=teller.by, patient=life.id, draft=draft.id, revision=draft.revision, text=words)

    return act


def _opened(teller: Teller, life: Life) -> Callable[[], None]:
    return lambda: _done(gate.open_record(by=teller.by, at=teller.now, patient=life.id))


def _unclaimed(teller: Teller) -> Callable[[], None]:
    content = letters.unclaimed(teller.now)
    return lambda: _done(
        documents.import_file(by=teller.by, at=teller.now, name="numérisation 12.pdf", content=content)
    )


def _done(_: object) -> None:
    """The story needs no answer."""
