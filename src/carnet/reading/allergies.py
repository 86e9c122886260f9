"""Allergies and intolerances: the substance after the word, or that there is none. Reactions stay text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache

from carnet.fhir.folding import fold
from carnet.reading import tables
from carnet.reading.facts import ALLERGY, Fact
from carnet.reading.naming import Named
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

NO_KNOWN = "aucune connue"
_REACH = 160  # characters of one list
_MOST = 6  # substances in one list


def read(note: Note, named: Sequence[Named], allergens: Sequence[Match[Concept]]) -> Iterator[Fact]:
    """« Pas d'allergie » first; then each substance of each list."""
    known = {one.start: (one.end, note.text[one.start : one.end].lower()) for one in named}
    known |= {match.start: (match.end, match.value.label) for match in allergens}
    known |= {one.start: _in_full(note, one, *known[one.start]) for one in named}
    after = list(_told_after(note, known))
    none = [
        match.span()
        for match in _none().finditer(note.flat)
        if not _goes_on(note, match) and not any(one.start < match.start() < one.end for one in after)
    ]
    if none:
        start, end = none[0]
        yield Fact(ALLERGY, start, end, 0.95, {"substance": NO_KNOWN, "status": "negated"})
    last = -1
    for cue in _cue().finditer(note.flat):
        if _ALLERGIC.search(note.before(cue.start(), 16)) and not _TO.search(cue[0]):
            continue  # « rhinite allergique : Inorial »
        if cue.start() < last or any(start <= cue.start() < end for start, end in none):
            continue
        for fact in _substances(note, cue, known):
            last = fact.end
            yield fact
    yield from after


def _in_full(note: Note, named: Named, end: int, label: str) -> tuple[int, str]:
    """A brand, or a combination, as it was typed, with the class and all the substances that it stands for: « Augmentin
    (amoxicilline, acide clavulanique) ». Which of them it was, nobody said."""
    drug = named.drug
    if not drug.brand and "/" not in drug.inn:
        return end, label
    typed = note.text[named.start : named.end]
    meant = dict.fromkeys((label, *drug.inn.split("/")))
    unsaid = [name for name in meant if fold(name) not in fold(typed)]
    return max(end, named.end), f"{typed} ({', '.join(unsaid)})" if unsaid else typed


def _told_after(note: Note, known: dict[int, tuple[int, str]]) -> Iterator[Fact]:
    """« ATCD pénicilline : allergie »: the substance first."""
    for start, (end, name) in known.items():
        said = _afterwards().match(note.flat, end)
        if said and not _ALLERGIC.search(note.before(start, 16)):
            asked = said[0].endswith("?")
            denied = asked and _ANSWERED_NO.match(note.flat, said.end() - 1)
            status = "negated" if denied else "suspected" if asked else "affirmed"
            yield Fact(ALLERGY, start, said.end(), 0.85, {"substance": name, "status": status})


def _goes_on(note: Note, match: re.Match[str]) -> bool:
    """« Pas d'allergie à la pénicilline » is not « no allergy »."""
    return bool(_TO_SOMETHING.match(note.flat, match.end()) or _BUT.match(note.flat, match.end()))


_BUT = re.compile(
    r"[ ,(]+(?:sauf|sf|hormis|en dehors d|a part|excepte)(?![a-z])"
)  # « pas d'allergie sauf iode »
_TO = re.compile(r" (?:a|aux?)(?![a-z])")
_ALLERGIC = re.compile(
    r"(?:rhin\w*|conjonctivit\w*|asthme|toux|terrain|dermat\w*|eczema|origine|nature|cause) $"
)


_TO_SOMETHING = re.compile(r" +(?:a|aux?)(?![a-z])(?! (?:ce jour|sa connaissance|ma connaissance))")


