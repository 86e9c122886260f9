"""The human text of a document: found by ID, and turned into safe XHTML. Only listed elements and attributes
survive: never a script, a style, a frame, an image or a link of the outside."""

from __future__ import annotations

import re
from collections.abc import Callable

from lxml import etree

from carnet.documents.cda.elements import Element, attribute, child, children, name, plain

XHTML = "http://www.w3.org/1999/xhtml"
Picture = Callable[[str], Element | None]  # from the ID of an observationMedia to what shows it
ROW_LIMIT = 20_000  # a row larger than this is a whole report: the document itself shows it

_SAME = frozenset(
    ["table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption", "colgroup", "col", "sub", "sup", "br"]
)
_RENAMED = {
    "paragraph": "p",
    "item": "li",
    "content": "span",
    "linkHtml": "span",
    "footnote": "span",
    "footnoteRef": "span",
    "text": "div",
}
_VOID = frozenset(("br", "col"))
_NUMBERS = frozenset(("colspan", "rowspan"))
_SPANNED = frozenset(("th", "td", "col", "colgroup"))
_STYLES = {"bold": "b", "italics": "i", "emphasis": "i", "underline": "u"}
_RULES = frozenset(("toprule", "botrule", "lrule", "rrule"))
_ALIGN = frozenset(("left", "center", "right"))
_BLANKS = re.compile(r"\s+")
_STYLE_WORD = re.compile(r"[\w-]+")


class Narrative:
    """Where each ID of the document's texts is: in its own section first, else anywhere if it is unique."""

    def __init__(self, document: Element) -> None:
        self._sections: dict[Element, dict[str, Element]] = {}
        self._seen: dict[str, list[Element]] = {}
        for section in document.iter("{*}section"):
            own: dict[str, Element] = {}
            self._sections[section] = own
            for element in self._named(child(section, "text")):
                key = str(attribute(element, "ID"))
                own.setdefault(key, element)
                self._seen.setdefault(key, []).append(element)

    @staticmethod
    def _named(text: Element | None) -> list[Element]:
        return [] if text is None else [each for each in text.iter("*") if attribute(each, "ID")]

    def find(self, reference: str, section: Element | None) -> Element | None:
        """The element that `#ID` (or `ID`: many writers forget the sign) names."""
        key = reference.removeprefix("#").strip()
        own = self._sections.get(section, {}) if section is not None else {}
        if key in own:
            return own[key]
        everywhere = self._seen.get(key, [])
        return everywhere[0] if len(everywhere) == 1 else None


def row_of(element: Element) -> Element | None:
    """The table row around an element, or its paragraph or list item."""
    for around in (element, *element.iterancestors()):
        if name(around) in ("tr", "item", "paragraph"):
            return around
        if name(around) == "section":
            return None
    return None


def heading_of(row: Element) -> Element | None:
    """The one heading row whose cells stand over the cells of this row, None when cells are merged."""
    table = next((each for each in row.iterancestors("{*}table")), None)
    heads = list(children(child(table, "thead"), "tr"))
    cells = _cells(row)
    for head in reversed(heads):
        if head is not row and len(_cells(head)) == len(cells) and not _merged(head) and not _merged(row):
            return head
    return None


def cell_under(row: Element, heading: re.Pattern[str]) -> str:
    """What the row says in the column whose heading matches, "" when there is none."""
    head = heading_of(row)
    if head is None:
        return ""
    for title, cell in zip(_cells(head), _cells(row), strict=True):
        if heading.match(plain(title)):
            return plain(cell)
    return ""


def _cells(row: Element) -> list[Element]:
    return [each for each in row if name(each) in ("td", "th")]


def _merged(row: Element) -> bool:
    return any(each.get(key, "1") != "1" for each in _cells(row) for key in _NUMBERS)


def row_html(element: Element) -> str | None:
    """The row (under its headings) or paragraph around an element, as the `div` of a resource; None when empty."""
    row = row_of(element)
    if row is None:
        row = element
    div = etree.fromstring(f'<div xmlns="{XHTML}"/>')
    if name(row) == "tr":
        table = etree.SubElement(div, "table")
        head = heading_of(row)
        if head is not None:
            _convert(head, etree.SubElement(table, "thead"), None)
        _convert(row, etree.SubElement(table, "tbody"), None)
    else:
        _convert(row, div, None)
    written = _BLANKS.sub(" ", etree.tostring(div, encoding="unicode"))
    return written if plain(div) and len(written) <= ROW_LIMIT else None


def safe_html(text: Element, picture: Picture | None = None) -> Element:
    """A whole section text as a safe `div` element, for the viewer."""
    holder = etree.Element("div")
    _convert(text, holder, picture)
    return holder[0]


def _convert(element: Element, parent: Element, picture: Picture | None) -> None:
    """Append the safe form of `element` to `parent`; the tail is left to the caller."""
    made = _element(element, parent, picture)
    if made is None:
        return
    if name(made) not in _VOID:
        _append_text(made, element.text)
        for below in element:
            _convert(below, made, picture)
            _append_text(made, below.tail)


def _element(element: Element, parent: Element, picture: Picture | None) -> Element | None:
    tag = name(element)
    if tag == "renderMultiMedia":
        _append_picture(element, parent, picture)
        return None
    if tag == "list":
        made = etree.SubElement(parent, "ol" if attribute(element, "listType") == "ordered" else "ul")
    elif tag == "caption" and name(element.getparent()) != "table":  # type: ignore[arg-type]
        made = etree.SubElement(parent, "p")
    elif tag in _SAME:
        made = etree.SubElement(parent, tag)
    elif tag in _RENAMED:
        made = etree.SubElement(parent, _RENAMED[tag])
    else:
        made = etree.SubElement(parent, "span")
    return _styled(element, made)


def _styled(element: Element, made: Element) -> Element:
    if made.tag in _SPANNED:
        for key in ("colspan", "rowspan", "span"):
            value = attribute(element, key) or ""
            if value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= 100:
                made.set(key, value)
    words = [word.lower() for word in _STYLE_WORD.findall(attribute(element, "styleCode") or "")]
    align = (attribute(element, "align") or "").lower()
    classes = [f"cda-{word}" for word in words if word in _RULES] + (
        [f"cda-{align}"] if align in _ALIGN else []
    )
    if classes:
        made.set("class", " ".join(dict.fromkeys(classes)))
    if made.tag in _VOID or made.tag in ("table", "thead", "tbody", "tfoot", "tr", "colgroup", "ul", "ol"):
        return made
    if attribute(element, "revised") == "delete":
        made = etree.SubElement(made, "del")
    for style in dict.fromkeys(_STYLES[word] for word in words if word in _STYLES):
        made = etree.SubElement(made, style)
    return made


def _append_text(parent: Element, text: str | None) -> None:
    if not text:
        return
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text


def _append_picture(element: Element, parent: Element, picture: Picture | None) -> None:
    for reference in (attribute(element, "referencedObject") or "").split():
        shown = picture(reference) if picture else None
        if shown is not None:
            parent.append(shown)
    caption = plain(child(element, "caption"))
    if caption:
        etree.SubElement(parent, "span").text = caption
