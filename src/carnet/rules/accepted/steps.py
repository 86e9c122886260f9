"""What comes next: orders, follow-up, vaccines. A dated next step is a task until an appointment is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from carnet.fhir import codes
from carnet.fhir.folding import fold
from carnet.rules.accepted import letters
from carnet.rules.accepted.scene import Fact, Resource, Scene, concept, place
from carnet.rules.note import CLAUSE

_KINDS = {
    "lab": "Biologie", "imaging": "Imagerie", "referral": "Avis", "nursing": "Soins infirmiers", "physio": "Kinésithérapie",
    "vaccine": "Vaccin", "sick_leave": "Arrêt de travail", "certificate": "Certificat",
}  # fmt: skip
_ORDER_KIND = "urn:carnet:order"
_LOT = re.compile(r"\blot\s*(?:n[°o]\s*)?:?\s*([A-Za-z0-9][\w/-]{2,19})", re.IGNORECASE)
_LENGTH = re.compile(r"\b(\d{1,3}) ?(j|jrs?|jours?|s|sem|semaines?|mois)\b")
_LAST = re.compile(r"\bjusqu(?: ?au?)? ?(?:\w+ )?(\d{1,2})/(\d{1,2})(?:/(\d{2,4}))?\b")
_DAYS = {"j": 1, "s": 7, "m": 30}
_FARTHEST = 183  # days, to a last day that is written without its year
_REACH = 60  # characters after a vaccine in which its lot is written
_PART = re.compile(r"[\n;]|\.(?!\w)")  # where something else begins
_BEHIND = re.compile(r"[\s.,;:(-]*")
_GIVEN_ON = re.compile(r"\b(?:(?:(\d{1,2})/)?(\d{1,2})/)?((?:19|20)\d{2})\b")


def order(fact: Fact, scene: Scene) -> Resource:
    """A ServiceRequest: what is asked, of which kind; of a letter also why, where its line says so."""
    asked, behind = scene.text[fact["start"] : fact["end"]], scene.text[fact["end"] :]
    why = letters.reason(asked + CLAUSE.split(behind, maxsplit=1)[0])
    return {
        "resourceType": "ServiceRequest",
        "extension": place(fact, scene),
        "status": "active",
        "intent": "order",
        "category": [concept(_KINDS[fact["type"]], _ORDER_KIND, fact["type"])],
        "code": {"text": str(fact.get("what") or scene.text[fact["start"] : fact["end"]])},
        **({"reasonCode": [{"text": why}]} if why and fact["type"] == "referral" else {}),
        "subject": scene.subject,
        "encounter": scene.visit,
        "authoredOn": scene.when,
        "requester": scene.author,
    }


def still_asks(request: Resource, facts: Iterable[Fact], accepted: Iterable[Fact]) -> bool:
    """Whether a corrected note still asks for this: its words are read in a request of that kind (« pas d'écho », « écho
    faite en ville » are none), and none that was accepted since says them with others (« bio NFS » that became « bio
    NFS CRP »)."""
    asked = fold(str(request.get("code", {}).get("text", "")))
    kind = request["category"][0]["coding"][0]["code"]
    told, others = _asked(facts, kind), _asked(accepted, kind)
    return any(asked in one for one in told) and not any(asked != one and asked in one for one in others)


def _asked(facts: Iterable[Fact], kind: str) -> list[str]:
    return [
        fold(str(one.get("what") or one["quote"]))
        for one in facts
        if one["kind"] == "order" and one["type"] == kind
    ]


def leave_days(words: str, day: date) -> int:
    """How long « AT 3j » or « arrêt jusqu'au 25/11 » lasts from the day of the visit, its last day included; 0 when it is
    not said. A day without its year is the next one, within half a year: one that is past is no day of next year."""
    told = fold(words)
    length, last = _LENGTH.search(told), _LAST.search(told)
    if last:
        return _days_until(day, int(last[1]), int(last[2]), int(last[3] or 0))
    return int(length[1]) * _DAYS[length[2][0]] if length else 0


def _days_until(day: date, day_of_month: int, month: int, year: int) -> int:
    try:
        until = date((year if year > 99 else 2000 + year) if year else day.year, month, day_of_month)
        until = until.replace(year=until.year + 1) if not year and until < day else until
    except ValueError:
        return 0
    days = (until - day).days + 1
    return max(0, days) if year or days <= _FARTHEST else 0


def follow_up(fact: Fact, scene: Scene) -> Resource:
    """A Task due that day."""
    what = str(fact.get("what") or scene.text[fact["start"] : fact["end"]])
    return _task(fact, scene, what[:1].upper() + what[1:], days=int(fact["in_days"]))


def immunization(fact: Fact, scene: Scene) -> Resource:
    """A dose given today with its lot, one given before with its day or year, one told to be up to date, or a task for
    one that is due."""
    if fact["status"] == "due":
        return _task(fact, scene, f"Vaccin à faire : {fact['vaccine']}")
    made = {
        "resourceType": "Immunization",
        "extension": place(fact, scene),
        "status": "completed",
        "vaccineCode": concept(str(fact["vaccine"]), codes.ATC, fact.get("atc")),
        "patient": scene.subject,
        "encounter": scene.visit,
        "recorded": scene.when,
        "primarySource": fact["status"] == "done_today",
    }
    if fact["status"] == "up_to_date" and fact.get("on"):
        return made | {"occurrenceDateTime": fact["on"]}
    if fact["status"] == "up_to_date":
        return made | {"occurrenceString": f"à jour le {scene.day:%d/%m/%Y}"}
    made |= {"occurrenceDateTime": scene.day.isoformat(), "performer": [{"actor": scene.author}]}
    return made | ({"lotNumber": fact["lot"]} if fact.get("lot") else {})


def vaccinated(facts: Sequence[Fact], text: str, today: str) -> list[Fact]:
    """The facts, vaccines with what their words say: the lot of a dose of today, the day or the year (`on`, as FHIR
    writes it) of one before. A lot is of the vaccine that it follows, not of those before it."""
    starts = sorted(one["start"] for one in facts if one["kind"] == "immunization")
    return [_vaccinated(one, starts, text, today) if one["kind"] == "immunization" else one for one in facts]


def _vaccinated(fact: Fact, starts: Sequence[int], text: str, today: str) -> Fact:
    following = next((start for start in starts if start > fact["start"]), len(text))
    if fact["status"] == "done_today" and (lot := _lot(fact, text, following)):
        return {**fact, "lot": lot}
    on = _given_on(text[fact["start"] : fact["end"]], today) if fact["status"] == "up_to_date" else ""
    return {**fact, "on": on} if on else fact


def _lot(fact: Fact, text: str, following: int) -> str:
    """In its own part of the text, or right behind it, before the next vaccine."""
    behind = _BEHIND.match(text, fact["end"])
    at_once = _LOT.match(text, behind.end() if behind else fact["end"], following)
    part = _PART.search(text, fact["end"])
    last = min(following, fact["end"] + _REACH, part.start() if part else len(text))
    found = at_once or _LOT.search(text, fact["start"], last)
    return found[1] if found else ""


def _given_on(words: str, today: str) -> str:
    """The last day, month or year that the words name and that has come; empty when there is none."""
    named = [_partial(*one.groups()) for one in _GIVEN_ON.finditer(_LOT.sub("", words))]
    return max((one for one in named if not today or one <= today), default="")


def _partial(day: str | None, month: str | None, year: str) -> str:
    written = "-".join([year, *(part.zfill(2) for part in (month, day) if part)])
    try:
        date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return year
    return written


def _task(fact: Fact, scene: Scene, words: str, *, days: int | None = None) -> Resource:
    made: Resource = {
        "resourceType": "Task",
        "extension": place(fact, scene),
        "status": "requested",
        "intent": "plan",
        "description": words,
        "for": scene.subject,
        "encounter": scene.visit,
        "authoredOn": scene.when,
        "lastModified": scene.when,
        "requester": scene.author,
        "owner": scene.author,
    }
    if days is not None:
        made["restriction"] = {"period": {"end": (scene.day + timedelta(days=days)).isoformat()}}
    return made
