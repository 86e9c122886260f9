"""From bytes to the ClinicalDocument element. Hostile-safe: no DTD, no entity, no network, bounded size and depth;
encodings are decided here, in the open, never left to the parser. Nothing of the content goes into a refusal."""

from __future__ import annotations

import re

from lxml import etree

from carnet.fhir.errors import Malformed, TooBig

V3 = "urn:hl7-org:v3"
SIZE_LIMIT = 64 * 1024 * 1024
ELEMENT_LIMIT = 200_000  # the largest published example has 12,000
DEPTH_LIMIT = 120

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", None),  # UTF-32: nobody writes it
    (b"\x00\x00\xfe\xff", None),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_DECLARATION = re.compile(r"^\s*<\?xml\b(?P<inside>[^>]{0,400}?)\?>", re.ASCII)
_ENCODING = re.compile(r"encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,40})[\"']")
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "us-ascii": "utf-8",
    "ascii": "utf-8",
    "iso-8859-1": "cp1252",  # as browsers do: the C1 controls of latin-1 are never meant
    "latin1": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "windows-1252": "cp1252",
    "cp1252": "cp1252",
    # a .NET string saved as UTF-8 keeps "utf-16" in its declaration: without zero bytes it is not UTF-16
    "utf-16": "utf-8",
    "utf-16le": "utf-8",
    "utf-16be": "utf-8",
}
_NOT_XML = "Ce document CDA est abîmé ou incomplet : il ne s'ouvre pas. Rien n'a été enregistré."
_NOT_CDA = "Ce fichier XML n'est pas un document médical CDA. Rien n'a été enregistré."
_DANGEROUS = (
    "Ce fichier XML contient des définitions (DTD) qu'un document médical n'a jamais et qui peuvent être "
    "dangereuses. Il a été refusé ; rien n'a été enregistré."
)
_WRONG_BYTES = (
    "Les caractères de ce document ne sont pas écrits comme il l'annonce (encodage) : certains mots seraient faux. "
    "Demandez à l'expéditeur de le renvoyer. Rien n'a été enregistré."
)
_TOO_BIG = "Ce document CDA est trop grand pour être lu sans risque. Rien n'a été enregistré."


def parse(content: bytes) -> etree._Element:
    """The ClinicalDocument, alone or taken out of the stylesheet that shows it ("autoprésentable"). Raises
    Malformed or TooBig."""
    if len(content) > SIZE_LIMIT:
        raise TooBig(_TOO_BIG)
    text = _without_declaration(_decode(content))
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise Malformed(_DANGEROUS)
    root = _parse(text)
    _check_shape(root)
    return _document(root)


def _decode(content: bytes) -> str:
    for mark, encoding in _BOMS:
        if content.startswith(mark):
            return _decoded(content[len(mark) :], encoding)
    if content[:4] == b"<\0?\0" or content[:2] == b"<\0":
        return _decoded(content, "utf-16-le")
    if content[:4] == b"\0<\0?" or content[:2] == b"\0<":
        return _decoded(content, "utf-16-be")
    return _decoded(content, _declared(content))


def _declared(content: bytes) -> str | None:
    head = _DECLARATION.match(content[:500].decode("latin-1"))
    found = _ENCODING.search(head["inside"]) if head else None
    return _ENCODINGS.get(found[1].lower()) if found else "utf-8"


def _decoded(content: bytes, encoding: str | None) -> str:
    if encoding is None:
        raise Malformed(_WRONG_BYTES)
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise Malformed(_WRONG_BYTES) from None  # the cause would carry the whole document


def _without_declaration(text: str) -> str:
    return _DECLARATION.sub("", text.removeprefix("\ufeff"), count=1)


def _parse(text: str) -> etree._Element:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError, ValueError):
        raise Malformed(_NOT_XML) from None  # the cause may quote the document


def _check_shape(root: etree._Element) -> None:
    """Bounds that libxml2 does not set: how many elements, how deep."""
    depth = count = 0
    for event, _ in etree.iterwalk(root, events=("start", "end")):
        depth += 1 if event == "start" else -1
        count += event == "start"
        if depth > DEPTH_LIMIT or count > ELEMENT_LIMIT:
            raise TooBig(_TOO_BIG)


def _document(root: etree._Element) -> etree._Element:
    if root.tag == f"{{{V3}}}ClinicalDocument":
        return root
    if etree.QName(root).localname in ("stylesheet", "transform"):
        found = list(root.iter(f"{{{V3}}}ClinicalDocument"))
        if len(found) == 1:
            return found[0]
    raise Malformed(_NOT_CDA)
