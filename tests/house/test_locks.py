"""What the project asks for is what the lock files pin: nothing more to find, nothing without its hash."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.house.sources import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
BUILT = [*PROJECT["project"]["dependencies"], *PROJECT["project"]["optional-dependencies"]["assets"]]
ASKED = {
    "requirements.lock": [*BUILT, *PROJECT["build-system"]["requires"]],
    "requirements-dev.lock": PROJECT["project"]["optional-dependencies"]["dev"],
}


def name(requirement: str) -> str:
    """`django-allauth` for "Django_Allauth[mfa]>=65"."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def pins(lock: Path) -> dict[str, str]:
    """Package to what follows it in the lock file: version and hashes."""
    blocks = re.split(r"\n(?=[a-z])", lock.read_text("utf-8"))[1:]
    return {name(block): block for block in blocks}


@pytest.mark.parametrize("lock", ASKED)
def test_every_dependency_is_pinned(lock: str) -> None:
    assert {name(asked) for asked in ASKED[lock]} - set(pins(ROOT / lock)) == set(), "run: make lock"


@pytest.mark.parametrize("lock", ASKED)
def test_every_pin_has_its_hash(lock: str) -> None:
    found = pins(ROOT / lock)
    assert [
        package for package, block in found.items() if "--hash=sha256:" not in block or "==" not in block
    ] == []
    assert found


def test_both_locks_agree() -> None:
    run, dev = pins(ROOT / "requirements.lock"), pins(ROOT / "requirements-dev.lock")
    version = re.compile(r"==(\S+)")
    differing = [
        one for one in run.keys() & dev.keys() if version.findall(run[one])[0] != version.findall(dev[one])[0]
    ]
    assert differing == []
