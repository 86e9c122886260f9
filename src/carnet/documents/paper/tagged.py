"""Papers of ours as one PDF that lasts and can be read aloud as each of them does (PDF/A-2a, PDF/UA-1): their pages as
they were kept, their tags one after the other. It knows the plain form that `render` writes (every object by itself, one
table of places) and takes nothing else: no general reader of PDF."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

_END = re.compile(
    rb"trailer\n<</Size (\d{1,9})/Root (\d{1,9}) 0 R(/Info \d{1,9} 0 R)(/ID\[\S*\])>>\nstartxref\n(\d{1,9})\n%%EOF\s*\Z"
)
_TABLE = re.compile(rb"xref\n0 \d+\n0{10} 65535 f\s\n((?:\d{10} 00000 n\s\n)*)")
_OBJECT = re.compile(rb"\d+ 0 obj\n(.*)\nendobj\s*", re.DOTALL)
# What the file is: pages, then what is said of all of it, tags, how to show it, bookmarks (not taken over).
_ROOT = re.compile(
    rb"<</Type/Catalog/Pages (\d{1,9}) 0 R(/Metadata \d{1,9} 0 R/OutputIntents \d{1,9} 0 R/Lang\(\w*\))"
    rb"/StructTreeRoot (\d{1,9}) 0 R(/MarkInfo<<[^<>]*>>/ViewerPreferences<<[^<>]*>>)(?:/Outlines \d{1,9} 0 R)?>>"
)
_PAGES = re.compile(rb"<</Type/Pages/Count (\d{1,9})/Kids\[[\d R]*\]>>")
_TAGS = re.compile(
    rb"<</Type/StructTreeRoot(/RoleMap<<[^<>]*>>)/K\[([\d R]*)\]"
    rb"/ParentTree<</Nums\[([\d R]*)\]>>/ParentTreeNextKey (\d{1,9})>>"
)
_TEXT = rb"\((?:\\.|[^\\()]|\((?:\\.|[^\\()])*\))*\)"  # no figure in it is the number of an object
_NUMBER = re.compile(_TEXT + rb"|\b(\d{1,9}) 0 R\b|/StructParents (\d{1,9})", re.DOTALL)
_HEAD = b"%PDF-1.7\n%\x80\x80\x80\x80\n"
_ALL_PAGES, _ALL_TAGS = 1, 2  # numbers of the objects that hold those of all papers


class Foreign(Exception):
    """Not in the form that `render` writes."""


@dataclass(frozen=True, slots=True)
class _Paper:
    """Its objects, number 1 first; the numbers of some; what its file says of itself."""

    objects: list[bytes]
    root: int
    pages: int
    tags: int
    said: tuple[bytes, bytes]
    trailer: bytes


@dataclass(slots=True)
class _Stack:
    """What grows with each paper. `places`: where the marks of each page belong; `keys`: how many are taken."""

    objects: list[bytes] = field(default_factory=lambda: [b"null"] * _ALL_TAGS)
    pages: list[bytes] = field(default_factory=list)
    count: int = 0
    documents: list[bytes] = field(default_factory=list)
    places: list[bytes] = field(default_factory=list)
    keys: int = 0


def joined(contents: Sequence[bytes]) -> bytes:
    """The title and the dates of the file are those of the first. Raises Foreign."""
    stack, papers = _Stack(), [*map(_read, contents)]
    for paper in papers:
        _add(stack, paper)
    first, by = papers[0], _ALL_TAGS
    said, shown = (_moved(one, by, 0) for one in first.said)
    roles = _match(_TAGS, first.objects, first.tags)[1]
    stack.objects[_ALL_PAGES - 1] = b"<</Type/Pages/Count %d/Kids[%s]>>" % (
        stack.count,
        b" ".join(stack.pages),
    )
    stack.objects[_ALL_TAGS - 1] = (
        b"<</Type/StructTreeRoot%s/K[%s]/ParentTree<</Nums[%s]>>/ParentTreeNextKey %d>>"
        % (roles, b" ".join(stack.documents), b" ".join(stack.places), stack.keys)
    )
    stack.objects[first.root + by - 1] = b"<</Type/Catalog/Pages %d 0 R%s/StructTreeRoot %d 0 R%s>>" % (
        _ALL_PAGES,
        said,
        _ALL_TAGS,
        shown,
    )
    return _written(stack.objects, b"/Root %d 0 R%s" % (first.root + by, _moved(first.trailer, by, 0)))


def _read(content: bytes) -> _Paper:
    """Raises Foreign."""
    end = _END.search(content)
    table = _TABLE.fullmatch(content, int(end[5]), end.start()) if end else None
    if not end or not table:
        raise Foreign
    starts = [int(row[:10]) for row in table[1].splitlines()]
    found = [_OBJECT.fullmatch(content, *place) for place in pairwise([*starts, table.start()])]
    objects = [one[1] for one in found if one]
    if len(objects) + 1 != int(end[1]):
        raise Foreign
    root = _match(_ROOT, objects, int(end[2]))
    return _Paper(objects, int(end[2]), int(root[1]), int(root[3]), (root[2], root[4]), end[3] + end[4])


def _match(form: re.Pattern[bytes], objects: Sequence[bytes], number: int) -> re.Match[bytes]:
    """Raises Foreign when there is no such object, or not in this form."""
    found = form.fullmatch(objects[number - 1]) if 0 < number <= len(objects) else None
    if not found:
        raise Foreign
    return found


def _add(stack: _Stack, paper: _Paper) -> None:
    by = len(stack.objects)
    moved = [_moved(one, by, stack.keys, paper.tags) for one in paper.objects]
    pages, tags = _match(_PAGES, moved, paper.pages), _match(_TAGS, moved, paper.tags)
    stack.pages.append(b"%d 0 R" % (paper.pages + by))
    stack.count += int(pages[1])
    stack.documents.append(tags[2])
    for key, where in re.findall(rb"(\d+) (\d+ 0 R)", tags[3]):
        stack.places.append(b"%d %s" % (int(key) + stack.keys, where))
    stack.keys += int(tags[4])
    moved[paper.pages - 1] = b"%s/Parent %d 0 R>>" % (pages[0].removesuffix(b">>"), _ALL_PAGES)
    moved[paper.root - 1] = moved[paper.tags - 1] = b"null"
    stack.objects += moved


def _moved(body: bytes, by: int, keys: int, tags: int = 0) -> bytes:
    """With the numbers that its objects and its marks have in the stack; `tags` is the object that all papers share."""

    def renumbered(found: re.Match[bytes]) -> bytes:
        if found[1]:
            return b"%d 0 R" % (_ALL_TAGS if int(found[1]) == tags else int(found[1]) + by)
        return b"/StructParents %d" % (int(found[2]) + keys) if found[2] else found[0]

    head, stream, rest = body.partition(b"\nstream\n")
    return _NUMBER.sub(renumbered, head) + stream + rest


def _written(objects: Sequence[bytes], trailer: bytes) -> bytes:
    out, places = bytearray(_HEAD), list[int]()
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n\n" % (number, body)
    rows = b"".join(b"%010d 00000 n\r\n" % place for place in places)
    size, start = len(objects) + 1, len(out)
    out += b"xref\n0 %d\n0000000000 65535 f\r\n%s" % (size, rows)
    out += b"trailer\n<</Size %d%s>>\nstartxref\n%d\n%%%%EOF" % (size, trailer, start)
    return bytes(out)
