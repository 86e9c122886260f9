"""JSON as the record needs it: strict at the edge, and numbers kept as they were written (1.00 is not 1.0)."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import orjson

from carnet.fhir.errors import Malformed

DEPTH_LIMIT = 64
MAGNITUDE = (
    307  # powers of ten: beyond them a quick parser sees infinity, and written out a number fills the memory
)


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("duplicate key")
    return result


def _integer(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < 18 else _bounded(Decimal(digits))


def _bounded(number: Decimal) -> Decimal:
    if abs(number.adjusted()) > MAGNITUDE:
        raise ValueError("magnitude")
    return number


class Written(Decimal):
    """A number that Decimal alone would write in another way: 1e5, or 0.0000001."""

    text: str

    def __new__(cls, text: str | Decimal) -> Written:
        made = super().__new__(cls, text)
        made.text = text.text if isinstance(text, Written) else str(text)
        return made


def plain(value: Any) -> Any:
    """The same, every number a plain one: for who knows Decimal but not Written."""
    if isinstance(value, dict):
        return {name: plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return Decimal(value) if isinstance(value, Written) else value


def _fraction(text: str) -> Decimal:
    number = _bounded(Decimal(text))
    return number if str(number) == text else Written(text)


_decode = json.JSONDecoder(
    parse_float=_fraction, parse_int=_integer, parse_constant=_refuse_constant, object_pairs_hook=_object
).decode


def loads(content: bytes | str) -> Any:
    """Parse strict UTF-8 JSON; fractions become Decimal. Raises Malformed (bad UTF-8, NaN, a key twice, lone
    surrogate, a number beyond MAGNITUDE, nesting deeper than DEPTH_LIMIT)."""
    try:
        text = content.decode("utf-8") if isinstance(content, bytes) else content
        value = _decode(text)
        if "\\u" in text:
            orjson.dumps(value, default=str)  # a lone surrogate cannot be stored
    except (ValueError, ArithmeticError, RecursionError, TypeError) as error:
        raise Malformed("Ce fichier n'est pas du JSON lisible. Rien n'a été enregistré.") from error
    check_depth(value)
    return value


# Numbers that only the slow way keeps as they were written: fractions, and integers of more than 17 figures. Each
# pattern begins with its own letters, which a search jumps to; what is kept is compact, and lists of numbers are rare.
_EXACT = re.compile(rb'":-?[0-9]+(?:[.eE]|[0-9]{17})')
_LONG_INTEGER = re.compile(rb'":-?[0-9]{18}')
_LIST_OF_NUMBERS = re.compile(rb"\[-?[0-9]")
_UNUSUAL = re.compile(rb'":-?(?:0\.000000|[0-9.]+[eE])')  # what Decimal alone would write in another way
_decode_kept = json.JSONDecoder(parse_float=Decimal).decode


def kept(body: bytes) -> Any:
    """Parse what the record already keeps: it was checked when it was written, so this is only quick."""
    if not _EXACT.search(body) and not _LIST_OF_NUMBERS.search(body):
        return orjson.loads(body)
    slow = _UNUSUAL.search(body) or _LONG_INTEGER.search(body) or _LIST_OF_NUMBERS.search(body)
    return (_decode if slow else _decode_kept)(body.decode("utf-8"))


def glance(body: bytes) -> Any:
    """What the record keeps, quicker still, its fractions inexact: to tell what it is, never to show a number."""
    return orjson.loads(body)


def check_depth(value: Any, limit: int = DEPTH_LIMIT) -> None:
    """Refuse nesting deeper than `limit`, and text that UTF-8 cannot hold, with a loop that cannot overflow."""
    level, depth = [value], 0
    while level:
        depth += 1
        if depth > limit:
            raise Malformed("Ce fichier est imbriqué trop profondément. Rien n'a été enregistré.")
        level = [child for node in level for child in _children(node)]


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _written(value: Any) -> Any:
    if isinstance(value, Decimal):
        _bounded(value)
        return orjson.Fragment(value.text if isinstance(value, Written) else str(value))
    raise TypeError(type(value).__name__)


def as_it_is(body: bytes) -> Any:
    """A resource as it is kept, to be put whole and unparsed into what `dumps` writes."""
    return orjson.Fragment(body)


def dumps(value: Any, *, indent: bool = False) -> bytes:
    """Compact UTF-8 JSON, or indented for a person; Decimals come out as they came in. Raises Malformed on text UTF-8
    cannot hold."""
    try:
        return orjson.dumps(value, default=_written, option=orjson.OPT_INDENT_2 if indent else None)
    except (orjson.JSONEncodeError, TypeError) as error:
        raise Malformed("Ce contenu ne peut pas être enregistré tel quel.") from error
