"""Small rooms: a module of at most 500 lines, a function of at most 40, and a first sentence in each module."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from tests.house.sources import Source, package, suite, tree

MODULE = 500
FUNCTION = 40


def test_modules_are_short() -> None:
    long = {
        source.place: lines
        for source in [*package(), *suite()]
        if not source.is_table and (lines := source.text.count("\n")) > MODULE
    }
    assert long == {}


def test_functions_are_short() -> None:
    long = {
        f"{source.place}:{function.lineno} {function.name}": length(function)
        for source in [*package(), *suite()]
        if not source.is_table
        for function in functions(source)
        if length(function) > FUNCTION
    }
    assert long == {}


def functions(source: Source) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in source.nodes():
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_every_module_says_what_it_holds() -> None:
    silent = [
        source.place
        for source in package()
        if source.text.strip()
        and "migrations" not in source.path.parts
        and not ast.get_docstring(tree(source.path))
    ]
    assert silent == []
