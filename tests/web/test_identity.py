"""*Doublons possibles*: found, compared side by side, merged, separated, told apart, and what was written meanwhile."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
from django.test import Client

from carnet.actions import doubles, patient, task
from carnet.actions import identity as actions
from carnet.fhir import identifiers
from carnet.jobs import periodic
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.rules import linkage
from carnet.rules.person import Identity
from tests.cast import ALICE, CHLOE
from tests.web.signed_in import alice, chloe

JEANNE = Identity(
    birth_name="Dupond",
    given="Jeanne",
    birth_date="1961-02-11",
    gender="female",
    birthplace="33063",
    phone="0556001122",
    street="12 rue des Tilleuls",
    postal_code="33000",
    city="Bordeaux",
)


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


@pytest.fixture
def two(doctor: Actor) -> tuple[str, str]:
    """Jeanne twice, her name with a slip of the pen in the second."""
    return new(JEANNE), new(replace(JEANNE, birth_name="Dupont"))


def new(typed: Identity) -> str:
    return patient.create(by=ALICE, at=clock.now(), identity=typed).id


def found(client: Client) -> str:
    """The worklist, the practice having just been compared."""
    doubles.look(by=ALICE, at=clock.now())
    return page(client, "/identity/doubles")


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return answer.content.decode()


def posted(client: Client, path: str, **fields: str | list[str]) -> str:
    answer = client.post(path, fields, follow=True)
    assert answer.status_code == 200, answer
    return answer.content.decode()


# works


def test_a_double_is_found_and_somebody_else_is_not(client: Client, two: tuple[str, str]) -> None:
    new(Identity(birth_name="Moreau", given="Paul", birth_date="1980-01-01", gender="male"))
    shown = found(client)
    assert "DUPOND Jeanne" in shown
    assert "DUPONT Jeanne" in shown
    assert "MOREAU" not in shown
    assert len(re.findall(r'href="/identity/', shown)) == 1
    assert "1 paire à regarder." in page(client, "/identity/")


def test_the_page_says_when_it_was_found_and_the_practice_is_compared_when_asked(
    client: Client, two: tuple[str, str]
) -> None:
    assert "pas encore été comparées" in page(client, "/identity/")
    asked = posted(client, "/identity/doubles/look")
    assert 'hx-get="/identity/doubles" hx-trigger="every 2s"' in asked
    periodic.tick(clock.now())
    shown = page(client, "/identity/doubles")
    assert "every 2s" not in shown
    assert "Identités comparées" in shown
    assert "DUPOND Jeanne" in shown
    new(replace(JEANNE, birth_name="Dupons"))
    periodic.tick(clock.now())
    assert "DUPONS" not in page(client, "/identity/doubles")  # until tonight, or until somebody asks


def test_progress_is_shown_while_a_pass_runs(
    client: Client, two: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doubles, "progress", doubles.Progress(40, 100))
    shown = page(client, "/identity/doubles")
    assert "40 sur 100" in shown
    assert 'value="40"' in shown


def test_the_two_are_compared_trait_by_trait_with_the_reasons(client: Client, two: tuple[str, str]) -> None:
    task.add(by=ALICE, at=clock.now(), text="Rappeler", patient=two[1])
    shown = page(client, f"/identity/{two[0]}/{two[1]}")
    assert re.search(r"Nom de naissance</th><td>Dupond</td><td>Dupont</td>.*?différent", shown)
    assert re.search(r"Date de naissance</th>.*?identique", shown)
    assert "Prénom" in shown
    assert re.search(r"Le dossier contient</th><td>—</td><td>1.tâche", shown)
    assert "Fusionner" in shown


def test_merged_either_address_leads_to_the_one_record(client: Client, two: tuple[str, str]) -> None:
    keep, other = two
    assert "DUPOND" in found(client)
    after = posted(client, f"/identity/{keep}/{other}/merge", keep=keep)
    assert "Dossiers réunis" in after
    assert "DUPOND Jeanne" in after
    assert "DUPOND Jeanne" in page(client, f"/identity/{keep}/{other}")
    assert gate.open_record(by=ALICE, at=clock.now(), patient=other).patient.id == keep
    assert "Aucun doublon" in page(client, "/identity/doubles")
    assert "Dossiers réunis" in page(client, "/identity/")
    for old, new in [("", ""), ("/edit", "/edit")]:
        answer = client.get(f"/patient/{other}{old}")
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/patient/{keep}{new}")
    record = page(client, f"/patient/{keep}")
    assert "Réuni avec" in record
    assert f'href="/identity/{keep}/{other}"' in record


def test_a_page_left_open_on_the_old_identity_changes_nothing(client: Client, two: tuple[str, str]) -> None:
    keep, other = two
    posted(client, f"/identity/{keep}/{other}/merge", keep=keep)
    fields = {"patient": other, "version": "1", "birth_name": "Autre", "given": "Jeanne"}
    answer = client.post(f"/patient/{other}/edit", fields)
    assert answer.status_code == 403
    assert "réuni à un autre" in answer.content.decode()


def test_a_note_begun_on_the_old_record_is_taken_up_from_the_one_record(
    client: Client, two: tuple[str, str]
) -> None:
    keep, other = two
    client.post("/consultation/open", {"patient": other})
    posted(client, f"/identity/{keep}/{other}/merge", keep=keep)
    assert "Reprendre la consultation" in page(client, f"/patient/{keep}")


def test_separated_what_was_written_meanwhile_is_given_to_one_of_them(
    client: Client, two: tuple[str, str]
) -> None:
    keep, other = two
    posted(client, f"/identity/{keep}/{other}/merge", keep=keep)
    todo = task.add(by=ALICE, at=clock.now(), text="Rappeler le laboratoire", patient=keep)
    listed = posted(client, f"/identity/{keep}/{other}/separate")
    assert "À attribuer" in listed
    assert "Rappeler le laboratoire" in listed
    assert "Laisser à DUPOND Jeanne" in listed
    assert "Donner à DUPONT Jeanne" in listed
    assert "À attribuer" in page(client, "/identity/")
    posted(client, f"/identity/{keep}/{other}/later/assign", fact=[todo.reference], to=other)
    moved = gate.open_record(by=ALICE, at=clock.now(), patient=other).get("Task", todo.id)
    assert moved.version == 2
    assert "À attribuer" not in page(client, "/identity/")


def test_separated_without_anything_written_there_is_nothing_to_assign(
    client: Client, two: tuple[str, str]
) -> None:
    keep, other = two
    posted(client, f"/identity/{keep}/{other}/merge", keep=other)
    after = posted(client, f"/identity/{keep}/{other}/separate")
    assert "Une ou deux personnes" in after
    assert "DUPOND" in page(client, "/identity/doubles")


def test_two_people_are_not_proposed_again_until_somebody_reconsiders(
    client: Client, two: tuple[str, str]
) -> None:
    one, other = two
    assert "DUPOND" in found(client)
    posted(client, f"/identity/{one}/{other}/apart")
    assert "Aucun doublon" in page(client, "/identity/doubles")
    assert "Aucun doublon" in found(client)
    assert "Deux personnes qui se ressemblent" in page(client, "/identity/")
    posted(client, f"/identity/{one}/{other}/again")
    assert "DUPOND" in page(client, "/identity/doubles")


def test_one_ins_on_two_sets_of_traits_is_an_alarm(client: Client, doctor: Actor) -> None:
    number = f"2610233063001{identifiers.ins_key('2610233063001'):02}"
    one = new(replace(JEANNE, ins=number))
    other = new(
        Identity(birth_name="Moreau", given="Anne", birth_date="1970-05-05", gender="female", ins=number)
    )
    assert "INS et traits se contredisent" in found(client)
    assert 'role="alert"' in page(client, f"/identity/{one}/{other}")


def test_what_was_there_before_and_changed_is_only_to_be_seen(client: Client, two: tuple[str, str]) -> None:
    keep, other = two
    todo = task.add(by=ALICE, at=clock.now(), text="Rappeler", patient=other)
    posted(client, f"/identity/{keep}/{other}/merge", keep=keep)
    task.complete(by=ALICE, at=clock.now(), id=todo.id, if_version=todo.version)
    listed = posted(client, f"/identity/{keep}/{other}/separate")
    assert "Existait avant la réunion" in listed
    assert "Donner à" not in listed
    posted(client, f"/identity/{keep}/{other}/later/assign", fact=[todo.reference], to=other)
    assert actions.to_assign(by=ALICE) == []


# refuses


def test_the_secretary_does_not_merge(client: Client, two: tuple[str, str]) -> None:
    chloe(client)
    for path in ("/identity/", "/identity/doubles", f"/identity/{two[0]}/{two[1]}"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Seul un médecin" in answer.content.decode()
    assert client.post(f"/identity/{two[0]}/{two[1]}/merge", {"keep": two[0]}).status_code == 403


def test_a_stranger_to_the_pair_is_not_kept(client: Client, two: tuple[str, str]) -> None:
    somebody = new(replace(JEANNE, given="Anne"))
    answer = client.post(f"/identity/{two[0]}/{two[1]}/merge", {"keep": somebody})
    assert answer.status_code == 404
    assert actions.linked(by=ALICE, state=linkage.MERGED) == []


def test_comparing_leaves_its_row_for_each_record(client: Client, two: tuple[str, str], at: datetime) -> None:
    page(client, f"/identity/{two[0]}/{two[1]}")
    rows = gate.audit_page(by=ALICE, limit=2)
    assert {(row.action, row.patient) for row in rows} == {("record.open", id) for id in two}


def test_the_worklist_is_a_doctors(two: tuple[str, str]) -> None:
    assert doubles.look(by=ALICE, at=clock.now()) == 1
    for refused in (
        lambda: doubles.found(by=CHLOE, limit=9),
        lambda: doubles.look(by=CHLOE, at=clock.now()),
        lambda: doubles.ask(by=CHLOE, at=clock.now()),
    ):
        with pytest.raises(Exception, match="Seul un médecin"):
            refused()
