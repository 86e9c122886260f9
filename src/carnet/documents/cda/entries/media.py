"""Files inside the document (observationMedia, attached documents): kept whole, an image as Media, any other as
DocumentReference."""

from __future__ import annotations

from typing import Any

from carnet.documents.cda.context import Context, Resource, attachment
from carnet.documents.cda.elements import Element, attribute, child, identifiers, plain
from carnet.documents.cda.entries.below import Piece, detail, read_below
from carnet.documents.cda.people import author, person_only
from carnet.documents.cda.values import concept
from carnet.documents.reading import Part
from carnet.fhir.codes import TAG

_UNREADABLE = "Fichier joint vide ou abîmé."


def media(ctx: Context, element: Element) -> Resource | None:
    """An observationMedia on its own."""
    part = _part(ctx, element, "")
    if part is None:
        ctx.give_up(element, _UNREADABLE)
        return None
    made = _resource(ctx, element, [part], {})
    read_below(ctx, element, made)
    return made


def keep_media(ctx: Context, element: Element, holder: Element, title: str) -> Resource | None:
    """The file that an observation holds as its value: a resource beside the one of the observation."""
    part = ctx.keep_part(holder, title)
    return _resource(ctx, element, [part], {}, extra="file") if part else None


def document(ctx: Context, element: Element) -> Resource | None:
    """An attached document: an organizer with its type and one or several files."""
    files = list(element.iterfind("{*}component/{*}observationMedia"))
    types = list(element.iterfind("{*}component/{*}observation"))
    kind = concept(child(types[0], "value"), ctx.text) if types else {}
    said = kind.get("text", "")
    kept = [(each, part) for each in files if each not in ctx.fates and (part := _part(ctx, each, said))]
    if not kept:
        ctx.give_up(element, "Document joint sans fichier lisible.")
        return None
    made = _resource(ctx, element, [part for _, part in kept], kind)
    for each, _ in kept:
        ctx.part_of(each, made)
        read_below(ctx, each, made)
    for each in types[:1] if kind else []:
        ctx.part_of(each, made)
        read_below(ctx, each, made, {"observation": detail})
    pieces: dict[str, Piece] = {"observation": detail, "attachment_type": detail}
    read_below(ctx, element, made, pieces)
    return made


def _part(ctx: Context, element: Element, title: str) -> Part | None:
    holder = child(element, "value")
    said = title or ctx.statement_text(element)
    return ctx.keep_part(holder, said, attribute(element, "ID") or "") if holder is not None else None


def _resource(
    ctx: Context, element: Element, parts: list[Part], kind: dict[str, Any], extra: str = ""
) -> Resource:
    who, _ = author(ctx, element)
    if len(parts) == 1 and parts[0].media_type.startswith("image/") and not kind:
        fields: Resource = {
            "identifier": identifiers(element),
            "status": "completed",
            "content": attachment(parts[0]),
        }
        return ctx.create(element, "Media", fields, extra)
    fields = {
        "identifier": identifiers(element),
        "status": "current",
        "type": kind,
        "category": [{"coding": [{"system": TAG, "code": "attached"}], "text": "Pièce jointe"}],
        "author": [who] if person_only(who) else None,
        "content": [{"attachment": attachment(part)} for part in parts],
    }
    return ctx.create(element, "DocumentReference", fields, extra)


def region(ctx: Context, element: Element) -> Resource | None:
    ctx.give_up(element, "Zone d'une image : à voir dans le document.")
    return None


def external_document(ctx: Context, element: Element) -> Resource | None:
    """A reference to a document of elsewhere that stands alone: named, never followed."""
    outside = child(element, "reference", "externalDocument")
    ids = identifiers(outside) if outside is not None else []
    said = ctx.statement_text(element) or ctx.text(child(outside, "text")) or plain(child(element, "code"))
    if not (said or ids):
        ctx.give_up(element, "Référence à un document extérieur, sans nom ni numéro.")
        return None
    title = said or "Document extérieur"
    made = ctx.create(
        element,
        "DocumentReference",
        {
            "identifier": ids,
            "status": "current",
            "type": concept(child(element, "code"), ctx.text),
            "category": [{"coding": [{"system": TAG, "code": "cited"}], "text": "Document cité"}],
            "content": [{"attachment": {"title": title}}],
        },
    )
    read_below(ctx, element, made)
    return made
