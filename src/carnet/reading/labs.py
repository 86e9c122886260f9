"""Laboratory results: a test of the thesaurus and the value that follows it. A test without a value is no result."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

from carnet.reading import capitals, numbers, tables, vitals
from carnet.reading.facts import LAB, Fact
from carnet.reading.structure import Note
from carnet.reading.tables import Row
from carnet.reading.terms import Match
from carnet.reading.vocabulary import Concept

_CELLS = "10*9/L"
_BIG = 2000  # counts above are per mm³
_MMOL = 4
_MARGIN = 1.25  # the limits of the table are those of adults
_SHORT = 2  # letters; such a name counts only in capitals


def read(note: Note, found: Sequence[Match[Concept]], taken: Sequence[Fact]) -> Iterator[Fact]:
    """Each result once; the same value of two days is two results."""
    seen: set[tuple[str, Any, str]] = set()
    first = [*dipsticks(note), *_serologies(note), *_abnormal(note), *_tolerance(note)]
    for fact in [*first, *_results(note, found, [*taken, *first])]:
        day = _DAY.match(note.flat, fact.end)
        key = (fact.values["name"], fact.values["value"], day[0] if day else "")
        if key not in seen:
            seen.add(key)
            yield fact


def _results(note: Note, found: Sequence[Match[Concept]], taken: Sequence[Fact]) -> Iterator[Fact]:
    place = 0
    while place < len(found):
        pair = _pair(note, found, place)
        facts = pair or [_result(note, found[place])]
        for fact in facts:
            if fact and not any(one.overlaps(fact.start, fact.end) for one in taken):
                yield fact
                yield from _again(note, found[place], fact)
        place += 2 if pair else 1


def _again(note: Note, match: Match[Concept], first: Fact) -> Iterator[Fact]:
    """« HbA1c 8,2 → 7,8 → 7,2 », « LDL 1,6 en 2023, 1,1 ce jour », « PSA 6,8 (4,1 en 2023) »: the same test once more."""
    last: Fact | None = first if isinstance(first.values["value"], float | int) else None
    for _ in range(_MOST):
        if last is None:
            return
        found = _next_value(note, match, last)
        if found and found.values["unit"] == first.values["unit"]:
            yield found
        last = found if found and _ARROW.match(note.flat, found.end) else None


def _next_value(note: Note, match: Match[Concept], last: Fact) -> Fact | None:
    for pattern, sure in zip(_others(), (last.confidence, _OF_ANOTHER_DAY), strict=True):
        if other := pattern.match(note.flat, last.end, last.end + _NEAR):
            group = "n2" if other.groupdict().get("n2") else "n"
            unit = other[group.replace("n", "u")]
            fact = _counted(match, other.start(group), other.end(group), other[group], unit)
            return replace(fact, confidence=sure) if fact else None
    return None


_MOST = 6  # values of one test told in a row
_DAY = re.compile(
    r" ?\(?(?:le |du |en |au )?(?:[0-9]{1,2}/)?(?:[0-9]{1,2}/(?:19|20)?[0-9]{2}|(?:19|20)[0-9]{2})(?![0-9])"
)
_ARROW = re.compile(r" ?(?:-+>|=+>|→) ?[0-9]")  # « 8,2 → 7,4 → 6,9 »
_NEAR = 60  # characters between two values of one test
_OF_ANOTHER_DAY = 0.5  # shown, never taken with the others


@cache
def _others() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The value of today after an old one; an old one after that of today."""
    day = (
        r"(?:(?:en|le|du|au) )?(?:(?:[0-9]{1,2}/){0,2}(?:19|20)[0-9]{2}|[0-9]{1,2}/[0-9]{1,2}(?:/[0-9]{2})?)"
    )
    month = r"(?:en )?(?:janv|fevr?|mars|avr|mai|juin|juil|aout|sept?|oct|nov|dec)[a-z]*\.?(?: (?:19|20)?[0-9]{2})?"
    past = rf"(?:{day}|{month}|il y a (?:[0-9]{{1,2}}|une?|deux|trois|six) (?:mois|ans?|sem\w*)|l'an (?:dernier|passe)|hier|avant)(?![a-z0-9])"
    number = rf"(?P<n>{numbers.NUMBER})(?: ?(?P<u>{_units()})(?![a-z]))?(?![a-z0-9/]|[.,][0-9])"
    now = r"(?:auj\w*|ce jour|actuellement|maintenant|ce matin)"
    dated = rf"(?: ?\(?{past}\)?)?"
    newer = rf"{dated} ?(?:(?:-+>|=+>|→|puis) ?(?:{now} )?{number}|,? ?(?:et |puis )?{number.replace('<n>', '<n2>').replace('<u>', '<u2>')}(?= ?\(?{now}))"
    return re.compile(newer), re.compile(
        rf",? ?(?:\(|contre |vs )(?:etait )?(?:a )?{number} ?,? ?(?:g/l )?\(?{past}"
    )


