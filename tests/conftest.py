"""What every test may ask for: a fresh cell on either engine, the clock, the shared sample files."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections
from django.utils import translation
from hypothesis import HealthCheck, settings
from pytest_django.plugin import DjangoDbBlocker

from carnet.accounts.models import Practice
from carnet.bench.postgresql import Server
from carnet.config.settings import database
from carnet.record import audit, cell, clock, gate
from carnet.record.actor import operator
from carnet.store import keys
from tests.cast import PRACTICE
from tests.postgresql import start

PASSPHRASE = "cheval correct batterie agrafe"
AT = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)

# The examples of hypothesis are the same on each run, and no clock on the wall judges them: other work on the machine
# would. `make soak` draws new ones.
settings.register_profile(
    "steady", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")


@pytest.fixture(autouse=True)
def _in_french() -> Iterator[None]:
    """A page asked for in English leaves its language to the thread: the next test begins in French again."""
    translation.activate("fr")
    yield
    translation.deactivate()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What reads the public sample files is marked `shared`; the fast loop leaves it out."""
    for item in items:
        if "shared_data" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.shared)


@pytest.fixture(scope="session")
def django_db_setup() -> None:
    """Cells are made by our own fixtures."""


@pytest.fixture(scope="session")
def unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="session")
def cell_template(unblocked: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A cell as `carnet init` makes it, with the practice of the tests; copied for each test."""
    home = tmp_path_factory.mktemp("template") / "cell"
    cell.create(home, passphrase=PASSPHRASE, practice="Cabinet des Tilleuls")
    held = {**keys.load(home), "practice": PRACTICE}
    keys.write(home, held)
    Practice.objects.update(id=PRACTICE)
    connections.close_all()
    keys.use(None)
    keyring = keys.unwrap(home, PASSPHRASE)
    _keyrings[home] = keyring
    yield home
    shutil.rmtree(home, ignore_errors=True)


_keyrings: dict[Path, keys.Keyring] = {}


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A PostgreSQL server of our own, in a temporary folder, on a Unix socket."""
    server = start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlcipher", pytest.param("postgresql", marks=pytest.mark.slow)])
def engine(request: pytest.FixtureRequest) -> str:
    """The two engines: a test that uses `any_cell` runs on both."""
    return str(request.param)


@pytest.fixture
def cell_home(cell_template: Path, tmp_path: Path) -> Path:
    """A fresh closed cell of the embedded engine, with PASSPHRASE."""
    home = tmp_path / "cell"
    shutil.copytree(cell_template, home)
    return home


@pytest.fixture
def cell_(cell_home: Path, cell_template: Path, settings: object) -> Iterator[Path]:
    """A fresh open cell of the embedded engine."""
    settings.HOME = cell_home  # type: ignore[attr-defined]
    connections.close_all()
    keys.use(replace(_keyrings[cell_template], home=cell_home))
    yield cell_home
    connections.close_all()
    keys.use(None)


@pytest.fixture
def open_cell(cell_: Path) -> Path:
    """The name by which most tests ask for a fresh open cell (SQLCipher)."""
    return cell_


@pytest.fixture
def any_cell(engine: str, request: pytest.FixtureRequest) -> Iterator[Path]:
    """A fresh open cell on each engine in turn."""
    if engine == "sqlcipher":
        yield request.getfixturevalue("cell_")
        return
    home = request.getfixturevalue("cell_home")
    template = request.getfixturevalue("cell_template")
    server: Server = request.getfixturevalue("postgresql")
    name = server.fresh(_fill_template(template))
    _point_at(server.url(name))
    keys.use(replace(_keyrings[template], home=home))
    (home / audit.HEAD).unlink(missing_ok=True)
    gate.audit_event(by=operator(PRACTICE), at=clock.now(), action="cell.create")
    yield home
    connections.close_all()
    keys.use(None)
    _point_at("")
    server.drop(name)


def _fill_template(template: Path) -> object:
    def fill(url: str) -> None:
        _point_at(url)
        keys.use(_keyrings[template])
        call_command("migrate", verbosity=0, interactive=False)
        Practice.objects.create(id=PRACTICE, name="Cabinet des Tilleuls", created=AT)
        connections.close_all()

    return fill


def _point_at(url: str) -> None:
    connections.close_all()
    configured = connections.configure_settings({"default": database(url)})
    connections.settings["default"] = configured["default"]
    with suppress(AttributeError):
        del connections["default"]


@pytest.fixture
def at() -> datetime:
    """The moment at which tests act."""
    return AT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The public sample files; a test that needs them is skipped without them."""
    folder = Path(os.environ.get("CARNET_SHARED", Path(__file__).parents[2] / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("the public sample files are not there (set CARNET_SHARED)")
    return folder
