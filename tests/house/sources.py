"""The source files as the house tests read them: paths, text and syntax trees. It runs none of them."""

from __future__ import annotations

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src/carnet"
PURE = ("documents", "reading", "rules", "fhir")


@dataclass(frozen=True)
class Source:
    """One Python file; `place` is its path from the root of the project."""

    path: Path

    @property
    def place(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def layer(self) -> str:
        return self.path.relative_to(PACKAGE).parts[0]

    @property
    def text(self) -> str:
        return self.path.read_text("utf-8")

    @property
    def is_table(self) -> bool:
        return "migrations" in self.path.parts or self.path.stem.endswith(("tables", "_table"))

    def nodes(self) -> Iterator[ast.AST]:
        return ast.walk(tree(self.path))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def package() -> list[Source]:
    """Every module of the product."""
    return [Source(path) for path in sorted(PACKAGE.rglob("*.py"))]


def suite() -> list[Source]:
    """Every module of the tests."""
    return [Source(path) for path in sorted((ROOT / "tests").rglob("*.py"))]


def tracked() -> list[Path]:
    """Every file under version control, and new ones not ignored; all files where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        return [path for path in ROOT.rglob("*") if path.is_file() and not _made(path)]
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


def _made(path: Path) -> bool:
    return bool({".venv", "node_modules", ".git", "__pycache__", "vendor"} & set(path.parts))


def dotted(node: ast.AST) -> str:
    """`datetime.now` for the expression datetime.now; empty for anything that is not a plain name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def calls(source: Source) -> Iterator[tuple[str, int]]:
    """Each call by name, with its line."""
    for node in source.nodes():
        if isinstance(node, ast.Call) and (name := dotted(node.func)):
            yield name, node.lineno


def imports(source: Source) -> Iterator[tuple[str, int]]:
    """Each imported name, fully dotted, with its line."""
    for node in source.nodes():
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)
