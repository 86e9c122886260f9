"""Finds patients by anything of their names, a birth date, a number, a city, with or without a typing error.

It asks the index for few rows at a time, the best answers first, and orders them itself, so that both engines
answer the same; what a search costs does not grow with the practice."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from carnet.store import alias
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import patient_query as asking
from carnet.store.search.patient_query import INITIALS_LIMIT, Asked, Way
from carnet.store.search.patient_terms import CITY
from carnet.store.search.typing_errors import edits
from carnet.store.search.words_match import LAST

FETCHED = 24  # rows of one question to the index, at least
EDITS = 40  # words one error away that are asked for, the likeliest; more only happen to short words
CITIES, CITY_FROM = 30, 4  # cities named one by one; shorter beginnings have lists of their own
INSIDE = 20  # words that hold what was typed
_ROWS = "f.id, f.resource, f.patient, f.terms"


class Known(NamedTuple):
    """What the index says of a patient, `resource` being the key of its row: the higher the rank, the later changed."""

    rank: int
    resource: int
    patient: str
    terms: str


Scored = tuple[tuple[int, ...], Known]


def find(
    text: str, *, limit: int = 20, subjects: Collection[str] | None = None, recent: Sequence[str] = ()
) -> list[Row]:
    """The best first: whole names as typed, their beginnings, then one error; among equals the `recent` ids in
    their order, then the last changed. Nothing typed finds nobody. A merged identity gives the one it became."""
    readings = asking.read(text)
    if not readings or limit < 1:
        return []
    recents = {id: n for n, id in enumerate(recent)}
    own = _of_patients(sorted(subjects if subjects is not None else recents))
    alone, known = subjects is not None, _known(readings)
    readings = _with_cities(readings, known)
    found: dict[str, Scored] = {}
    for reading in readings:
        if alone or _all_known(reading, known):
            _collect(found, reading, own, limit, alone=alone)
    if len(found) < limit:
        for reading in _loosened(readings, known):
            _collect(found, reading, own, limit, alone=alone, strict=False)
    ordered = sorted(
        found.values(), key=lambda one: (one[0], recents.get(one[1].patient, len(recents)), -one[1].rank)
    )
    return _rows([known for _, known in ordered], limit)


def _collect(
    found: dict[str, Scored],
    reading: list[Asked],
    own: list[Known],
    limit: int,
    *,
    alone: bool,
    strict: bool = True,
) -> None:
    """Add the patients who answer a reading, with how well. Of several words the loosest question comes first: when
    few answer it, they are all; else the strict ones find the best of many."""
    _keep(found, reading, own)
    if alone:
        return
    fetched, best = max(FETCHED, 2 * limit), set[str]()
    questions = _questions(reading, strict)
    for n, levels in enumerate(questions):
        rows = _ask(reading, levels, fetched)
        _keep(found, reading, rows)
        first_of_many = n == 0 and len(levels) > 1
        if first_of_many and len(rows) < fetched:
            return
        best.update(() if first_of_many else (known.patient for known in rows))
        if len(best) >= limit:
            return


def _keep(found: dict[str, Scored], reading: list[Asked], rows: list[Known]) -> None:
    for known in rows:
        score = _score(reading, known.terms)
        if score and (known.patient not in found or score < found[known.patient][0]):
            found[known.patient] = (score, known)


def _score(reading: list[Asked], listed: str) -> tuple[int, ...] | None:
    """Smaller is better: the worst word, all words, the first word. None: it does not answer."""
    terms, line = frozenset(listed.split(" ")), f" {listed}"
    levels = [(asking.level(asked, terms, line), bool(asked.word)) for asked in reading]
    if any(level == asking.NO for level, _ in levels):
        return None
    words = [level for level, is_word in levels if is_word] or [0]
    return max(words), sum(words), words[0]


def _questions(reading: list[Asked], strict: bool) -> list[list[int]]:
    """For each question to the index, how loose each word may be. One word: from the best answers to the others.
    Several: first the loosest question, then from the best on."""
    count = sum(1 for asked in reading if asked.word)
    whole, begins, elsewhere = asking.WHOLE, asking.BEGINS, asking.ELSEWHERE
    family, almost, last = asking.FAMILY_ALMOST, asking.ALMOST, asking.ALMOST_BEGINS
    if count == 0:
        return [[]]
    if count == 1:
        return [[level] for level in (range(elsewhere + 1) if strict else (family, almost, last))]
    if strict:
        better, usual = _one_at(whole, begins, count), _one_at(whole, elsewhere, count)
        return [[elsewhere] * count, [whole] * count, *better, [begins] * count, *usual]
    return [[last] * count, *_one_at(elsewhere, almost, count), [almost] * count]


def _one_at(better: int, others: int, count: int) -> list[list[int]]:
    if count > 4:
        return []
    return [[better if n == place else others for n in range(count)] for place in range(count)]


def _ask(reading: list[Asked], levels: list[int], limit: int) -> list[Known]:
    """The latest changed of those who answer every word of a reading at these levels."""
    allowed, groups = iter(levels), []
    for asked in reading:
        groups.append(_ways(asked, next(allowed)) if asked.word else list(asked.ways))
    if not all(groups):
        return []
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            sql = (
                f"SELECT {_ROWS} FROM (SELECT rowid AS id FROM store_finder_text WHERE store_finder_text MATCH %s"
                " ORDER BY rowid DESC LIMIT %s) t JOIN store_finder f ON f.id = t.id"
            )
        else:
            sql = f"SELECT {_ROWS} FROM store_finder f WHERE f.folded @@ %s::tsquery ORDER BY f.id DESC LIMIT %s"
        cursor.execute(sql, [_match(groups, connection.vendor), limit])
        return [Known(*values) for values in cursor.fetchall()]


def _ways(asked: Asked, level: int) -> list[Way]:
    """What to ask for, without what a beginning asked for as well already gives."""
    ways = [way for way in asked.ways if way.level <= level]
    if level >= asking.BEGINS:
        covered = {asking.FAMILY_ALMOST} if level > asking.FAMILY_ALMOST else set()
        return [way for way in ways if way.level >= asking.BEGINS and way.level not in covered]
    return ways


def _match(groups: list[list[Way]], vendor: str) -> str:
    """The terms hold letters and figures only: nothing in them to escape."""
    if vendor == "sqlite":
        listed = [" OR ".join(f'"{w.term}"' + ("" if w.whole else "*") for w in ways) for ways in groups]
        return " AND ".join(f"({ways})" for ways in listed)
    listed = ["|".join(f"'{w.term}'" + ("" if w.whole else ":*") for w in ways) for ways in groups]
    return " & ".join(f"({ways})" for ways in listed)


def _known(readings: list[list[Asked]]) -> dict[str, str]:
    """Of the words typed those that begin some name or city, with the first such name (or city, marked)."""
    typed = {asked.word for reading in readings for asked in reading if asked.word}
    begun = _beginning_names(sorted(mark + word for word in typed for mark in ("", CITY)))
    return {
        word: begun.get(word) or begun[CITY + word] for word in typed if begun.keys() & {word, CITY + word}
    }


def _with_cities(readings: list[list[Asked]], known: dict[str, str]) -> list[list[Asked]]:
    """The same with the cities that begin so by their whole names: half of a practice may live in one, and only a
    whole word is read as far as needed."""
    cities = {word: _cities(word) for word in known if len(word) >= CITY_FROM}
    return [
        [asking.in_cities(asked, cities.get(asked.word, [])) for asked in reading] for reading in readings
    ]


def _cities(word: str) -> list[str]:
    """Their marked words; none when they are too many to name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM store_finder_word WHERE word >= %s AND word < %s ORDER BY word LIMIT %s",
            [CITY + word, CITY + word + LAST, CITIES + 1],
        )
        found = [city for (city,) in cursor.fetchall()]
    return found if len(found) <= CITIES else []


