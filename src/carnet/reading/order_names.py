"""The names of what can be asked for: tests, imaging, specialists, nurses, physiotherapists, papers, and terms of one type
that follow each other. Whether they are asked for is told in orders.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import capitals, tables
from carnet.reading.structure import Note
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

TYPES = ("sick_leave", "certificate", "physio", "nursing", "referral", "imaging", "lab")
_SHORT = 3  # letters
_JOIN = re.compile(r"[ ]?(?:[,+/&;-]|et|avec|puis|\+/-| )? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")


@dataclass(frozen=True, slots=True)
class Asked:
    """Terms of one type in the text."""

    type: str
    start: int
    end: int
    terms: int = 1
    weak: bool = False  # the name of a disease: a test only beside another test


def named(note: Note, labs: Sequence[Match[Concept]], examinations: Sequence[Match[Concept]]) -> list[Asked]:
    """Everything that could be asked for, none inside another, asked for or not."""
    found = [
        Asked(kind, match.start(), match.end() - match[0].endswith("."))
        for kind, pattern in _patterns()
        for match in pattern.finditer(note.flat)
    ]
    found += [Asked("lab", match.start, match.end) for match in labs if _long(note, match)]
    found += [
        Asked("lab", match.start(), match.end(), weak=True) for match in _diseases().finditer(note.flat)
    ]
    found += [
        Asked(kind, match.start, match.end)
        for match in examinations
        if (kind := match.value.kind) in TYPES and kind != "sick_leave" and _long(note, match)
    ]
    found = [
        one
        for one in found
        if one.type != "referral" or not _adjective().fullmatch(note.flat, one.start, one.end)
    ]
    found.sort(key=lambda one: (one.start, -one.end, TYPES.index(one.type)))
    kept: list[Asked] = []
    for one in found:
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def _long(note: Note, match: Match[Concept]) -> bool:
    """Short names count only in capitals; marked ones too."""
    written = note.text[match.start : match.end]
    if match.value.doubtful and (not written.isupper() or capitals.loud(note, match.start)):
        return False
    short = _SHORT - 1 if match.value.kind in ("lab", "") else _SHORT
    if written.lower() in tables.toml("orders.toml")["never"]["names"]:
        return False
    return len(written) > short or (written.isupper() and len(written) > 1)


def joined(note: Note, found: Sequence[Asked]) -> list[Asked]:
    """Terms of one type that follow each other are one request."""
    together: list[Asked] = []
    for one in found:
        last = together[-1] if together else None
        if (
            last
            and last.type == one.type
            and _same_request()[last.type].fullmatch(note.flat, last.end, one.start)
        ):
            together[-1] = replace(last, end=one.end)
            continue
        if last and one.type == last.type == "lab" and _PANEL.match(note.flat, last.start, one.start):
            together[-1] = replace(last, end=one.end, terms=last.terms + 1, weak=False)
            continue
        if last and last.type == one.type and one.type not in ("certificate", "sick_leave", "referral"):
            between = note.flat[last.end : one.start]
            limit = 3 if one.type != "lab" else 9
            if len(between) <= limit and (_JOIN.fullmatch(between) or between.strip() in (":", "(", "")):
                together[-1] = replace(last, end=one.end, terms=last.terms + 1, weak=False)
                continue
        together.append(one)
    return [one for one in together if not (one.weak and one.terms < 2)]


def sent(note: Note, found: Sequence[Asked]) -> list[tuple[int, int]]:
    """Where a colleague is named behind « courrier », « avis »: « courrier pour gastro » is no illness."""
    return [
        (one.start, one.end)
        for one in found
        if one.type == "referral" and _SENDING.match(note.flat, one.start)
    ]


_SENDING = re.compile(r"(?:courrier|lettre|avis|cs|consult|rdv|rv|adress|orient|demande|tele)")
# « Bilan de début de grossesse : groupe, RAI », « BS demandé : NFS »: the name of a list, and its first test.
_PANEL = re.compile(
    r"(?:bilan|bio|biologie|bs|pds|ps|prise de sang|labo|analyses|depistage)(?![a-z])[^.;,\n:(0-9]{0,40}(?:(?:dans|ds|a|d'ici|sous) [0-9]{1,2} ?(?:mois|sem\w*|j|jours|m))? ?[:(] ?$"
)
_NEVER = re.compile("(?!)")


@cache
def _same_request() -> dict[str, re.Pattern[str]]:
    """« Polygraphie pneumo », « dispense de sport : certificat », « IDE 2/j : pansement » ask once."""
    words = tables.toml("orders.toml")["completing_words"]
    when = "|".join(words[name] for name in ("often", "lasting", "home", "count"))
    care = rf"(?: ?:? ?[a-z' ]{{2,30}})?[ ,:(-]{{0,3}}(?:(?:{when})[ ,:+(-]{{0,3}}){{1,3}}(?:(?:et|pour|par|avec) )?(?:l'|une? |la |le |les )?"
    return dict.fromkeys(TYPES, _NEVER) | {
        "referral": re.compile(r" ?[:/-]? ?| (?:du|de la|de l'|au) "),
        "lab": re.compile(
            r" (?:en urgence|a jeun|demain|annuel\w*|ce jour|complete?|avec|comprenant|complementaire|de contr\w*|urgente?|par ide|a domicile) ?[:(]? ?"
        ),
        "nursing": re.compile(
            rf" (?:par |pour )?(?:l'|une? )?| ?: ?|[^.,;\n+→]{{0,30}} (?:et|par) (?:l'|une? )?|{care}"
        ),
        "certificate": re.compile(
            r"(?: [a-z]{3,12})? ?[:=(] ?| (?:d'|de |du |pour )(?:l'|la |le )?| (?=cmi|tableau)"
        ),
    }


@cache
def _patterns() -> list[tuple[str, re.Pattern[str]]]:
    table = tables.toml("orders.toml")
    referral = table["referral"]
    said = {"{of}": referral["of"], "{doctor}": referral["doctor"], "{who}": tables.any_of(referral["who"])}
    said |= {"{place}": table["imaging"]["place"]}
    found = []
    for kind in TYPES:
        terms = tables.any_of(table[kind]["terms"])
        for name, words in said.items():
            terms = terms.replace(name, words)
        found.append((kind, re.compile(rf"(?<![a-z0-9])(?:{terms})(?![a-z0-9])")))
    return found


@cache
def _adjective() -> re.Pattern[str]:
    """« Examen clinique », « douleur neurologique » ask for nobody."""
    table = tables.toml("orders.toml")["adjectives"]
    return re.compile(rf"(?:{tables.any_of(table['forms'])}){table['tail']}")


@cache
def _diseases() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z0-9])(?:{tables.any_of(tables.toml('labs.toml')['serologies'].values())})(?![a-z0-9])"
    )