def _result(note: Note, match: Match[Concept]) -> Fact | None:
    if _IMAGED.match(note.flat, match.start):
        return None
    if not _named(note, match) or not vitals.measured(note, match.start):
        return None
    start, limit = match.end, min(note.sentence(match.start).end, match.end + 70)
    if printed := _LEADER.match(note.flat, match.end):
        start, limit = printed.end(), note.flat.find("\n", printed.end()) % (len(note.flat) + 1)
    value = _value().match(note.flat, start, limit)
    if not value:
        return None
    if value["n"] is None:
        return _worded(note, match, value)
    if not (match.value.row.get("ucum") or match.value.row.get("high")):
        return None  # what is told in a word has no number: « HPV 0 » is no dose
    return _counted(
        match, match.start, value.end("u") if value["u"] else value.end("n"), value["n"], value["u"]
    )


# A line of a printed result: « Hémoglobine .......... 11,2 g/dL (13,0 - 17,0) ».
_LEADER = re.compile(
    r"(?: ?\([a-z0-9 .-]{2,25}\))?(?: {2,80}| ?[.·_:]{2,80} ?| ?\| ?)(?=[<>]? ?[0-9]|neg|pos|abs)"
)
# « ACR2 » is a mammography, « écho T3 » of a pregnancy.
_IMAGED = re.compile(
    r"acr ?[0-6](?:[abc]|(?![0-9]|[.,][0-9]))|t[123](?: (?:a|entre|vers) [0-9]{1,2}(?: et [0-9]{1,2})? ?sa)"
)
_DECIMAL = re.compile(r" ?[0-9]{0,3}[.,][0-9]")


def _named(note: Note, match: Match[Concept]) -> bool:
    written = note.text[match.start : match.end]
    if written == "vs" and _DECIMAL.match(note.flat, match.end):
        return False  # « 68,4 kg vs 64,5 »
    if written == "cst" and note.flat.startswith(",", match.end):
        return False  # constipation
    if len(written) > _SHORT or not written.islower():
        return True
    if capitals.quiet(note, match.start) and written not in _OTHER_WORDS:
        return True
    return bool(_DECIMAL.match(note.flat, match.end))  # « tg .88 »


_OTHER_WORDS = ("au", "mg", "ca", "ac")
_EARS = ("TG", "TD")  # « TG RAS » is a tympanum


def _worded(note: Note, match: Match[Concept], value: re.Match[str]) -> Fact | None:
    name = str(value.lastgroup)
    written = list(tables.toml("labs.toml")["words"])[int(name[1:])]
    if written == "normal" and not match.value.row.get("ucum") and match.value.label.startswith("bilan"):
        return None  # « BH ok » says nothing of one test
    if written == "normal" and note.text[match.start : match.end] in _EARS:
        return None
    if written == "+" and len(note.text[match.start : match.end]) <= _SHORT:
        return None  # « K+ »
    if (
        written == "négatif"
        and value[name] == "-"
        and note.flat[value.end() : value.end() + 2].strip().isdigit()
    ):
        return None
    other = tables.toml("labs.toml")["worded"].get(match.value.label)
    name, code = (other, None) if other else (match.value.label, match.value.code)
    values = {"name": name, "loinc": code, "value": written, "unit": None}
    sure = 0.7 if written == "normal" else 0.93
    return Fact(LAB, match.start, value.end(), sure, values)


