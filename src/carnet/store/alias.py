"""Merged identities: one row says that the patient `old` is now `new`. The rows make trees: each patient has at most
one row, and the survivor at the root has none. Nothing else is ever rewritten; taking a row away separates again."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from django.db import connection

# Every row that hangs together with one of the asked ids, through merges of merges.
_TREES = """
WITH RECURSIVE same(id) AS (
    SELECT a.old_id FROM store_alias a WHERE a.old_id IN ({ids}) OR a.new_id IN ({ids})
    UNION
    SELECT CASE WHEN a.old_id = same.id THEN a.new_id ELSE a.old_id END
    FROM same JOIN store_alias a ON a.old_id = same.id OR a.new_id = same.id
)
SELECT a.old_id, a.new_id FROM store_alias a JOIN same ON same.id = a.old_id
"""


class Trees(NamedTuple):
    """The merges around some patients: old id → new id."""

    rows: dict[str, str]

    def survivor(self, id: str) -> str:
        """Whose record `id` is now; itself when it was not merged."""
        while id in self.rows:
            id = self.rows[id]
        return id

    def below(self, id: str) -> frozenset[str]:
        """`id` and all that were merged into it."""
        found, known = {id}, 0
        while known != len(found):
            known = len(found)
            found |= {old for old, new in self.rows.items() if new in found}
        return frozenset(found)

    def same(self, id: str) -> frozenset[str]:
        """All ids of this person, the survivor's included."""
        return self.below(self.survivor(id))


def around(ids: Iterable[str]) -> Trees:
    """The merges that concern these patients, in one statement."""
    asked = sorted(set(ids))
    if not asked:
        return Trees({})
    marks = ", ".join(["%s"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(_TREES.replace("{ids}", marks), asked + asked)
        return Trees(dict(cursor.fetchall()))


def all_merged() -> frozenset[str]:
    """Every id that is now somebody else's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT old_id FROM store_alias")
        return frozenset(id for (id,) in cursor.fetchall())


def add(old: str, new: str) -> None:
    """`old` is now `new`. The caller has made sure that both are roots."""
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES (%s, %s)", [old, new])


def remove(old: str) -> None:
    """`old` is a person of its own again."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_alias WHERE old_id = %s", [old])
