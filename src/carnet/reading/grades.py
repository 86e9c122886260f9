"""The grade written with a condition: how severe, which stage. What it makes of the name and of the code stands in
grades.tsv; whether the condition is there is not decided here."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import tables, tokens
from carnet.reading.tables import Row

_HOW_MUCH = r"(?:legere?s?|moderee?s?|moyen(?:ne)?s?|severe?s?|grave?s?|profonde?s?)"
# Words of a grade, as they follow the name of a condition.
WORDS = (
    rf"(?:tres |plutot |d'intensite |de severite |episode (?:actuel )?)?{_HOW_MUCH}(?: a {_HOW_MUCH})?"
    r"|intermittente?|persistante?|permanente?|paroxystique"
    r"|(?:stade|st|grade|classe) ?(?:[ivx]{1,4}|[0-9])[abc]?(?: nyha)?"
    r"|gold ?(?:[ivx]{1,3}|[0-4])(?: ?[abe])?|nyha ?(?:[ivx]{1,3}|[1-4])|(?:[1-4]|[ivx]{1,3}) nyha"
    r"|(?:du )?(?:1er|2eme|2nd|2d|2e|3eme|3e|premier|deuxieme|second|troisieme) degre(?: (?:superficiel|profond))?"
    r"|(?:avec|sans) (?:caracteristiques|symptomes|elements) psychotiques"
)
KIDNEY = r"g ?[1-5][ab]?|a[123]"  # « MRC G3b A2 »; elsewhere « G1 » is a first pregnancy
_WORDS = re.compile(rf"(?<![a-z0-9'])(?:{WORDS})(?![a-z0-9'])")
_NUMBERED = re.compile(r"\b(?:nyha|gold|[ivx]{1,4})\b")
_SPELLED = (
    ("severe", "sévère"),
    ("severit", "sévérit"),
    ("modere", "modéré"),
    ("legere", "légère"),
    ("leger", "léger"),
    ("intensite", "intensité"),
    ("episode", "épisode"),
    ("degre", "degré"),
    ("deuxieme", "deuxième"),
    ("troisieme", "troisième"),
    ("caracteristiques", "caractéristiques"),
    ("symptomes", "symptômes"),
    ("elements", "éléments"),
)


def told(label: str, code: str | None, flat: str) -> tuple[str, str | None]:
    """The name and the code of a condition with its grade. `flat`: its term with the qualifiers, made plain."""
    for row, form in _rows().get((code or "")[:3], ()):
        found = form.search(flat) if (code or "").startswith(row["codes"]) else None
        if found and row["label"]:
            return row["label"].format(*found.groups()), row["then"]
        if found:
            code = row["then"]
            break
    known = tokens.plain(label)
    kept = [match[0] for match in _WORDS.finditer(flat) if match[0] not in known]
    return ", ".join([label, *([_spelled(" ".join(kept))] if kept else [])]), code


def _spelled(words: str) -> str:
    """With the accents that a hurried hand left out; the marks of a stage in capitals."""
    for plain, whole in _SPELLED:
        words = words.replace(plain, whole)
    return _NUMBERED.sub(lambda match: match[0].upper(), words)


@cache
def _rows() -> dict[str, list[tuple[Row, re.Pattern[str]]]]:
    """The rows of grades.tsv by category of the CIM-10, in their order."""
    found: dict[str, list[tuple[Row, re.Pattern[str]]]] = {}
    for row in tables.tsv("grades.tsv"):
        form = re.compile(rf"(?<![a-z])(?:{row['form']})")
        found.setdefault(row["codes"][:3], []).append((row, form))
    return found
