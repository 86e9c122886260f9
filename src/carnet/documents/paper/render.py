"""A sheet becomes a PDF: PDF/A-2a (kept for years) and PDF/UA-1 (read aloud). The words travel as values, never as
source: nothing that a doctor or a patient wrote is ever executed. Opens no file but its own templates."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

import typst

from carnet.documents.paper.sheets import Sheet
from carnet.fhir.errors import Malformed

KINDS = ("prescription", "order", "letter", "certificate", "sick_leave")
# Latin, Greek, Cyrillic, punctuation, currencies, arrows, signs of mathematics.
_ALPHABETS = (
    (" ", "\u024f"), ("\u0370", "\u045f"), ("\u1e00", "\u1eff"), ("\u2010", "\u2027"), ("\u2030", "\u205e"), ("\u20ac", "\u20ac"),
    ("\u2190", "\u2193"), ("\u2200", "\u2265"),
)  # fmt: skip
_HALVES = re.compile("[\ud800-\udfff]")
_HALF = "Ce texte contient une moitié de caractère, qui ne s'imprime pas. Rien n'a été enregistré ni imprimé. Retapez ce passage."
_FAILED = "Ce document n'a pas pu être mis en page. Rien n'a été enregistré ni imprimé."


def pdf(sheet: Sheet, *, at: datetime) -> bytes:
    """The bytes of the PDF; the same sheet and instant give the same bytes. A letter that no paper of ours can show is
    printed as \ufffd. Raises Malformed when it cannot be laid out, ValueError on a kind without template."""
    if sheet.kind not in KINDS:
        raise ValueError(sheet.kind)
    if not _is_text(asdict(sheet)):
        raise Malformed(_HALF)
    try:
        return _compiled(sheet.kind, asdict(sheet), at)
    except typst.TypstError:
        pass  # a letter without a shape: once more, with only those of our alphabets and the usual signs
    try:
        return _compiled(sheet.kind, _shown(asdict(sheet)), at)
    except typst.TypstError as error:
        raise Malformed(_FAILED) from error


def _is_text(value: Any) -> bool:
    """Whether every character is whole: half of one (a lone surrogate) has no bytes."""
    return _HALVES.search(json.dumps(value, ensure_ascii=False)) is None


def _shown(value: Any) -> Any:
    if isinstance(value, str):
        return "".join(c if _is_shown(c) else "\ufffd" for c in value)
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    return [_shown(one) for one in value] if isinstance(value, list | tuple) else value


def _is_shown(character: str) -> bool:
    return unicodedata.category(character)[0] != "C" and any(
        low <= character <= high for low, high in _ALPHABETS
    )


def _compiled(kind: str, values: dict[str, Any], at: datetime) -> bytes:
    made: bytes = typst.compile(
        _template(kind),
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        sys_inputs={"sheet": json.dumps(values, ensure_ascii=False)},
        ignore_system_fonts=True,
        timestamp=int(at.timestamp()),
    )
    return made


@cache
def _template(kind: str) -> bytes:
    folder = files("carnet.documents.paper") / "templates"
    return b"\n".join((folder / f"{name}.typ").read_bytes() for name in ("sheet", kind))