def _all_known(reading: list[Asked], known: dict[str, str]) -> bool:
    """Whether anybody at all may answer without an error; short words may be initials."""
    return all(asked.word in known or len(asked.word) <= INITIALS_LIMIT for asked in reading)


def _loosened(readings: list[list[Asked]], known: dict[str, str]) -> Iterator[list[Asked]]:
    """The same readings with the names one error away and those that hold what was typed: for the words that
    nobody bears, or for all words when somebody bears each."""
    edited = {asked.word: edits(asked.word) for reading in readings for asked in reading if asked.word}
    borne = _beginning_names(sorted({edit for listed in edited.values() for edit in listed}))
    for reading in readings:
        wrong = {asked.word for asked in reading if asked.word not in known and edited.get(asked.word)}
        chosen = wrong or {asked.word for asked in reading if edited.get(asked.word)}
        if not chosen:
            continue
        near = {word: [edit for edit in edited[word] if edit in borne][:EDITS] for word in chosen}
        yield [
            asking.loosened(asked, near[asked.word], _inside(asked.word), known.get(asked.word) == asked.word)
            if asked.word in chosen
            else asked
            for asked in reading
        ]


def _beginning_names(beginnings: list[str]) -> dict[str, str]:
    """Of these beginnings those that some name has, with the first such name."""
    values = "json_each(%s) v" if connection.vendor == "sqlite" else "unnest(%s::text[]) v(value)"
    sql = (
        "SELECT v.value, (SELECT w.word FROM store_finder_word w WHERE w.word >= v.value"
        f" ORDER BY w.word LIMIT 1) FROM {values}"
    )
    with connection.cursor() as cursor:
        cursor.execute(sql, [json.dumps(beginnings) if connection.vendor == "sqlite" else beginnings])
        return {value: word for value, word in cursor.fetchall() if word and word.startswith(value)}


