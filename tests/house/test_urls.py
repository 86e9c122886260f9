"""Every address asks who is there, and gives nothing of this practice to somebody of another one."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from carnet.accounts import presence
from carnet.actions import task
from carnet.fhir import codes
from carnet.record import clock, gate
from tests.cast import ALICE, DALIA, EMILE
from tests.house.stories import owner

# What answers before anybody has signed in. Nothing here shows a record.
WITHOUT_A_PERSON = {
    "sign_in:sign_in", "sign_in:code", "sign_in:open_cell",
    "setup:index", "setup:start", "setup:step", "setup:done",
    "oauth_token",
}  # fmt: skip
RARE = "Quetzalkowski"


@dataclass(frozen=True)
class Address:
    """One address pattern by its full name, with its view and the names of its arguments."""

    name: str
    view: object
    arguments: tuple[str, ...]


def addresses(resolver: URLResolver, space: str = "", before: tuple[str, ...] = ()) -> Iterator[Address]:
    for entry in resolver.url_patterns:
        arguments = (*before, *re.findall(r"<(?:\w+:)?(\w+)>", str(entry.pattern)))
        if isinstance(entry, URLResolver):
            yield from addresses(entry, f"{space}{entry.namespace}:" if entry.namespace else space, arguments)
        elif isinstance(entry, URLPattern):
            yield Address(f"{space}{entry.name}", entry.callback, arguments)


ALL = list(addresses(get_resolver()))
GUARDED = [address for address in ALL if address.name not in WITHOUT_A_PERSON]


def test_every_address_has_a_name_of_its_own() -> None:
    names = [address.name for address in ALL]
    assert "None" not in {name.split(":")[-1] for name in names}
    assert sorted(set(names)) == sorted(names)


def test_every_address_needs_an_actor() -> None:
    open_to_all = {address.name for address in ALL if not getattr(address.view, "login_required", True)}
    assert open_to_all <= WITHOUT_A_PERSON


def test_the_short_list_has_no_strangers() -> None:
    assert {address.name for address in ALL} >= WITHOUT_A_PERSON


def test_addresses_hold_ids_only() -> None:
    clinical = re.compile(r"allerg|problem|treatment|drug|diagnos|disease|result|name", re.I)
    assert [
        address for address in ALL if any(clinical.search(argument) for argument in address.arguments)
    ] == []


def test_django_finds_nothing_wrong() -> None:
    call_command("check", fail_level="WARNING")


LISTED = {
    "code": {"text": RARE},
    "clinicalStatus": {"coding": [{"system": codes.CONDITION_CLINICAL, "code": "active"}]},
}


@pytest.fixture
def ids(open_cell: Path, at: datetime) -> dict[str, str]:
    """Real ids for every kind of argument: Dalia may have guessed them all."""
    with gate.write(by=ALICE, at=at, action="test.patient") as work:
        emile = work.create({**EMILE, "name": [{"family": RARE, "given": ["Émile"]}]})
        blob = work.keep_blob(RARE.encode())
        attachment = {"contentType": "text/plain", "url": f"Binary/{blob}"}
        document = work.create(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": emile.reference},
                "description": RARE,
                "content": [{"attachment": attachment}],
            }
        )
        note = {
            "type": {"text": "Consultation"},
            "date": "2026-03-03",
            "author": [ALICE.who()],
            "title": RARE,
        }
        subject = {"subject": {"reference": emile.reference}}
        composition = work.create({"resourceType": "Composition", "status": "final", **note, **subject})
        draft = work.open_draft(emile.id, text=RARE)
        problem = work.create({"resourceType": "Condition", **LISTED, **subject})
    to_do = task.add(by=ALICE, at=at, text=f"Rappeler {RARE}", patient=emile.id)
    return {
        "patient": emile.id,
        "one": emile.id,
        "other": emile.id,
        "document": document.id,
        "composition": composition.id,
        "draft": draft.id,
        "task": to_do.id,
        "condition": problem.id,
        "part": "1",
    }


# Which id an argument stands for, by address when its name alone does not say.
MEANS = {"day_task_done": "task", "day_task_again": "task", "consultation": "draft", "patient": "patient"}


def filled(address: Address, ids: dict[str, str]) -> str:
    """The address with real ids in it."""
    space = address.name.split(":")[0]
    kind = MEANS.get(address.name, MEANS.get(space, ""))
    return reverse(
        address.name, kwargs={name: ids.get(name, ids.get(kind, "x")) for name in address.arguments}
    )


@pytest.fixture
def dalia(open_cell: Path, at: datetime, monkeypatch: pytest.MonkeyPatch) -> Client:
    """A session of this program whose person belongs to another practice: what no door should ever let in."""
    monkeypatch.setattr("carnet.web.sign_in.middleware.sign_in.actor_of", lambda person, *, practice: DALIA)
    return signed_in(at)


def signed_in(at: datetime) -> Client:
    """The owner's session, awake."""
    client = Client(raise_request_exception=False)
    client.force_login(owner(at), backend="django.contrib.auth.backends.ModelBackend")
    session = client.session
    presence.begin(session, at=clock.now())
    session.save()
    return client


@pytest.mark.parametrize("address", GUARDED, ids=lambda address: address.name)
def test_dalia_sees_nothing(address: Address, dalia: Client, ids: dict[str, str]) -> None:
    path = filled(address, ids)
    rows = len(gate.audit_page(by=ALICE, limit=1000))
    for answer in (
        dalia.get(path),
        dalia.post(path, {**ids, "text": RARE[:4], "revision": "0", "if_version": "1"}),
    ):
        assert answer.status_code < 500
        assert RARE.encode() not in b"".join(answer)
    assert nothing_done(rows), "an actor of another practice changed or opened something here"


def nothing_done(before: int) -> bool:
    """Since `before`, the journal knows of nothing that was read or changed."""
    rows = gate.audit_page(by=ALICE, limit=1000)
    return all(row.action.startswith("sign_in.") for row in rows[: len(rows) - before])


def test_alice_does_see_it(open_cell: Path, ids: dict[str, str], at: datetime) -> None:
    """The test above would prove nothing if nobody could see the record."""
    client = signed_in(at)
    answer = client.get(reverse("patient:record", kwargs={"id": ids["patient"]}))
    assert answer.status_code == 200
    assert RARE.upper().encode() in answer.content.upper()
