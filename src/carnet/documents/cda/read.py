"""The one entrance of the CDA reader: bytes in, `Read` out."""

from __future__ import annotations

import hashlib

from lxml import etree

from carnet.documents.cda import header, statements
from carnet.documents.cda.context import Context
from carnet.documents.cda.elements import Element, attribute, child, children, document_id, places
from carnet.documents.cda.narrative import Narrative
from carnet.documents.cda.parse import parse
from carnet.documents.reading import Read

TEXT_LIMIT = 200_000  # characters


def read(content: bytes) -> Read:
    """Read a CDA document. Raises Malformed or TooBig with a French sentence, never anything else."""
    return read_document(parse(content))


def read_document(document: Element) -> Read:
    """Read a parsed ClinicalDocument."""
    ctx = _context(document)
    patient = header.patient(ctx, document)
    authors, custodian = header.authors(ctx, document), header.custodian(ctx, document)
    _keep_body(ctx, document)
    statements.read_body(ctx, document)
    return Read(
        format="cda",
        kind=header.kind(document),
        title=header.title(document),
        language=attribute(child(document, "languageCode"), "code"),
        created=ctx.created,
        patient=patient,
        resources=ctx.resources,
        statements=statements.report(ctx),
        parts=ctx.parts,
        authors=authors,
        custodian=custodian,
        confidentiality=[c for e in children(document, "confidentialityCode") if (c := attribute(e, "code"))],
        document_id=document_id(child(document, "id")),
        set_id=document_id(child(document, "setId")),
        version=header.version(document),
        replaces=header.replaced(document),
        text=_told(child(document, "component", "structuredBody")),
    )


def _told(body: Element | None) -> str:
    """What its sections tell, one piece of text a line."""
    if body is None:
        return ""
    sections = list(body.iter("{*}section"))
    shown = [part for section in sections for part in (child(section, "title"), child(section, "text"))]
    pieces = (" ".join(str(piece).split()) for part in shown if part is not None for piece in part.itertext())
    return "\n".join(piece for piece in pieces if piece)[:TEXT_LIMIT]


def _context(document: Element) -> Context:
    body = child(document, "component", "structuredBody")
    inside = places(document) if body is not None else {}
    within = {e: p for e, p in inside.items() if "/structuredBody[" in p}
    ordered = {e: within[e] for e in document.iter("*") if e in within}
    return Context(
        document_id=document_id(child(document, "id")) or _fingerprint(document),
        created=header.created(document),
        places=ordered,
        narrative=Narrative(document),
        handlers=statements.HANDLERS,
    )


def _fingerprint(document: Element) -> str:
    """A document without number is named by its content: two of them never meet."""
    return hashlib.sha256(etree.tostring(document)).hexdigest()


def _keep_body(ctx: Context, document: Element) -> None:
    """Level 1: the body is one file, kept whole."""
    holder = child(document, "component", "nonXMLBody", "text")
    if holder is not None:
        ctx.keep_part(holder, header.title(document), body=True)
