"""Finds patients by anything of their names, a birth date, a number, a city, with or without a typing error.

It asks the index for few rows at a time, the best answers first, and orders them itself, so that both engines
answer the same; what a search costs does not grow with the practice."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from django.db import connection

from carnet.store import alias
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import finder_words
from carnet.store.search import patient_query as asking
from carnet.store.search.finder_words import Borne
from carnet.store.search.patient_query import INITIALS_LIMIT, Asked, Way
from carnet.store.search.typing_errors import edits

FETCHED = 24  # ranks of one question to the index, at least; when they are fewer, they are all
SPARE = 2  # patients read beyond those asked for, should some turn out to be merged into others
EDITS = 40  # words one error away that are asked for, the likeliest; more only happen to short words
_ASK = {
    "sqlite": "SELECT rowid FROM store_finder_text WHERE store_finder_text MATCH %s ORDER BY rowid DESC LIMIT %s",
    "postgresql": "SELECT id FROM store_finder WHERE folded @@ %s::tsquery ORDER BY id DESC LIMIT %s",
}
# Of several words, one of them long, few answer: through the index at once. PostgreSQL takes them for independent of
# each other, expects many, and would read everybody from the last on.
_ASK_FEW = "SELECT id FROM store_finder WHERE folded @@ %s::tsquery ORDER BY id + 0 DESC LIMIT %s"
LONG = 5  # letters


class Known(NamedTuple):
    """What the index says of a patient, `resource` being the key of its row: the higher the rank, the later changed."""

    rank: int
    resource: int
    patient: str
    terms: str


class Questions(NamedTuple):
    """For each question to the index, how loose each word may be: first what is `usual`, if that finds enough nothing
    else is asked; of several words then the loosest, until many answer; then from the best answers to the others."""

    usual: list[list[int]]
    loosest: list[list[int]]
    strict: list[list[int]]


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
    alone = subjects is not None
    known = finder_words.borne(asked.word for reading in readings for asked in reading if asked.word)
    readings = _with_cities(readings, known)
    found: dict[str, Scored] = {}
    for reading in readings:
        if alone or _all_known(reading, known):
            _collect(found, reading, own, limit, alone=alone, known=known)
    if len(found) < limit:
        for reading in _loosened(readings, known):
            _collect(found, reading, own, limit, alone=alone)
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
    known: Borne | None = None,
) -> None:
    """Add the patients who answer a reading, with how well: without an error when it is `known` what of its words is
    borne. The index gives ranks; only of those who may be shown are the terms read, which lie far apart."""
    _keep(found, reading, [*own, *(known for _, known in found.values())])
    if not alone:
        read = {known.rank for _, known in found.values()}
        wanted = dict.fromkeys(
            rank for rank in _ranks(reading, _questions(reading, known), limit, read) if rank not in read
        )
        _keep(found, reading, _terms_of(list(wanted)))


def _ranks(reading: list[Asked], questions: Questions, limit: int, read: set[int]) -> Iterator[int]:
    """Those who answer a reading best: when few answer it at all, they are all; else the strict questions find the best
    of many. Those already `read` count and take no place."""
    fetched, best, everybody = max(FETCHED, 2 * limit), set[int](), list[int]()

    def better(levels: list[int]) -> list[int]:
        ranks = _ask(reading, levels, fetched)
        new = [rank for rank in ranks if rank not in read and rank not in best]
        best.update(ranks)
        return new[: limit + SPARE]

    for levels in questions.usual:
        yield from better(levels)
        if len(best) >= limit:
            return
    for levels in questions.loosest:
        everybody = _ask(reading, levels, fetched)
        if len(everybody) == fetched:
            break
    else:
        if questions.loosest:
            yield from everybody
            return
    for levels in questions.strict:
        yield from better(levels)
        if len(best) >= limit:
            return
    yield from everybody[: limit + SPARE]


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


def _questions(reading: list[Asked], known: Borne | None) -> Questions:
    """What is no name is not asked for as one, nor what begins none as a beginning."""
    words = [asked.word for asked in reading if asked.word]
    if not words:
        return Questions([], [], [[]])
    if known is None:
        return _with_errors(len(words))
    listed, best = _without_errors(len(words)), [_best(word, known) for word in words]
    asked = [q for q in listed.strict if all(n >= least for n, least in zip(q, best, strict=True))]
    return listed._replace(strict=asked)


def _best(word: str, known: Borne) -> int:
    """The best level at which anybody may answer this word."""
    if word in known.names:
        return asking.FAMILY_WHOLE
    return asking.FAMILY_BEGINS if word in known.begun else asking.ELSEWHERE


def _without_errors(count: int) -> Questions:
    family, whole, elsewhere = asking.FAMILY_WHOLE, asking.WHOLE, asking.ELSEWHERE
    family_begins, begins = asking.FAMILY_BEGINS, asking.BEGINS
    if count == 1:
        return Questions([], [], [[level] for level in range(elsewhere + 1)])
    strict = [
        *_one_at(family, whole, count),
        [whole] * count,
        *_one_at(family, family_begins, count),
        *_one_at(family, begins, count),
        *_one_at(family_begins, begins, count),
        [begins] * count,
        *_one_at(whole, elsewhere, count),
    ]
    return Questions([], [[elsewhere] * count], strict)


def _with_errors(count: int) -> Questions:
    family, almost, last = asking.FAMILY_ALMOST, asking.ALMOST, asking.ALMOST_BEGINS
    if count == 1:
        return Questions([], [], [[family], [almost], [last]])
    usual = [[family, *[asking.BEGINS] * (count - 1)]]  # the family name, misspelt, comes first
    strict = [
        *_one_at(family, asking.BEGINS, count)[1:],
        *_one_at(almost, asking.BEGINS, count),
        *_one_at(asking.ELSEWHERE, almost, count),
        [almost] * count,
    ]
    return Questions(usual, [[almost] * count, [last] * count], strict)


def _one_at(better: int, others: int, count: int) -> list[list[int]]:
    if count > 4:
        return []
    return [[better if n == place else others for n in range(count)] for place in range(count)]


def _ask(reading: list[Asked], levels: list[int], limit: int) -> list[int]:
    """The ranks of those who answer every word of a reading at these levels, the latest changed first."""
    allowed, groups = iter(levels), []
    for asked in reading:
        groups.append(_ways(asked, next(allowed)) if asked.word else list(asked.ways))
    if not all(groups):
        return []
    with connection.cursor() as cursor:
        few = (
            connection.vendor == "postgresql"
            and len(reading) > 1
            and any(len(a.word) >= LONG for a in reading)
        )
        sql = _ASK_FEW if few else _ASK[connection.vendor]
        cursor.execute(sql, [_match(groups, connection.vendor), limit])
        return [rank for (rank,) in cursor.fetchall()]


def _ways(asked: Asked, level: int) -> list[Way]:
    """What to ask for, without what a beginning asked for as well already gives."""
    ways = [way for way in asked.ways if way.level <= level]
    begun = {way.term for way in ways if not way.whole}
    if level >= asking.BEGINS:
        covered = {asking.FAMILY_ALMOST} if level > asking.FAMILY_ALMOST else set()
        ways = [way for way in ways if way.level >= asking.BEGINS and way.level not in covered]
    return [way for way in ways if not (way.whole and way.term in begun)]


def _match(groups: list[list[Way]], vendor: str) -> str:
    """The terms hold letters and figures only: nothing in them to escape."""
    if vendor == "sqlite":
        listed = [" OR ".join(f'"{w.term}"' + ("" if w.whole else "*") for w in ways) for ways in groups]
        return " AND ".join(f"({ways})" for ways in listed)
    listed = ["|".join(f"'{w.term}'" + ("" if w.whole else ":*") for w in ways) for ways in groups]
    return " & ".join(f"({ways})" for ways in listed)


def _with_cities(readings: list[list[Asked]], known: Borne) -> list[list[Asked]]:
    """The same with the cities that begin so by their whole names: half of a practice may live in one, and only a
    whole word is read as far as needed."""
    cities = {word: finder_words.cities(word) for word in known.cities}
    return [
        [asking.in_cities(asked, cities.get(asked.word, [])) for asked in reading] for reading in readings
    ]


def _all_known(reading: list[Asked], known: Borne) -> bool:
    """Whether anybody at all may answer without an error; short words may be initials."""
    return all(
        asked.word in known.begun | known.cities or len(asked.word) <= INITIALS_LIMIT for asked in reading
    )


def _loosened(readings: list[list[Asked]], known: Borne) -> Iterator[list[Asked]]:
    """The same readings with the names one error away and those that hold what was typed: for the words that
    nobody bears, or for all words when somebody bears each."""
    edited = {word: edits(word, letters) for word, letters in known.letters.items()}
    borne = finder_words.beginning(edit for listed in edited.values() for edit in listed)
    for reading in readings:
        wrong = {
            asked.word
            for asked in reading
            if asked.word not in known.begun | known.cities and edited.get(asked.word)
        }
        chosen = wrong or {asked.word for asked in reading if edited.get(asked.word)}
        if not chosen:
            continue
        near = {word: [edit for edit in edited[word] if edit in borne][:EDITS] for word in chosen}
        yield [
            asking.loosened(
                asked,
                near[asked.word],
                finder_words.inside(asked.word),
                asked.word in known.names,
            )
            if asked.word in chosen
            else asked
            for asked in reading
        ]


def _of_patients(ids: Sequence[str]) -> list[Known]:
    return _finder("patient", ids)


def _terms_of(ranks: Sequence[int]) -> list[Known]:
    return _finder("id", ranks)


def _finder(column: str, values: Sequence[str] | Sequence[int]) -> list[Known]:
    if not values:
        return []
    marks = ", ".join(["%s"] * len(values))
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, resource, patient, terms FROM store_finder WHERE {column} IN ({marks})", list(values)
        )
        return [Known(*found) for found in cursor.fetchall()]


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
