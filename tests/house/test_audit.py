"""Every action leaves exactly one row in the journal, and is undone when that row cannot be written."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from carnet import actions
from carnet.record import audit, gate
from tests.cast import ALICE
from tests.house.stories import HALF, STORIES


def every_action() -> dict[str, Callable[..., Any]]:
    """The public functions of carnet.actions that say who and when."""
    found = {}
    for module in pkgutil.walk_packages(actions.__path__, f"{actions.__name__}."):
        for name, function in vars(importlib.import_module(module.name)).items():
            if (
                inspect.isfunction(function)
                and function.__module__ == module.name
                and is_action(name, function)
            ):
                found[f"{module.name.removeprefix(f'{actions.__name__}.')}.{name}"] = function
    return found


def is_action(name: str, function: Callable[..., Any]) -> bool:
    return not name.startswith("_") and {"by", "at"} <= set(inspect.signature(function).parameters)


ACTIONS = every_action()
TOLD = sorted(set(ACTIONS) & set(STORIES))


def test_every_action_has_its_story() -> None:
    assert set(ACTIONS) - set(STORIES) - HALF == set(), "tell it in tests/house/stories.py"
    assert set(STORIES) - set(ACTIONS) == set(), "a story of an action that no longer exists"


def test_actions_take_keywords_only() -> None:
    loose = [
        name
        for name, function in ACTIONS.items()
        for parameter in inspect.signature(function).parameters.values()
        if parameter.kind is not parameter.KEYWORD_ONLY
    ]
    assert loose == []


@pytest.mark.usefixtures("open_cell")
@pytest.mark.parametrize("name", TOLD)
def test_leaves_one_row(name: str, at: datetime) -> None:
    arguments = {"by": ALICE, **STORIES[name](at)}
    before = len(journal())
    ACTIONS[name](at=at, **arguments)
    rows = journal()
    assert len(rows) == before + 1, [row.action for row in rows[before:]]
    assert rows[-1].actor == arguments["by"].id
    assert rows[-1].outcome == "success"


@pytest.mark.usefixtures("open_cell")
@pytest.mark.parametrize("name", TOLD)
def test_is_undone_without_its_row(name: str, at: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = {"by": ALICE, **STORIES[name](at)}
    before = everything()
    monkeypatch.setattr(audit, "append", refuse)
    with pytest.raises(OSError, match="no journal"):
        ACTIONS[name](at=at, **arguments)
    assert everything() == before


def refuse(**row: object) -> tuple[int, bytes]:
    raise OSError("no journal")


def journal() -> list[audit.AuditRow]:
    """Oldest first."""
    return gate.audit_page(by=ALICE, limit=10_000)[::-1]


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table."""
    with connection.cursor() as cursor:
        tables = {}
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            tables[table] = sorted(cursor.fetchall(), key=repr)
    return tables