def _counted(match: Match[Concept], start: int, end: int, written: str, unit: str | None) -> Fact | None:
    concept = match.value
    number = numbers.value(written.replace("g", "."))  # « 1g32 »
    usual = concept.row.get("ucum", "") or None
    ucum = _ucum(unit, usual)
    if usual == _CELLS and number >= _BIG:
        number, ucum = number / 1000, usual
    elif not unit:
        ucum = _likely(concept.row, number)
        if ucum is None:
            return None
    if usual == _CELLS and ucum == "/mm3":
        number, ucum = number / 1000, usual
    if unit and ucum is None:
        return None
    values = {"name": concept.label, "loinc": concept.code, "value": numbers.short(number), "unit": ucum}
    return Fact(LAB, start, end, 0.95 * (0.85 if match.corrected else 1), values)


def _likely(row: Row, number: float) -> str | None:
    """The unit in which an unwritten one is plausible, the usual one first; None when the number is no such result."""
    spans = [
        f"{row.get('ucum') or '1'} {row.get('low') or 0} {row.get('high') or 0}",
        *(row.get("also") or "").split(";"),
    ]
    if row["id"].startswith("gly") and number >= _MMOL:
        return "mmol/L"  # in g/L nobody would be there to be seen
    for span in spans:
        unit, low, high = [*span.split(), "", "0", "0"][:3]
        if float(low) <= number <= float(high):
            return unit
    for span in spans:
        unit, low, high = [*span.split(), "", "0", "0"][:3]
        if float(low) / _MARGIN <= number <= float(high) * _MARGIN:
            return unit
    return None


def _ucum(written: str | None, usual: str | None) -> str | None:
    if not written:
        return usual
    if written == "%" and usual != "%":
        return None
    known = tables.toml("labs.toml")["units"].get(written.replace(" ", "").replace("par", "/"))
    if usual == _CELLS and known in ("g/L", _CELLS):
        return usual
    if known == "U/L" and usual and ("IU" in usual or "U" in usual):
        return usual
    return known or usual


def _tolerance(note: Note) -> Iterator[Fact]:
    """« HGPO 0,95/1,75/1,55 », « HGPO : à jeun 0,88, 1 h 1,62, 2 h 1,41 »: fasting, at one and at two hours."""
    for match in _HGPO.finditer(note.flat):
        for group, label in enumerate(("glycémie à jeun", "HGPO 1 h", "HGPO 2 h"), 1):
            if match[group]:
                start = match.start() if group == 1 else match.start(group)
                values = {"name": label, "loinc": None, "value": numbers.short(numbers.value(match[group]))}
                yield Fact(LAB, start, match.end(group), 0.93, values | {"unit": "g/L"})


_SUGAR = r"([0-3][.,][0-9]{1,2})(?: ?g/l)?(?![0-9])"
_HGPO = re.compile(
    rf"(?<![a-z])(?:(?:hgpo|hyperglycemie provoquee)(?: ?75 ?g?(?![0-9]))?[ :(=]{{0,4}}(?:a jeun|t0)?|t0)[ :=]{{0,3}}{_SUGAR}"
    rf"(?:(?: ?[-/,;] ?| (?=[th1a]))(?:(?:a )?1 ?h|t60|h1)?[ :=]{{0,3}}{_SUGAR})?(?:(?: ?[-/,;] ?| (?=[th2a]))(?:(?:a )?2 ?h|t120|h2)?[ :=]{{0,3}}{_SUGAR})?"
)


