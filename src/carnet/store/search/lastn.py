"""The latest observations of each kind: `Observation/$lastn`, as one statement."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Collection, Sequence

from django.db import connection

from carnet.fhir import codes, search_parameters
from carnet.store.resource import COLUMNS, Row, row
from carnet.store.search import asked as reading
from carnet.store.search import keys, order, same
from carnet.store.search.asked import Asked
from carnet.store.search.clauses import Clause, Sql, beside, for_engine
from carnet.store.search.compile import MayRead, Scope, candidates, clause, every_type
from carnet.store.search.limits import Limit, limit
from carnet.store.search.plan import SHOWN

TYPE = "Observation"
ROWS_LIMIT = 1000


def last(
    params: Sequence[tuple[str, str]],
    *,
    most: int,
    extra: Sequence[Clause] = (),
    subjects: Collection[str] | Limit | None = None,
    may_read: MayRead = every_type,
) -> tuple[list[Row], Asked]:
    """Of the observations that match, the `most` latest of each code, the latest first. Two are of one code when their
    LOINC codes are the same; without one, their first code; without any, what they are called."""
    asked = reading.read(params)
    allowed = limit(subjects)
    scope = Scope(connection.vendor, allowed, same.same(), may_read)
    listed = [clause(TYPE, name, value, scope) for name, value in asked.criteria]
    source = candidates((TYPE,), [*listed, *extra], allowed)
    date, kind = order.keys(TYPE, "-date")[0].sql, _kind()
    inner = (
        f"SELECT DISTINCT {source.row} AS id, {date.text.replace('{row}', source.row)} AS k0,"
        f" {kind.text.replace('{row}', source.row)} AS kind FROM {source.sql.text}"
    )
    numbered = (
        "SELECT id, k0, ROW_NUMBER() OVER (PARTITION BY kind ORDER BY k0 DESC, id DESC) AS place"
        f" FROM ({inner}) p"
    )
    sql = Sql(
        f"SELECT {SHOWN} FROM ({numbered}) m JOIN store_resource r ON r.id = m.id WHERE m.place <= %s"
        " ORDER BY m.k0 DESC, m.id DESC LIMIT %s",
        (*date.args, *kind.args, *source.sql.args, most, ROWS_LIMIT),
    )
    with connection.cursor() as cursor:
        cursor.execute(for_engine(sql, connection.vendor).text, sql.args)
        return [row(values[: len(COLUMNS.split(","))]) for values in cursor.fetchall()], asked


def _kind() -> Sql:
    """What tells the code of an observation; the same for all that have none."""
    here = f"{beside('x', '{row}')} AND +x.param = %s"
    return Sql(
        "(SELECT COALESCE(MIN(CASE WHEN x.system = %s THEN x.code END), MIN(x.code), MIN(x.text), '')"
        f" FROM store_token x WHERE {here})",
        (keys.system(codes.LOINC), search_parameters.of(TYPE)["code"].id),
    )
