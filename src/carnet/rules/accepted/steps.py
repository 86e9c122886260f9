"""What comes next: orders, follow-up, vaccines. A dated next step is a task until an appointment is made of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta

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
    """A dose given today with its lot, one told to be up to date, or a task for one that is due."""
    if fact["status"] == "due":
        return _task(fact, scene, f"Vaccin à faire : {fact['vaccine']}")
    made = {
        "resourceType": "Immunization",
        "extension": place(fact, scene),
        "status": "completed",
        "vaccineCode": {"text": fact["vaccine"]},
        "patient": scene.subject,
        "encounter": scene.visit,
        "recorded": scene.when,
        "primarySource": fact["status"] == "done_today",
    }
    if fact["status"] == "up_to_date":
        return made | {"occurrenceString": f"à jour le {scene.day:%d/%m/%Y}"}
    lot = _LOT.search(scene.text, fact["start"], fact["end"] + _REACH)
    made |= {"occurrenceDateTime": scene.day.isoformat(), "performer": [{"actor": scene.author}]}
    return made | ({"lotNumber": lot[1]} if lot else {})


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
