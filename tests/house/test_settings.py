"""Every setting is documented, and nothing is documented that does not exist."""

from __future__ import annotations

import ast
import re

from tests.house.sources import ROOT, Source, package, suite

PAGE = ROOT / "docs/settings.md"
NAME = re.compile(r"CARNET_[A-Z_]+")


def named_in(sources: list[Source]) -> set[str]:
    """The settings that appear as a whole string in the code: how the environment is read."""
    return {
        node.value
        for source in sources
        for node in source.nodes()
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and NAME.fullmatch(node.value)
    }


def documented() -> set[str]:
    return set(re.findall(r"^\| `(CARNET_[A-Z_]+)` \|", PAGE.read_text("utf-8"), re.M))


def test_every_setting_is_documented() -> None:
    assert named_in([*package(), *suite()]) - documented() == set()


def test_no_setting_is_documented_that_nobody_reads() -> None:
    assert documented() - named_in([*package(), *suite()]) == set()