def _abnormal(note: Note) -> Iterator[Fact]:
    """« Hypercalcémie à 2,78 mmol/L »: the name of the disorder is that of its test."""
    for label, forms in tables.toml("labs.toml")["disorders"].items():
        row = next(row for row in tables.tsv("labs.tsv") if row["label"] == label)
        concept = Concept(row["id"], "", label, (row["loinc"],), row)
        for word in re.compile(rf"(?<![a-z])(?:{forms})(?![a-z])[a-z ]{{0,18}} a ").finditer(note.flat):
            value = _value().match(note.flat, word.end())
            if value and value["n"] and vitals.measured(note, word.start()):
                end = value.end("u") if value["u"] else value.end("n")
                match = Match(0, 0, word.start(), word.end(), concept)
                if fact := _counted(match, value.start("n"), end, value["n"], value["u"]):
                    yield fact


def _pair(note: Note, found: Sequence[Match[Concept]], place: int) -> list[Fact | None] | None:
    """« ASAT/ALAT 45/60 »: two tests, two values."""
    if place + 1 >= len(found):
        return None
    one, other = found[place], found[place + 1]
    if not re.fullmatch(r" ?(?:/|et) ?", note.flat[one.end : other.start]):
        return None
    both = re.compile(
        rf"[ :=a]{{0,4}}(?P<n>{numbers.NUMBER}) ?(?:/|et) ?(?P<m>{numbers.NUMBER})(?![0-9/])(?: ?(?P<u>{_units()})(?![a-z]))?"
    )
    value = both.match(note.flat, other.end)
    if not value:
        return None
    return [
        _counted(one, one.start, value.end("n"), value["n"], value["u"]),
        _counted(other, other.start, value.end(), value["m"], value["u"]),
    ]


@cache
def _value() -> re.Pattern[str]:
    table = tables.toml("labs.toml")
    between = rf"(?:[ ,]{{0,2}}(?:{tables.any_of(table['between'])})(?![a-z])){{0,4}} ?"
    words = "|".join(
        f"(?P<w{place}>{tables.any_of(forms)})(?![a-z])"
        for place, forms in enumerate(table["words"].values())
    )
    guard = rf"(?! ?(?:{tables.any_of(table['not_values'])})(?![a-z]))(?: ?/ ?(?:10|15|20|24|30|100)(?![0-9/]))?(?!/[0-9]|[0-9]|\+|n(?![a-z])| ?x ?n(?![a-z])|[.,][0-9]|(?<=[0-9])[a-z]{{2}})"
    number = rf"\(?(?:[<>]=? ?)?(?P<n>[0-9]g[0-9]{{2}}(?![0-9])|{numbers.NUMBER}|[.][0-9]{{1,2}})(?:(?: {{0,8}}(?P<u>{_units()}))(?![a-z0-9/]| ?/)|{guard})"
    return re.compile(rf"{between}(?:{number}|{words})")


@cache
def _units() -> str:
    forms = (
        re.escape(form).replace("/", " ?(?:/|par) ?")
        for form in tables.toml("labs.toml")["units"]
        if form != "ui"
    )
    return tables.any_of(forms)


def _serologies(note: Note) -> Iterator[Fact]:
    """« Rubéole immunisée », « toxo nég » : said in a word, without « sérologie »."""
    for match in _immune().finditer(note.flat):
        names = tables.toml("labs.toml")["serologies"]
        name = next(name for name, form in names.items() if re.fullmatch(form, match["t"]))
        values = {"name": name, "loinc": None, "value": _word_of(match), "unit": None}
        if match["t"].startswith(("covid", "cv")) and values["value"] in ("normal", "positif"):
            continue  # « covid ok » is a vaccine, « CV normal » a visual field
        yield Fact(LAB, match.start(), match.end(), 0.9, values)
        if values["value"] == "négatif":
            yield from _all_negative(note, match.start(), names)


