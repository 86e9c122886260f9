"""Gathers the French sentences of the product (templates, Python, refusals of the record) into the English catalogue,
keeping what is translated. Says what is not translated yet; `--check` changes nothing and fails on any of it.
"""

import ast
import re
import sys
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src/carnet"
CATALOGUE = PACKAGE / "locale/en/LC_MESSAGES/django.po"
SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # the file changes when its sentences do, not with the day
KEYWORDS = {
    "_": None, "gettext": None, "gettext_lazy": None, "gettext_noop": None, "ngettext": (1, 2), "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2), "N_": None,
}  # fmt: skip
# A refusal is raised with its French sentence, bare: the layers below the screens know no translation.
ERRORS = {
    "CarnetError", "Malformed", "Invalid", "Refused", "NotFound", "Gone", "Conflict", "TooBig", "Unavailable", "WrongKey",
    "Damaged", "NewerSchema", "DiskFull", "Unsupported", "TooManyTries", "Issue",
}  # fmt: skip


def sentences() -> Catalog:
    """Every sentence of the product with the files that say it."""
    found = Catalog(
        locale="en", project="Carnet", version="1", creation_date=SINCE, revision_date=SINCE, fuzzy=False,
        last_translator="Carnet", language_team="English", msgid_bugs_address="the issues of the project",
        header_comment="# English words of Carnet. The French is in the code.",
    )  # fmt: skip
    for path in sorted(PACKAGE.rglob("*")):
        if path.suffix in {".py", ".html"} and "migrations" not in path.parts:
            gather(found, path)
    return found


def gather(found: Catalog, path: Path) -> None:
    place = [(str(path.relative_to(ROOT)), 0)]
    text = path.read_text("utf-8")
    source = flat(templatize(text, origin=str(path))) if path.suffix == ".html" else text
    for _, message, _, _ in extract("python", BytesIO(source.encode()), KEYWORDS):
        found.add(message, locations=place, flags=flags(message))
    if path.suffix == ".py":
        for message in refusals(ast.parse(text)):
            found.add(message, locations=place)


def flat(source: str) -> str:
    """What Django makes of a template is meant for a reader that does not mind indentation; ours does."""
    return "\n".join(line.strip() for line in source.splitlines())


def flags(message: str | tuple[str, ...]) -> list[str]:
    first = message if isinstance(message, str) else message[0]
    return ["python-format"] if "%(" in first else []


def refusals(tree: ast.Module) -> list[str]:
    """Sentences given to the errors, written there or named above."""
    named = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    said = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in ERRORS:
            said += [sentence(argument, named) for argument in node.args[:2]]
    return [text for text in said if " " in text]


def sentence(node: ast.expr, named: dict[str, str]) -> str:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    return named.get(node.id, "") if isinstance(node, ast.Name) else ""


def merged(found: Catalog) -> Catalog:
    """The sentences of today with the translations there are; what nobody says any more is dropped."""
    if CATALOGUE.exists():
        with CATALOGUE.open("rb") as file:
            known = read_po(file, locale="en")
        for message in found:
            old = known.get(message.id) if message.id else None
            if old and old.string:
                message.string = old.string
    return found


def untranslated(catalogue: Catalog) -> list[str]:
    return [str(message.id) for message in catalogue if message.id and not complete(message.string)]


def complete(string: str | tuple[str, ...]) -> bool:
    return all(string) if isinstance(string, tuple) else bool(string)


def unfaithful(catalogue: Catalog) -> list[str]:
    """Translations that lost or invented a named value or a mark-up of their sentence."""
    kept = [message for message in catalogue if message.id and complete(message.string)]
    return [str(message.id) for message in kept if marks(last(message.id)) != marks(last(message.string))]


def last(text: str | tuple[str, ...] | list[str]) -> str:
    return text if isinstance(text, str) else text[-1]


def marks(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s|\{\w+\}|<[^>]+>", text))


def main() -> int:
    settings.configure()
    catalogue = merged(sentences())
    missing = untranslated(catalogue)
    for message in missing:
        print(message)
    if sys.argv[1:] != ["--check"]:
        CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
        with CATALOGUE.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, omit_header=False, include_lineno=False)
    print(f"{len(catalogue)} sentences, {len(missing)} not translated", file=sys.stderr)
    return 1 if missing and sys.argv[1:] == ["--check"] else 0


if __name__ == "__main__":
    sys.exit(main())
