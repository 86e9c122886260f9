"""All of a patient's record, page by page, and what it refers to outside of it. One statement each. It decides no
right."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection

from carnet.fhir import compartments, search_parameters
from carnet.store.resource import Row, row
from carnet.store.search import pages
from carnet.store.search.clauses import Sql, joined
from carnet.store.search.plan import SHOWN
from carnet.store.search.references_match import PATIENT

MOST = 5000  # resources on one page


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked of a record: the ids of its patient; only these types (none for all); only what was written since
    (microseconds); what comes after this key; how many at most."""

    patients: Sequence[str]
    types: Sequence[str] = ()
    since: int | None = None
    after: int = 0
    count: int = MOST


def page(wanted: Wanted, shared: Collection[str]) -> tuple[list[Row], bool]:
    """The next resources of the record, the oldest first, so that what is written meanwhile comes at the end, and whether
    others follow. Resources of the types `shared` belong to several records, and are found by their references."""
    tests = [Sql("NOT r.deleted"), Sql("r.id > %s", (wanted.after,)), _of_record(wanted.patients, shared)]
    if wanted.types:
        marks = ", ".join(["%s"] * len(wanted.types))
        tests.append(Sql(f"r.type IN ({marks})", tuple(wanted.types)))
    if wanted.since is not None:
        tests.append(Sql("r.updated >= %s", (wanted.since,)))
    where = joined(tests, " AND ")
    with connection.cursor() as cursor:
        text = f"SELECT {SHOWN} FROM store_resource r WHERE {where.text} ORDER BY r.id LIMIT %s"
        cursor.execute(text, (*where.args, wanted.count + 1))
        found, more = pages.filled(cursor, wanted.count, Row._fields.index("body"))
    return [row(values) for values in found], more


def _of_record(patients: Sequence[str], shared: Collection[str]) -> Sql:
    marks = ", ".join(["%s"] * len(patients))
    own = f"SELECT o.id FROM store_resource o WHERE o.subject IN ({marks})"
    params = sorted(
        id
        for type in shared
        for code in compartments.patient().get(type, ())
        for id in search_parameters.of(type)[code].reads
    )
    pointing = (
        f"SELECT x.resource FROM store_reference x WHERE x.param IN ({', '.join(map(str, params))})"
        f" AND x.target IN ({marks}) AND x.type = %s"
    )
    return Sql(f"r.id IN ({own} UNION {pointing})", (*patients, *patients, PATIENT))
