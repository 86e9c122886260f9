"""A document as safe HTML for the viewer: who, what and when, then every section in order with its text, then the
embedded files. It shows; it decides nothing."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable

from lxml import etree

from carnet.documents.cda.elements import Element, child, children, plain
from carnet.documents.cda.narrative import safe_html
from carnet.documents.cda.parse import parse
from carnet.documents.cda.people import spoken
from carnet.documents.cda.read import read_document
from carnet.documents.reading import Part, Read
from carnet.fhir.dates import french

PartUrl = Callable[[Part], str]
_SHOWN = ("image/png", "image/jpeg", "image/gif")
_INLINE_LIMIT = 4 * 1024 * 1024
_TEXT_LIMIT = 500_000
_NOT_XML = re.compile("[^\n\t\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def view(content: bytes, part_url: PartUrl | None = None) -> str:
    """The HTML of a CDA document, one `article`. `part_url` gives the address of an embedded file; without it images
    are inlined as data: and other files are only named. Raises as `read` does."""
    document = parse(content)
    read = read_document(document)
    article = etree.Element("article", {"class": "cda"})
    _header(article, read)
    shown: set[str] = set()
    for section in _sections(child(document, "component", "structuredBody")):
        _section(article, section, read, part_url, shown, 2)
    _files(article, [part for part in read.parts if part.id not in shown], part_url)
    return etree.tostring(article, encoding="unicode", method="html")


def _header(article: Element, read: Read) -> None:
    header = etree.SubElement(article, "header")
    etree.SubElement(header, "h1").text = read.title
    summary = etree.SubElement(header, "dl")
    for term, said in _summary(read):
        if said:
            etree.SubElement(summary, "dt").text = term
            etree.SubElement(summary, "dd").text = said


def _summary(read: Read) -> list[tuple[str, str]]:
    """The French words of the header; the viewer translates nothing of a French document."""
    patient = read.patient or {}
    name = next((spoken(each) for each in patient.get("name", [])), "")
    born = french(patient.get("birthDate", ""))
    authors = ", ".join(each["display"] for each in read.authors if "display" in each)
    version = (
        f"{read.version}" + (" (remplace un document antérieur)" if read.replaces else "")
        if read.version
        else ""
    )
    return [
        ("Type", read.kind.label),
        ("Patient", " né(e) le ".join(filter(None, [name, born]))),
        ("Date", _day(read.created)),
        ("Auteur", authors),
        ("Version", version),
    ]


def _day(written: str | None) -> str:
    day, _, clock = (written or "").partition("T")
    return " ".join(filter(None, [french(day), clock[:5].replace(":", " h ") if clock else ""]))


def _sections(holder: Element | None) -> list[Element]:
    return [
        section for each in children(holder, "component") if (section := child(each, "section")) is not None
    ]


def _section(
    above: Element, section: Element, read: Read, part_url: PartUrl | None, shown: set[str], level: int
) -> None:
    block = etree.SubElement(above, "section")
    title = plain(child(section, "title"))
    if title:
        etree.SubElement(block, f"h{min(level, 6)}").text = title
    text = child(section, "text")
    if text is not None:
        block.append(_text(text, read, part_url, shown))
    for below in _sections(section):
        _section(block, below, read, part_url, shown, level + 1)


def _text(text: Element, read: Read, part_url: PartUrl | None, shown: set[str]) -> Element:
    def picture(key: str) -> Element | None:
        part = next((part for part in read.parts if part.key and part.key == key), None)
        if part is None:
            return None
        shown.add(part.id)
        return _file(part, part_url)

    return safe_html(text, picture)


def _files(article: Element, parts: list[Part], part_url: PartUrl | None) -> None:
    if not parts:
        return
    block = etree.SubElement(article, "section", {"class": "cda-parts"})
    if not any(part.body for part in parts):
        etree.SubElement(block, "h2").text = "Pièces jointes"
    for part in parts:
        block.append(_file(part, part_url))


def _file(part: Part, part_url: PartUrl | None) -> Element:
    """An image as an image, plain text as text, anything else as a link (or a name) with its type."""
    figure = etree.Element("figure", {"class": "cda-part", "data-part": part.id})
    source = part_url(part) if part_url else _inline(part)
    if part.media_type in _SHOWN and source:
        etree.SubElement(figure, "img", {"src": source, "alt": part.title or "Image du document"})
    elif part.media_type == "text/plain":
        etree.SubElement(figure, "pre").text = _plain_text(part.content)
    else:
        link = etree.SubElement(
            figure, "a" if part_url else "span", {"href": source} if part_url and source else {}
        )
        link.text = " ".join(filter(None, [part.title or "Fichier joint", f"({part.media_type})"]))
    return figure


def _inline(part: Part) -> str:
    if part.media_type not in _SHOWN or len(part.content) > _INLINE_LIMIT:
        return ""
    return f"data:{part.media_type};base64,{base64.b64encode(part.content).decode('ascii')}"


def _plain_text(content: bytes) -> str:
    text = content.decode("utf-8", errors="replace")[:_TEXT_LIMIT]
    return _NOT_XML.sub(" ", text)