def _all_negative(note: Note, end: int, names: dict[str, str]) -> Iterator[Fact]:
    """« Sérologies VIH, VHB, VHC négatives »: each of the list."""
    start = max(note.sentence(end).start, end - _NEAR)
    row = _in_a_row().search(note.flat, start, end)
    for match in _tested().finditer(note.flat, row.start() if row else end, end):
        name = next(name for name, form in names.items() if re.fullmatch(form, match["t"]))
        yield Fact(LAB, *match.span(), 0.85, {"name": name, "loinc": None, "value": "négatif", "unit": None})


@cache
def _tested() -> re.Pattern[str]:
    names = tables.any_of(tables.toml("labs.toml")["serologies"].values())
    return re.compile(rf"(?<![a-z0-9])(?P<t>{names})(?![a-z0-9])")


@cache
def _in_a_row() -> re.Pattern[str]:
    return re.compile(rf"(?:{_tested().pattern.replace('?P<t>', '?:')}(?: ?[,/+] ?| et | )){{1,7}}$")


@cache
def _immune() -> re.Pattern[str]:
    names = tables.any_of(tables.toml("labs.toml")["serologies"].values())
    return re.compile(
        rf"(?<![a-z0-9])(?P<t>{names})(?![a-z])(?: (?:urinaires?|sanguins?|plasmatiques?|ce jour|faite?|ana(?:le?|ux)|rectale?|pharynge\w*|vagina(?:le?|ux)|gorge|1er jet))?(?: (?:est|sont|reste|revenue?))?[ :=]{{0,3}}(?:{_said()})"
    )


def dipsticks(note: Note) -> Iterator[Fact]:
    """The lines of a urine dipstick, or the whole dipstick when one word is said of it."""
    for name in _dipstick().finditer(note.flat):
        end = note.sentence(name.start()).end
        lines = list(_line().finditer(note.flat, name.end(), min(end, name.end() + 150)))
        for line in lines:
            test = tables.toml("labs.toml")["dipstick"]["tests"][int(str(line["t"] and _test_of(line)))]
            yield _dip(line.start("t"), line.end(), test["label"], test["loinc"], _word_of(line))
        whole = None if lines else _whole().match(note.flat, name.end(), end)
        if whole:
            yield _dip(name.start(), whole.end(), "BU", None, _word_of(whole))


def _dip(start: int, end: int, label: str, loinc: str | None, value: str) -> Fact:
    return Fact(LAB, start, end, 0.93, {"name": label, "loinc": loinc, "value": value, "unit": None})


def _word_of(match: re.Match[str]) -> str:
    groups = match.groupdict()
    words: list[str] = list(tables.toml("labs.toml")["words"])
    return next(words[place] for place in range(len(words)) if groups.get(f"w{place}"))


def _test_of(match: re.Match[str]) -> int:
    tests = tables.toml("labs.toml")["dipstick"]["tests"]
    return next(
        place for place, test in enumerate(tests) if re.fullmatch(tables.any_of(test["forms"]), match["t"])
    )


@cache
def _dipstick() -> re.Pattern[str]:
    return re.compile(
        rf"(?<![a-z0-9])(?:{tables.any_of(tables.toml('labs.toml')['dipstick']['names'])})(?![a-z])"
    )


@cache
def _said() -> str:
    words = tables.toml("labs.toml")["words"].values()
    return "|".join(f"(?P<w{place}>{tables.any_of(forms)})(?![a-z])" for place, forms in enumerate(words))


@cache
def _line() -> re.Pattern[str]:
    tests = tables.any_of(
        form for test in tables.toml("labs.toml")["dipstick"]["tests"] for form in test["forms"]
    )
    return re.compile(rf"(?<![a-z0-9])(?P<t>{tests})(?![a-z])(?: (?:est|sont|a))?[ :=]{{0,3}}(?:{_said()})")


@cache
def _whole() -> re.Pattern[str]:
    return re.compile(rf"(?:[ :=]|ce jour|faite|strictement|est|toutes?|urinaires?){{0,5}}(?:{_said()})")