def _substances(note: Note, cue: re.Match[str], known: dict[int, tuple[int, str]]) -> Iterator[Fact]:
    table = tables.toml("allergies.toml")
    weak = cue[0].startswith(tuple(table["weak"])) or cue[0] in table["weak_alone"]
    listed = note.sentence(cue.start()).section == "allergy" or cue[0].rstrip().endswith((":", "="))
    reaction = cue[0].startswith(tuple(table["reactions"]))
    at, start = cue.end(), cue.end() if reaction else cue.start()
    limit = min(note.sentence(cue.start()).end, cue.end() + _REACH)
    if listed and note.flat.startswith(";", limit):
        limit = note.sentence(limit + 2).end
    before = "" if _BUT.search(cue[0]) else note.before(cue.start(), 40)
    for _ in range(_MOST):
        found = known.get(at) or (None if weak else _words(note, at, limit, listed))
        if found is None:
            return
        end, name = found
        status = _status(note, before, end)
        if reaction and status == "negated":
            return
        doubted = reaction or re.search(tables.toml("allergies.toml")["doubt"], cue[0])
        told = "suspected" if doubted and status == "affirmed" else status
        sure = 0.9 if at in known else 0.75
        yield Fact(ALLERGY, start, end, sure, {"substance": name, "status": told})
        note_aside = re.compile(r" ?\([^()\n]{0,60}\)").match(note.flat, end)
        after = note_aside.end() if note_aside else end
        join = _join().match(note.flat, after, limit)
        if not join or (";" in join[0] and join.end() not in known):
            return
        if join[0].strip() == "," and not listed and join.end() not in known:
            return
        at = start = join.end()


def _words(note: Note, start: int, limit: int, listed: bool) -> tuple[int, str] | None:
    """One to three words that no table knows, up to what ends a substance."""
    ended = _end().search(note.flat, start, limit)
    stop = ended.start() if ended else limit
    join = _join().search(note.flat, start, stop)
    text = note.flat[start : join.start() if join else stop]
    words = text.split()
    if (
        not words
        or len(words) > 5
        or words[0] in _DENYING
        or not re.match(r"[a-z]{3}", text)
        or _empty().fullmatch(text.strip())
    ):
        return None
    end = start + len(text.rstrip())
    return end, note.text[start:end].lower()


_DENYING = ("pas", "sans", "aucun", "aucune", "ni")


def _status(note: Note, before: str, end: int) -> str:
    if _REFUTED.match(note.flat, end) or _ANSWERED_NO.match(note.flat, end):
        return "negated"
    if _UNPROVED.match(note.flat, end):
        return "suspected"
    doubt = tables.toml("allergies.toml")["doubt"]
    sentence = note.sentence(max(0, end - 1))
    near = note.flat[end : min(sentence.end, end + 16)]
    if (
        re.search(rf"{doubt}[a-z' ]{{0,12}}$", before)
        or re.match(rf" ?\(?{doubt}", near)
        or (sentence.asked and end >= sentence.end - 1)
    ):
        return "suspected"
    return "negated" if re.search(r"(?:pas|plus|sans|non|aucune) (?:d'|de )?$", before) else "affirmed"


_REFUTED = re.compile(
    r" ?:? ?(?:non|neg\w*)(?= ?(?:$|[.,;)\n]))| ?(?:\(|: ?|, ?)?(?:a ete |est )?(?:infirmee?|exclue?|ecartee?|levee?|eliminee?|desensibilisee?)(?![a-z])"
)

# « Allergie pénicilline ? non »; « ? non testée » leaves it open.
_ANSWERED_NO = re.compile(
    r" ?\)? ?\? ?:? ?non(?![a-z])(?! (?:conn|confirm|prouv|document|explor|test|verif|su(?![a-z])|precis))"
)

_UNPROVED = re.compile(
    r" ?(?:\(|: ?|, ?)?(?:non|pas|jamais) (?:confirmee?|prouvee?|documentee?|exploree?)(?![a-z])"
)


@cache
def _afterwards() -> re.Pattern[str]:
    return re.compile(tables.toml("allergies.toml")["afterwards"])


@cache
def _none() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z0-9])(?:{tables.any_of(tables.toml('allergies.toml')['none'])})(?![a-z])")


@cache
def _cue() -> re.Pattern[str]:
    table = tables.toml("allergies.toml")
    return re.compile(rf"(?<![a-z0-9])(?:{tables.any_of(table['cues'])})(?![a-z])(?:{table['link']})")


@cache
def _join() -> re.Pattern[str]:
    return re.compile(tables.toml("allergies.toml")["joins"])


@cache
def _end() -> re.Pattern[str]:
    return re.compile("|".join(tables.toml("allergies.toml")["ends"]))


@cache
def _empty() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("allergies.toml")["not_substances"])
    return re.compile(rf"(?:(?:{words}) ?){{1,3}}")
