"""The title, date and identity of a FHIR file as a document. Only what the file itself says."""

from __future__ import annotations

from typing import Any

from carnet.documents.fhir_json.entries import Entry
from carnet.documents.reading import Kind

_BUNDLES = {
    "document": "Document FHIR",
    "message": "Message FHIR",
    "collection": "Ensemble de ressources FHIR",
    "searchset": "Résultat de recherche FHIR",
    "history": "Historique FHIR",
    "transaction": "Lot de ressources FHIR",
    "batch": "Lot de ressources FHIR",
}


def describe(entries: list[Entry], whole: dict[str, Any] | None) -> dict[str, Any]:
    """The fields of Read that tell of the document as a whole (None for lines, which say nothing of themselves)."""
    if whole is None:
        return _described("fhir-ndjson", None, "Ressources FHIR en lignes (NDJSON)", None)
    type_ = str(whole["resourceType"])
    if type_ != "Bundle":
        return _described("fhir", type_, f"Ressource FHIR {type_}", _when(whole))
    label = _BUNDLES.get(str(whole.get("type")), "Bundle FHIR")
    described = _described("fhir", str(whole.get("type")), label, _text(whole.get("timestamp")))
    if whole.get("type") == "document" and entries and entries[0].type == "Composition":
        described |= _composed(entries[0].resource)
    return described | {"document_id": _identifier(whole.get("identifier"))}


def _described(format: str, code: str | None, label: str, created: str | None) -> dict[str, Any]:
    kind = Kind(code, None, label, label)
    return {"format": format, "kind": kind, "title": label, "created": created}


def _composed(composition: dict[str, Any]) -> dict[str, Any]:
    """What a FHIR document says of itself in its Composition."""
    type_ = composition.get("type")
    codings = type_.get("coding") if isinstance(type_, dict) else None
    coding = codings[0] if isinstance(codings, list) and codings and isinstance(codings[0], dict) else {}
    title = _text(composition.get("title")) or "Document FHIR"
    kind = Kind(
        _text(coding.get("code")), _text(coding.get("system")), _text(coding.get("display")) or title, title
    )
    found = {"kind": kind, "title": title, "language": _text(composition.get("language"))}
    return found | {
        "created": _text(composition.get("date")),
        "set_id": _identifier(composition.get("identifier")),
    }


def _when(resource: dict[str, Any]) -> str | None:
    meta = resource.get("meta")
    return _text(resource.get("date")) or (_text(meta.get("lastUpdated")) if isinstance(meta, dict) else None)


def _identifier(value: Any) -> str | None:
    if not isinstance(value, dict) or not isinstance(value.get("value"), str):
        return None
    return (
        f"{value['system']}|{value['value']}" if isinstance(value.get("system"), str) else str(value["value"])
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
