"""The compartment of a patient as a clause of a search. It runs nothing."""

# ruff: noqa: S608 - the SQL is put together from this package's own pieces; every value is an argument.

from __future__ import annotations

from collections.abc import Sequence

from carnet.fhir import compartments, search_parameters
from carnet.store.search import clauses
from carnet.store.search.clauses import Clause, Match, Sql
from carnet.store.search.references_match import PATIENT


def clause(types: Sequence[str], patients: Sequence[str]) -> Clause:
    """The resources that refer to one of these patients by a parameter of the compartment, and the patients
    themselves. No types stand for all."""
    marks = ", ".join(["%s"] * len(patients))
    params = _params(tuple(types))
    numbers = ", ".join(str(number) for number in params) or "0"
    where = f"{{p}} IN ({numbers}) AND {{x}}.type = %s AND {{x}}.target IN ({marks})"
    found = clauses.having([Match("reference", where, (PATIENT, *patients))], 2, typed=len(types) == 1)
    if types and PATIENT not in types:
        return found
    own = Sql(f"{{r}}.type = %s AND {{r}}.fhir_id IN ({marks})", (PATIENT, *patients))
    test = clauses.joined([found.test, own], " OR ")
    start = Sql(
        f"SELECT p.id AS id FROM store_resource p WHERE p.type = %s AND p.fhir_id IN ({marks})", own.args
    )
    starts = [start, found.start] if found.start else [start]
    return Clause(Sql(f"({test.text})", test.args), clauses.joined(starts, " UNION ALL "), 2, False, True)


def _params(types: tuple[str, ...]) -> list[int]:
    """The ids under which the index has the references of the compartment."""
    table = compartments.patient()
    found = {
        id
        for type in types or table
        for code in table.get(type, ())
        if (parameter := search_parameters.find(type, code))
        for id in parameter.reads
    }
    return sorted(found)
