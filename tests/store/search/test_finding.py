"""What a doctor or a secretary types, and whom it finds: on both engines the same, in the same order."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from carnet.store import resource as rows
from carnet.store.search import patients, reindex, write
from tests.store.search.rows import keep

INS = "urn:oid:1.2.250.1.213.1.4.8"
# id: (family, given, birth date, more); kept in this order, so that the last is the latest changed
PEOPLE: dict[str, tuple[str, list[str], str, dict[str, Any]]] = {
    "martine": ("Dupont", ["Martine"], "1955-03-12", {"phone": "06 12 34 56 78", "city": "Lyon", "old": "Lefebvre"}),
    "marcel": ("Dupont", ["Marcel"], "1948-07-30", {"city": "Saint-Étienne", "ins": "148072A12000512"}),
    "fontaine": ("de La Fontaine", ["Jean-Baptiste", "Louis"], "1962-12-03", {"city": "Lyon"}),
    "nguessan": ("N'Guessan", ["Aya"], "1990-01-31", {"phone": "+33 7 98 76 54 32"}),
    "exupery": ("Saint-Exupéry", ["Antoine"], "1900-06-29", {}),
    "alembert": ("d’Alembert", ["Zoé"], "2019-03-12", {"ins": "279035112000512"}),
    "lefevre": ("Lefèvre", ["Marie-Lyse"], "1971-05-05", {}),
    "martin": ("Martin", ["Paul"], "1980-05-05", {"city": "Lyon"}),
    "given": ("Bernard", ["Martin"], "1981-05-05", {}),
    "martinez": ("Martinez", ["Luz"], "1982-05-05", {}),
    "gauthier": ("Gauthier", ["Philippe"], "1983-05-05", {}),
    "mars": ("Mars", ["Léo"], "2001-11-02", {}),
    "delafosse": ("Delafosse", ["Inès"], "2002-11-02", {"city": "Mâcon"}),
    "partial": ("Okoye", ["Ada"], "1955", {}),
}  # fmt: skip


def resource(id: str) -> dict[str, Any]:
    family, given, birth, more = PEOPLE[id]
    names = [{"use": "official", "family": family, "given": given}]
    if "old" in more:
        names.append({"use": "old", "family": more["old"], "given": given})
    made: dict[str, Any] = {"resourceType": "Patient", "id": id, "name": names, "birthDate": birth}
    if "phone" in more:
        made["telecom"] = [{"system": "phone", "value": more["phone"]}]
    if "city" in more:
        made["address"] = [{"city": more["city"], "postalCode": "69003"}]
    if "ins" in more:
        made["identifier"] = [{"system": INS, "value": more["ins"]}]
    return made


def person(id: str, family: str, given: list[str]) -> dict[str, Any]:
    return {"resourceType": "Patient", "id": id, "name": [{"family": family, "given": given}]}


@pytest.fixture
def practice(any_cell: Path) -> None:
    for n, id in enumerate(PEOPLE):
        keep(resource(id), subject=id, updated=n)


def found(typed: str, **how: Any) -> list[str]:
    return [row.id for row in patients.find(typed, **how)]


# Those who must be found first, in this order; others may follow.
FIRST = {
    # any part of any name, birth or used, in any order, without accents
    "dup mar 12/03/55": ["martine"],
    "MARTINE DUPONT": ["martine"],
    "lefebvre martine": ["martine"],
    "lyse": ["lefevre"],
    "paul martin": ["martin"],
    "fosse": ["delafosse"],
    "guess": ["nguessan"],
    # hyphens and particles
    "dela fontaine": ["fontaine"],
    "de la fontaine": ["fontaine"],
    "fontaine": ["fontaine"],
    "lafontaine": ["fontaine"],
    "delafontaine": ["fontaine"],
    "de la fosse": ["delafosse"],
    "jean-bapt": ["fontaine"],
    "jeanbapt": ["fontaine"],
    "jean baptiste": ["fontaine"],
    "ngessan": ["nguessan"],
    "nguessan": ["nguessan"],
    "n'guess": ["nguessan"],
    "n guessan": ["nguessan"],
    "d'alem": ["alembert"],
    "dalembert": ["alembert"],
    "saint exup": ["exupery"],
    "st exup": ["exupery"],
    "st-exupery": ["exupery"],
    "stexupery": ["exupery"],
    # initials
    "jb de la fontaine": ["fontaine"],
    "j.-b. fontaine": ["fontaine"],
    "m. dupont": ["marcel", "martine"],
    "pm": ["martin"],
    # birth dates
    "12/03/1955": ["martine"],
    "12/03/55": ["martine"],
    "12.03.55": ["martine"],
    "12-03-1955": ["martine"],
    "1955-03-12": ["martine"],
    "120355": ["martine"],
    "12031955": ["martine"],
    "12 03 1955": ["martine"],
    "12 mars 55": ["martine"],
    "12 mars 1955": ["martine"],
    "1er févr 1990": [],
    "31 janv. 1990": ["nguessan"],
    "mars 1955": ["martine"],
    "03/1955": ["martine"],
    "1955": ["partial", "martine"],
    "12/03": ["alembert", "martine"],
    "12/03/": ["alembert", "martine"],
    "12/03/19": ["alembert", "martine"],
    "12/03/195": ["martine"],
    "dup 1948": ["marcel"],
    # numbers
    "06 12 34": ["martine"],
    "0612345678": ["martine"],
    "06.12.34.56.78": ["martine"],
    "+33 6 12 34 56 78": ["martine"],
    "07 98": ["nguessan"],
    "2790351": ["alembert"],
    "2 79 03 51 120 005 12": ["alembert"],
    "1 48 07 2A 120": ["marcel"],
    # cities
    "dupont lyon": ["martine"],
    "dupont st etienne": ["marcel"],
    "martin 69003": ["martin"],
    "macon": ["delafosse"],
    # typing errors
    "dupnot": ["marcel", "martine"],
    "dupnot matrine": ["martine"],
    "marrtin": ["martin", "given"],
    "lefevbre": ["lefevre", "martine"],
    "lefebre": ["lefevre", "martine"],
    "fonatine": ["fontaine"],
    "fontiane jean": ["fontaine"],
    "gotier": ["gauthier"],
    "gauthier filipe": ["gauthier"],
    "delafose": ["delafosse"],
    "dupint martine": ["martine"],
    "dupnot 12/03/55": ["martine"],
}


@pytest.mark.usefixtures("practice")
def test_whom_it_finds_first() -> None:
    assert {typed: found(typed)[: len(ids)] for typed, ids in FIRST.items() if ids} == {
        typed: ids for typed, ids in FIRST.items() if ids
    }
    assert {typed: found(typed) for typed, ids in FIRST.items() if not ids} == {"1er févr 1990": []}


@pytest.mark.usefixtures("practice")
def test_exact_first_then_beginnings_then_errors() -> None:
    assert found("martin") == ["martin", "given", "martinez", "martine"]
    assert found("mars") == ["mars"]
    assert found("dupond") == ["marcel", "martine"]
    assert found("mar", limit=3) == ["mars", "martinez", "martin"]


@pytest.mark.usefixtures("practice")
def test_among_equals_those_opened_last() -> None:
    assert found("dupont") == ["marcel", "martine"]
    assert found("dupont", recent=["martine"]) == ["martine", "marcel"]
    assert found("dupont", recent=["martine", "marcel"], limit=1) == ["martine"]
    assert found("martin", recent=["martinez", "martine"])[:2] == ["martin", "given"]
    assert found("mar", recent=["martine"], limit=2) == ["mars", "martinez"]


@pytest.mark.usefixtures("any_cell")
def test_among_many_the_family_name_comes_first() -> None:
    keep(person("old", "Vincent", ["Paul"]), subject="old", updated=0)
    for n in range(40):
        keep(person(f"p{n}", "Durand", ["Vincent", "Paul"]), subject=f"p{n}", updated=n + 1)
    assert found("vin pau", limit=8)[0] == "old"
    assert found("vicnent pau", limit=8)[0] == "old"
    assert found("vincent paul", limit=8)[0] == "old"
    assert found("pau vincent", limit=8)[0] == "old"
    assert found("dur vin", limit=3) == ["p39", "p38", "p37"]


@pytest.mark.usefixtures("any_cell")
def test_however_many_answer_few_are_read() -> None:
    for n in range(60):
        keep(person(f"p{n}", "Durand", ["Paul", "Vincent"]), subject=f"p{n}", updated=n)
    read = list[int]()

    def count(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if "terms" in sql:
            read.append(len(values))
        return execute(sql, values, many, context)

    with connection.execute_wrapper(count):
        for typed in ("dur", "durand", "durnad", "durand pau", "durnad pau", "paul"):
            assert len(found(typed, limit=8)) == 8
            assert 8 <= sum(read) <= 8 + patients.SPARE, typed
            read.clear()


@pytest.mark.usefixtures("any_cell")
def test_two_given_names_may_be_typed_as_one() -> None:
    keep(person("jean", "Morel", ["Jean", "Claude", "Émile"]), subject="jean", updated=0)
    for typed in ("jeanclaude", "jean claude morel", "morel jeanclau", "emile", "claude", "jeanc"):
        assert found(typed) == ["jean"], typed


@pytest.mark.usefixtures("practice")
def test_nobody_is_found_by_nonsense() -> None:
    for typed in [
        "",
        "  ",
        "-'",
        "xyzw",
        "dupont xyzw",
        "12/03/1956 dupont",
        "31/02/1955",
        '"',
        "a* OR b",
        "(",
        "'||",
    ]:
        assert found(typed) == [], typed
    assert found("\x00") == []
    assert found("a" * 5000) == []
    assert found("1" * 5000) == []
    assert found("é\u0301ù") == []


@pytest.mark.usefixtures("practice")
def test_a_change_is_found_at_once_and_what_was_before_is_not() -> None:
    old = rows.get("Patient", "martin")
    assert old is not None
    write.unindex(old.pk)
    assert "martin" not in found("martin")
    changed = resource("martin") | {"name": [{"family": "Leroy", "given": ["Paul"]}]}
    write.index(old.pk, changed)
    assert found("leroy") == ["martin"]
    assert "martin" not in found("martin")
    assert found("1980") == ["martin"]


@pytest.mark.usefixtures("practice")
def test_a_merged_identity_gives_the_one_it_became() -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO store_alias (old_id, new_id) VALUES ('marcel', 'martin')")
    assert found("dupont marcel") == ["martin"]
    assert found("dupont") == ["martin", "martine"]


@pytest.mark.usefixtures("practice")
def test_indexing_again_changes_nothing() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO store_string (id, resource, param, ordinal, folded, exact) VALUES (1, 0, 11, 0, 'x', '')"
        )
    before = {typed: found(typed) for typed in FIRST}
    for _ in range(2):
        reindex.finder()
        assert {typed: found(typed) for typed in FIRST} == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT COUNT(*) FROM store_string WHERE param = 11")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT COUNT(*) FROM store_finder")
        assert cursor.fetchone() == (len(PEOPLE),)


@pytest.mark.usefixtures("practice")
def test_a_practice_of_before_is_brought_up_to_date() -> None:
    before = {typed: found(typed) for typed in FIRST}
    call_command("migrate", "store", "0005", verbosity=0, interactive=False)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM store_finder_word")
        cursor.execute("INSERT INTO store_finder_word (word) VALUES ('jeanbaptistelouis')")
        cursor.execute("UPDATE store_finder SET terms = 'dupont'")
        assert found("dupnot matrine") == []
    call_command("migrate", verbosity=0, interactive=False)
    assert {typed: found(typed) for typed in FIRST} == before
    with connection.cursor() as cursor:
        cursor.execute("SELECT word FROM store_finder_word WHERE word LIKE 'jeanb%'")
        assert cursor.fetchall() == [("jeanbaptiste",)]
