"""Where a text names drugs: the longest name that the given table knows, its typing errors forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from carnet.reading import numbers, tables, tokens
from carnet.reading.drugs import Drug, Drugs
from carnet.reading.structure import Note
from carnet.reading.terms import LONG, Corrector
from carnet.reading.terms import LONGEST as LONGEST_WORD
from carnet.reading.tokens import Word

LONGEST = 5  # words of a name


@dataclass(frozen=True, slots=True)
class Named:
    """A drug's name in a text. `weak`: an ordinary word, a drug only when a dosage follows."""

    start: int
    end: int
    drug: Drug
    sure: bool
    weak: bool
    ahead: float | None = None  # of a combination, the first strength, told before the second substance


def drugs_in(note: Note, drugs: Drugs, corrector: Corrector) -> Iterator[Named]:
    """Left to right, none inside another; of a drug told twice (« IPP : oméprazole », « cholécalciférol, Uvedose ») the
    second."""
    last: Named | None = None
    for named in _names_in(note, drugs, corrector):
        whole = _as_one(note, drugs, last, named) if last else None
        if whole:
            last = whole
            continue
        if last and _is_its_form(note, last, named):
            continue
        if last and not _is_told_again(note, last, named):
            yield last
        last = named
    if last:
        yield last


def _is_its_form(note: Note, first: Named, second: Named) -> bool:
    """« Nicorette gommes 2 mg »: no second drug."""
    told = note.flat[second.start : second.end] in _told_by_form()
    return (
        told
        and first.drug.substances == second.drug.substances
        and not note.flat[first.end : second.start].strip()
    )


_APPOSED = re.compile(r"(?: (?:en cours|actuelle?|habituelle?))? ?[:(,=]? ?|,? (?:par|avec|soit) ")


def _is_told_again(note: Note, first: Named, second: Named) -> bool:
    """A class before the drug, or a substance before its brand, with nothing but a sign between."""
    same = (
        first.drug.substances == second.drug.substances and not first.drug.brand and bool(second.drug.brand)
    )
    kind = not (first.drug.strengths or first.drug.atc or first.drug.brand)
    gap = note.flat[first.end : second.start]
    label = first.weak and ":" in gap and bool(second.drug.brand)  # « Fer : Timoferol »
    return bool(_APPOSED.fullmatch(gap)) and (same or label or (kind and "," not in gap))


def _as_one(note: Note, drugs: Drugs, first: Named, second: Named) -> Named | None:
    """« Mopral (oméprazole) 20 », and the other way round; « irbésartan 300/HCTZ 12,5 », where the two are made as one."""
    gap = note.flat[first.end : second.start]
    sure, weak = first.sure and second.sure, first.weak and second.weak
    branded = second if second.drug.brand else first
    if (
        gap.strip() == "("
        and first.drug.substances == second.drug.substances
        and note.flat.startswith(")", second.end)
    ):
        return Named(first.start, second.end + 1, branded.drug, sure, weak)
    told = _THEN_OTHER.fullmatch(gap)
    if not told or branded.drug.brand or first.ahead:
        return None
    both = drugs.find([*tokens.plain(first.drug.inn).split(), *tokens.plain(second.drug.inn).split()])
    ahead = numbers.value(told[1])
    return Named(first.start, second.end, both, sure, weak, ahead) if both and "/" in both.inn else None


_THEN_OTHER = re.compile(rf" ?({numbers.NUMBER}) ?(?:mg|g|ug)? ?/ ?")


def _names_in(note: Note, drugs: Drugs, corrector: Corrector) -> Iterator[Named]:
    at = 0
    while at < len(note.words):
        found = _at(note, drugs, at) or _by_form(note, drugs, at) or _nearly(note, drugs, corrector, at)
        if found:
            named, at = found
            yield named
        else:
            at += 1


def _at(note: Note, drugs: Drugs, at: int) -> tuple[Named, int] | None:
    first = note.words[at]
    if first.digits or (first.glued and len(first.form) < 4):
        return None
    reach, short = _reach(note.words, at), _short()
    forms = [word.form for word in note.words[at:reach]]
    glued = any(word.glued for word in note.words[at + 1 : reach])
    for last in range(reach, at, -1):
        if last < len(note.words) and note.words[last].glued and not note.words[last].digits:
            continue
        names = _written(note.words[at:last]) if glued else forms[: last - at]
        names = short.get(" ".join(names), names)
        drug = drugs.find(names)
        if drug and (said := " ".join(names)) not in _never():
            end = note.words[last - 1].end
            return Named(first.start, end, drug, True, said in _weak() or len(said) < 3), last
    return None


def _by_form(note: Note, drugs: Drugs, at: int) -> tuple[Named, int] | None:
    """« patch 21 mg/24h 1/j », « gommes 2 mg » of a smoker: a form and a strength that only one drug has."""
    word = note.words[at]
    for row in _told_by_form().get(word.form, ()):
        if re.compile(row["strength"]).match(note.flat, word.end):
            drug = drugs.find([row["drug"]]) if re.search(row["about"], note.flat) else None
            if drug:
                return Named(word.start, word.end, drug, True, False), at + 1
    return None


@cache
def _told_by_form() -> dict[str, list[dict[str, str]]]:
    rows = tables.toml("medications.toml")["by_form"].values()
    return {form: [one for one in rows if form in one["forms"]] for row in rows for form in row["forms"]}


def _nearly(note: Note, drugs: Drugs, corrector: Corrector, at: int) -> tuple[Named, int] | None:
    word = note.words[at]
    if not LONG <= len(word.form) <= LONGEST_WORD or word.digits or word.glued or word.form in _never():
        return None
    if corrector.knows(word.stem):  # « paracétamole »
        drug = drugs.find([word.stem]) if word.stem != word.form else None
    else:
        drug = drugs.find([word.form], forgiving=True)
    return (Named(word.start, word.end, drug, False, False), at + 1) if drug else None


def _reach(words: Sequence[Word], at: int) -> int:
    last = at + 1
    while last < len(words) and last < at + LONGEST and words[last].soft:
        last += 1
    return last


def _written(words: Sequence[Word]) -> list[str]:
    """Words as a folded name has them: « b » and a glued « 12 » are one."""
    found: list[str] = []
    for word in words:
        if word.glued and found:
            found[-1] += word.form
        else:
            found.append(word.form)
    return found


@cache
def _short() -> dict[str, list[str]]:
    return {short: long.split() for short, long in tables.toml("medications.toml")["short"].items()}


@cache
def _weak() -> frozenset[str]:
    return frozenset(tables.toml("medications.toml")["weak"]["words"])


@cache
def _never() -> frozenset[str]:
    return frozenset(tables.toml("medications.toml")["weak"]["never"])
