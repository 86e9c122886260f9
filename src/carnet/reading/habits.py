"""Tobacco and alcohol: whether, how much, still or no more. Advice to stop is no fact."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from carnet.reading import numbers, tables
from carnet.reading.facts import ALCOHOL, TOBACCO, Fact
from carnet.reading.structure import Note

_NEAR = 80  # characters between a habit and its amount
_FAMILY = ("family", "advice")


def read(note: Note) -> Iterator[Fact]:
    """At most one fact of each."""
    yield from _tobacco(note)
    yield from _alcohol(note)


def _tobacco(note: Note) -> Iterator[Fact]:
    for status, pattern in _rows():
        for match in pattern.finditer(note.flat):
            fact = _smoked(note, status, match)
            if fact:
                yield fact
                return


def _smoked(note: Note, status: str, match: re.Match[str]) -> Fact | None:
    if note.sentence(match.start()).section in _FAMILY or _advised(note, match):
        return None
    sentence = note.sentence(match.start())
    tail = _tail().match(note.flat, match.end(), sentence.end)
    end = tail.end() if tail else match.end()
    start = match.start()
    amount = _amount().search(note.flat, start, min(sentence.end, end + _NEAR))
    if not amount:
        before = list(_amount().finditer(note.flat, max(sentence.start, start - 25), start))
        amount = before[-1] if before and status != "never" else None
    if amount:
        start, end = min(start, amount.start()), max(end, amount.end())
    elif (
        status == "current" and match[0].strip() in tables.toml("habits.toml")["tobacco"]["bare"] and not tail
    ):
        return None
    if status == "current" and re.search(
        r"(?<!refuse le )(?<!refuse )(?<!veut )(?<!souhaite )(?<!propose )(?<!aide au )(?<!conseil )sevr|(?<!souhaite )(?<!veut )(?<! a )(?:ar+ete?e?s?(?![a-z])|arret (?:en|depuis|il y a|[0-9]))|stop|ex-",
        _NO_ADVICE.sub("", note.flat[match.start() : end + _NEAR])[: end - match.start()],
    ):
        status = "former"
    packs = numbers.short(numbers.value(amount["n"])) if amount else None
    if packs is None and (smoked := _OVER_YEARS.search(note.flat, start, sentence.end)):
        packs = numbers.short(numbers.value(smoked["n"]) * int(smoked["years"]))
        end = max(end, smoked.end())
    end = start + len(note.flat[start:end].rstrip(" ,("))
    end += note.flat[start:end].count("(") > note.flat[start:end].count(")") and note.flat.startswith(
        ")", end
    )
    return Fact(TOBACCO, start, end, 0.92, {"status": status, "pack_years": packs})


_NO_ADVICE = re.compile(
    r" ?[=:,]? ?(?:(?:projet|envie|desir) d')?(?:arret|sevrage)(?:(?<=d'arret)|(?<=d'sevrage)| (?:conseill|propos|souhait|envisag|discut|prevu|a prevoir)).*"
)
_OVER_YEARS = re.compile(  # « 1 paquet/j depuis 25 ans »
    r"(?P<n>[0-9](?:[.,][0-9])?) ?(?:paq\w*|pqt|p)(?: ?/ ?| par )j(?:our)? ?(?:x|depuis|pdt|pendant|sur) ?(?P<years>[0-9]{1,2}) ans"
)


def _advised(note: Note, match: re.Match[str]) -> bool:
    """« Conseil arrêt tabac »; but « sevrage tabac : 20 cig/j » tells how much."""
    told = any(sign.isdigit() for sign in match[0]) or "cigarettes" in match[0]
    return not told and bool(_not_before("tobacco").search(note.before(match.start(), 40)))


def _alcohol(note: Note) -> Iterator[Fact]:
    told = [
        match
        for match in _drunk().finditer(note.flat)
        if note.sentence(match.start()).section not in _FAMILY
        and not _not_before("alcohol").search(note.before(match.start(), 30))
    ]
    how_much = [match for match in told if any(sign.isdigit() for sign in match[0])]
    for match in [*how_much, *told][:1]:
        end = match.start() + len(note.flat[match.start() : match.end()].rstrip(" ,:"))
        yield Fact(ALCOHOL, match.start(), end, 0.88, {"status": note.text[match.start() : end].lower()})


@cache
def _rows() -> list[tuple[str, re.Pattern[str]]]:
    rows = tables.toml("habits.toml")["tobacco"]["rows"]
    return [(row["status"], re.compile(rf"(?<![a-z0-9])(?:{row['form']})(?![a-z])")) for row in rows]


@cache
def _amount() -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9.,]){tables.toml('habits.toml')['tobacco']['amount']}")


@cache
def _tail() -> re.Pattern[str]:
    table = tables.toml("habits.toml")["tobacco"]
    return re.compile(table["tail"].replace("{amount}", table["amount"].replace("?P<n>", "?:")))


@cache
def _not_before(habit: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('habits.toml')[habit]['not_before'])}) ?$")


@cache
def _drunk() -> re.Pattern[str]:
    table = tables.toml("habits.toml")["alcohol"]
    cue = tables.any_of(table["cues"])
    negated = r"(?:pas|sans|(?<!tabac )(?<!tabac: )0|ni|peu|abstinen\w*|sevree?|sevrage|mesusage|abus|exces)"
    named = rf"{table['before']}(?:{cue})(?![a-z]){table['after']}"
    denied = rf"{negated} (?:d'|de l'|de |en )?(?:{cue})(?![a-z])"
    return re.compile(rf"(?<![a-z0-9])(?:{named}|{denied}|(?:{tables.any_of(table['bare'])})(?![a-z]))")