def _inside(word: str) -> list[str]:
    """Names that hold this elsewhere than at their beginning."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT word FROM store_finder_part WHERE part >= %s AND part < %s ORDER BY part, word LIMIT %s",
            [word, word + LAST, INSIDE],
        )
        return list(dict.fromkeys(found for (found,) in cursor.fetchall()))


def _of_patients(ids: Sequence[str]) -> list[Known]:
    if not ids:
        return []
    with connection.cursor() as cursor:
        marks = ", ".join(["%s"] * len(ids))
        cursor.execute(f"SELECT {_ROWS} FROM store_finder f WHERE f.patient IN ({marks})", list(ids))
        return [Known(*values) for values in cursor.fetchall()]


def _rows(listed: list[Known], limit: int) -> list[Row]:
    """These patients in this order; for a merged identity the one it became, each once."""
    found: dict[str, Row] = {}
    for start in range(0, len(listed), limit):
        part = {known.patient: known.resource for known in listed[start : start + limit]}
        merges = alias.around(list(part))
        wanted = dict.fromkeys(merges.survivor(id) for id in part)
        missing = [id for id in wanted if id not in found]
        rows = _read([part[id] for id in missing if id in part], [id for id in missing if id not in part])
        found.update({id: rows[id] for id in wanted if id in rows})
        if len(found) >= limit:
            break
    return list(found.values())[:limit]


def _read(keys: list[int], ids: list[str]) -> dict[str, Row]:
    """Patients by the keys of their rows, which cost half, and by their ids."""
    args: list[int | str] = [*keys, *ids]
    either = []
    if keys:
        either.append(f"id IN ({', '.join(['%s'] * len(keys))})")
    if ids:
        either.append(f"(type = 'Patient' AND fhir_id IN ({', '.join(['%s'] * len(ids))}))")
    if not either:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {COLUMNS} FROM store_resource WHERE ({' OR '.join(either)}) AND NOT deleted", args
        )
        return {one.id: one for one in (row(values) for values in cursor.fetchall())}
