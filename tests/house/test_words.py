"""Words that never appear: names that say nothing, work left for later, places that only exist on one machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.house.sources import PACKAGE, ROOT, package, suite, tracked

EMPTY_NAMES = {
    "utils",
    "util",
    "helpers",
    "helper",
    "common",
    "manager",
    "service",
    "base",
    "data",
    "info",
    "misc",
}
# Django gives some names: the database back end must be called `base`.
NAMED_BY_DJANGO = {"src/carnet/store/sqlcipher/base.py"}
LATER = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b")
REGISTRY = re.compile(
    r"(registry\.npmjs|pypi\.(org|python)|files\.pythonhosted|npmmirror|/simple/|://[^\s\"']*\.whl)"
)
MACHINE_PATH = re.compile(r"(?<![\w.~/-])/(home|Users|work|root|opt|mnt)/[\w.-]+")
BINARY = {".png", ".jpg", ".jpeg", ".pdf", ".gz", ".zst", ".woff2", ".mo", ".zip", ".ico"}


def texts() -> list[Path]:
    return [path for path in tracked() if path.suffix not in BINARY and path != Path(__file__).resolve()]


def test_names_say_something() -> None:
    empty = [
        source.place
        for source in [*package(), *suite()]
        if source.path.stem in EMPTY_NAMES and source.place not in NAMED_BY_DJANGO
    ]
    empty += [
        str(path.relative_to(ROOT))
        for path in PACKAGE.rglob("*")
        if path.is_dir() and path.name in EMPTY_NAMES
    ]
    assert empty == []


@pytest.mark.parametrize(
    ("pattern", "why"),
    [
        (LATER, "work left for later belongs in an issue"),
        (REGISTRY, "a lock file names what, never from where"),
        (MACHINE_PATH, "a path of one machine"),
    ],
    ids=["later", "registry", "machine"],
)
def test_no_such_words(pattern: re.Pattern[str], why: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in texts()
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == [], why
