"""The day on which something was measured, where the note says another than its own: « K 5,6 (12/11) », « bio du 12/11 : »,
« hier ». A value that is told to be an older one without its day is marked so, never dated by chance."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from functools import cache

from carnet.reading import calendar, numbers, tables
from carnet.reading.facts import LAB, VITAL, Fact
from carnet.reading.structure import Note

_PAIR = re.compile(r" ?\( ?(?:[7-9]|1[0-9]|2[0-8])/[3-9]")  # in brackets, it may be a pressure as well
_REACH = 40  # characters after a value in which its day is written
_BACK = 60  # characters before a value in which its day, or that it is an older one, is written
_SOON, _YEAR = 92, 366  # days: a day without its year before a value may be one to come
_AHEAD = 60  # days: a day without its year that comes so soon is not one of last year


# The heading above a line, the headings in it, and where it speaks of today.
Line = tuple[re.Match[str] | None, list[re.Match[str]], list[int]]


@cache
def _day() -> re.Pattern[str]:
    """A day, a month or a delay that is past."""
    table = tables.toml("measured.toml")
    months, units = calendar.MONTH, tables.any_of(calendar.units_written_out())
    return re.compile(
        rf"(?:(?P<p>le |du |au |en |date du |faite? (?:le |en )|dosee? (?:le |en ))?(?:"
        rf"(?=\d{{1,2}}/|\d{{1,2}}[.-]\d{{1,2}}[.-]\d\d)(?P<d>[0-3]?\d)[/.-](?P<m>[01]?\d)(?:[/.-](?P<y>(?:20)?\d\d))?(?![\d/%]|[.,]\d)"
        rf"|(?:(?P<wd>[0-3]?\d) )?(?P<w>{months})\.?(?: (?P<z>20\d\d))?(?![a-z\d])"
        rf"|(?P<my>[01]?\d)/(?P<ym>20\d\d)(?!\d)|(?P<only>20[0-4]\d)(?!\d))"
        rf"|il y a (?P<n>{numbers.NUMBER}|{numbers.WORD}) ?(?P<u>{units})(?![a-z])"
        rf"|(?P<k>{tables.any_of(table['days_ago'])})(?![a-z]))"
    )


@cache
def _forms() -> dict[str, re.Pattern[str]]:
    table = tables.toml("measured.toml")
    older, arrows = tables.any_of(table["older"]), tables.any_of(table["arrows"])
    return {
        "after": re.compile(rf"[ ,]{{0,2}}(?P<open>\()? ?{_day().pattern}"),
        "before": re.compile(rf"(?<![a-z\d/,.])(?:{_day().pattern}) ?:? ?$"),
        "head": re.compile(
            rf"(?<![a-z\d])(?:{tables.any_of(table['heads'])})(?: [a-z]{{1,12}})?(?: d'| )(?:{_day().pattern})(?![\d/])"
        ),
        "today": re.compile(rf"(?<![a-z])(?:{tables.any_of(table['today'])})(?![a-z])"),
        "older": re.compile(rf"(?<![a-z])(?:{older})(?![a-z])"),
        "older_after": re.compile(rf" ?\(?(?:{older})(?![a-z])"),
        "older_before": re.compile(
            rf"(?<![a-z])(?:{older}|{tables.any_of(table['against'])})[ a-z:=]{{0,4}}$"
        ),
        "then": re.compile(rf" ?(?:[a-z%°/]{{1,4}} ?)?(?:{arrows}) ?\d"),
    }


def dated(note: Note, facts: Iterable[Fact]) -> list[Fact]:
    """The facts; measures of another day with `on` (ISO, as precise as it is told) or, without a day, `older`."""
    found, today = list(facts), calendar.of_note(note.context.date)
    lines = _lines(note, [one.start for one in found if one.kind == LAB])
    told = [_said(note, one, today, lines) if one.kind in (VITAL, LAB) else {} for one in found]
    return [
        replace(one, values=one.values | said) if said else one for one, said in zip(found, told, strict=True)
    ]


def _said(note: Note, fact: Fact, today: date | None, lines: dict[int, Line]) -> dict[str, object]:
    forms, (start, end) = _forms(), _line(note, fact.start)
    before = max(start, fact.start - _BACK), fact.start
    after = note.flat[fact.end : min(end, fact.end + _REACH)]
    if (
        _is_followed(fact, after)
        or forms["older_after"].match(after)
        or forms["older_before"].search(note.flat, *before)
    ):
        return {"older": True}
    if forms["older"].search(note.flat[fact.start : fact.end]):
        return {"older": True}
    found = _beside(after) or forms["before"].search(note.flat, *before)
    head = _heading(lines[start], fact.start) if fact.kind == LAB else None
    if head and (found is None or (found.re is forms["before"] and start <= found.start() < head.end())):
        found = head  # « bio 03/08 : » is a past one, however long ago
    if found is None:
        return {}
    if fact.values["name"] == "bp" and _PAIR.fullmatch(found[0]):
        return {}  # « TA 16/9 (14/8) »: measured again, or its day
    on = _on(found, today)
    return {"on": on} if on else {"older": True} if today and _is_older(found, today) else {}


def _is_followed(fact: Fact, after: str) -> bool:
    """« LDL 1,6 → 1,1 », an older value before the one of now; a pressure of one posture then another, or one « puis »
    another, was taken twice in the same visit."""
    then = _forms()["then"].match(after)
    twice = fact.values["name"] == "bp" and then is not None and "puis" in then[0]
    return then is not None and not twice and not fact.values.get("position")


def _is_older(found: re.Match[str], today: date) -> bool:
    """Whether a day that cannot be told still says that the value is not of the visit."""
    part = found.groupdict()
    if _one(today.year, *_told(part)) == today:
        return False
    sure = (
        found.re is not _forms()["before"] or ":" in found[0]
    )  # « RDV 12/12 TA 14/8 » says nothing of the pressure
    return part["p"] == "le " or (sure and _to_come(part, today))


def _beside(after: str) -> re.Match[str] | None:
    """The day at once after a value, behind a bracket or a word: « 12/11 » alone may be a dose."""
    found = _forms()["after"].match(after)
    return found if found and (found["open"] or found["p"] or found["k"] or found["n"]) else None


def _lines(note: Note, values: Sequence[int]) -> dict[int, Line]:
    """Each line by its start, read once however many values it holds; none where nothing was found by a laboratory."""
    forms, lines, above, start = _forms(), dict[int, Line](), None, 0
    holding = {_line(note, one)[0] for one in values}
    for line in note.flat.split("\n") if values else ():
        end = start + len(line)
        heads = [*forms["head"].finditer(note.flat, start, end)]
        todays = [one.start() for one in forms["today"].finditer(note.flat, start, end)]
        lines[start] = above, heads, todays
        if start not in holding:
            beginning = next((head for head in heads if _begins(note, head)), None)
            above = beginning or (None if todays or _tells(note, start, end) else above)
        start = end + 1
    return lines


def _begins(note: Note, head: re.Match[str]) -> bool:
    """Whether a sentence begins with it."""
    return not note.flat[note.sentence(head.start()).start : head.start()].strip(" -*")


def _tells(note: Note, start: int, end: int) -> bool:
    """Whether a line is empty, or says something of the patient: no more values of the heading above."""
    line = note.flat[start:end]
    known = bisect_left(note.telling, start) < bisect_left(note.telling, end)
    return known or not line.strip() or any(sign.isdigit() for sign in line)


def _heading(line: Line, place: int) -> re.Match[str] | None:
    """« bio du 12/11 : », earlier in the line, or alone in a line above with only lines of values between."""
    above, heads, todays = line
    earlier = bisect_right(heads, place, key=lambda head: head.end())
    if not earlier:
        return above
    last = heads[earlier - 1]
    return None if bisect_left(todays, last.end()) < bisect_left(todays, place) else last


def _line(note: Note, place: int) -> tuple[int, int]:
    end = note.flat.find("\n", place)
    return note.flat.rfind("\n", 0, place) + 1, end if end >= 0 else len(note.flat)


def _on(found: re.Match[str], today: date | None) -> str:
    """The day as FHIR writes it (`2026-11-12`, `2026-01`, `2025`); empty when it cannot be told or is not past."""
    if today is None:
        return ""
    part = found.groupdict()
    if part["k"]:
        return _back(today, int(tables.toml("measured.toml")["days_ago"][part["k"]]))
    if part["n"]:
        days = numbers.value(part["n"]) * calendar.units_written_out()[part["u"]]
        return _back(today, round(days))
    if part["only"]:
        return part["only"] if int(part["only"]) < today.year else ""
    if part["my"]:
        return _past(f"{part['ym']}-{int(part['my']):02}", today)
    return _of_calendar(part, today, _YEAR if found.re is not _forms()["before"] else _SOON)


def _back(today: date, days: int) -> str:
    """So many days ago; what is told in months or years is no exact day."""
    then = (today - timedelta(days=days)).isoformat()
    return then[:4] if days >= 365 else then[:7] if days >= 28 else then


def _of_calendar(part: dict[str, str | None], today: date, most: int) -> str:
    (number, day), year = _told(part), part["y"] or part["z"]
    if not 1 <= number <= 12 or day > 31:
        return ""
    if _to_come(part, today) and not part.get("open"):
        return ""
    told = int(year) % 100 + 2000 if year else today.year
    if not year and (number, day or 1) > (today.month, today.day):
        told -= 1
    written = _past(f"{told}-{number:02}" + (f"-{day:02}" if day else ""), today)
    return "" if not year and written and (today - _first(written)).days > most else written


def _to_come(part: dict[str, str | None], today: date) -> bool:
    """Whether a day without its year is one of the next weeks: « TA 16/9 le 23/11 » on the 22nd."""
    coming = (_one(year, *_told(part)) for year in (today.year, today.year + 1))
    return not (part["y"] or part["z"]) and any(one and 0 < (one - today).days <= _AHEAD for one in coming)


def _told(part: dict[str, str | None]) -> tuple[int, int]:
    """The month and the day; 0 for what is not told."""
    return int(part["m"] or 0) or calendar.month(part["w"] or ""), int(part["d"] or part["wd"] or 0)


def _one(year: int, number: int, day: int) -> date | None:
    try:
        return date(year, number, day)
    except ValueError:
        return None


def _past(written: str, today: date) -> str:
    try:
        first = _first(written)
    except ValueError:
        return ""
    return written if first < today else ""


def _first(written: str) -> date:
    return date.fromisoformat(f"{written}-01-01"[:10] if len(written) < 10 else written)
