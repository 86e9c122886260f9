"""The note of a consultation as the record keeps it: one text in one form, its fingerprint, its narrative. Pure; never
changes a word."""

from __future__ import annotations

import difflib
import hashlib
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Any

from carnet.fhir import codes

FINGERPRINT = "urn:carnet:note-sha256"
LONGEST = 200_000  # characters: more than any note a person writes
CLAUSE = re.compile(r"[;\n]|[.,](?!\d)")  # where a clause ends; « 38,5 » has no end

# What FHIR strings and XML cannot hold: control characters but tab and line feed, and non-characters.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
_REASON = re.compile(r"^[ \t]*motif[ \t\u00a0\u202f]*:[ \t]*(\S.*?)[ \t]*$", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of two texts side by side; `change` is same, changed, added or removed."""

    left: str
    right: str
    change: str


def clean(text: str) -> str:
    """The text as it is signed: writable, without a blank tail."""
    return writable(text).rstrip()


def writable(text: str) -> str:
    """The text as a draft keeps it: NFC, line feeds only, no character that a record cannot hold."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\x0b", "\n").replace("\x0c", "\n")
    return unicodedata.normalize("NFC", _UNWRITABLE.sub("", text))


def is_empty(text: str) -> bool:
    """Nothing that a reader would see."""
    return not any(unicodedata.category(character)[0] not in "CZ" for character in text)


def reason(text: str) -> str:
    """What the line « Motif : … » of the note says, else nothing."""
    found = _REASON.search(text)
    return found[1] if found else ""


def without_reason(text: str) -> str:
    """The note without that line, for a place that already shows it."""
    return _REASON.sub("", text, count=1).strip("\n")


def fingerprint(text: str) -> str:
    """SHA-256 of the note's UTF-8 bytes, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def extensions(text: str) -> list[dict[str, str]]:
    """The note and its fingerprint as extensions of a Composition."""
    return [
        {"url": codes.NOTE, "valueString": text},
        {"url": FINGERPRINT, "valueString": fingerprint(text)},
    ]


def text_of(composition: dict[str, Any]) -> str | None:
    """The note that a Composition holds; None for a Composition that is not one of our notes."""
    return _extension(composition, codes.NOTE)


def is_intact(composition: dict[str, Any]) -> bool:
    """Whether the note is still the text that was signed, and what other programs show is made from it."""
    text = text_of(composition)
    same = text is not None and _extension(composition, FINGERPRINT) == fingerprint(text)
    return same and composition.get("text", {}).get("div") == narrative(text or "")


def narrative(text: str) -> str:
    """The XHTML that other programs show: the same words, every sign of them escaped."""
    lines = "<br/>".join(escape(line, quote=False) for line in text.split("\n"))
    return f'<div xmlns="http://www.w3.org/1999/xhtml"><p>{lines}</p></div>'


def side_by_side(before: str, after: str) -> Iterator[Row]:
    """The two texts line against line."""
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for tag, a, b, c, d in matcher.get_opcodes():
        for index in range(max(b - a, d - c)):
            left = old[a + index] if a + index < b else None
            right = new[c + index] if c + index < d else None
            yield Row(left or "", right or "", _change(tag, left, right))


def _change(tag: str, left: str | None, right: str | None) -> str:
    if tag == "equal":
        return "same"
    return "added" if left is None else "removed" if right is None else "changed"


def _extension(composition: dict[str, Any], url: str) -> str | None:
    values = [e.get("valueString") for e in composition.get("extension", []) if e.get("url") == url]
    return str(values[0]) if values and values[0] is not None else None
