"""Opens a recognised file with the reader of its format: CDA, FHIR, PDF, JPEG, PNG. Decides nothing else."""

from __future__ import annotations

from carnet.documents.cda.read import read as read_cda
from carnet.documents.fhir_json import read as fhir_json
from carnet.documents.image import read as image
from carnet.documents.pdf import read as pdf
from carnet.documents.reading import Kind, Part, Read
from carnet.documents.recognise import Recognised

_LABELS = {"pdf": "Document PDF", "jpeg": "Image JPEG", "png": "Image PNG"}


def read(recognised: Recognised, title: str) -> list[Read]:
    """What the file says, one Read per patient in it. `title` names those that name nothing themselves. Raises
    Malformed, TooBig."""
    if recognised.format == "cda":
        return [read_cda(recognised.content)]
    if recognised.format in {"fhir", "fhir-ndjson"}:
        return fhir_json.read(recognised.content, lines=recognised.format == "fhir-ndjson")
    return [_picture(recognised, title)]


def _picture(recognised: Recognised, title: str) -> Read:
    """A file to look at: it says nothing of its patient, its title is what the sender called it."""
    text = ""
    if recognised.format == "pdf":
        seen = pdf.read(recognised.content)
        text, thumbnail = seen.text, seen.thumbnail
    else:
        thumbnail = image.read(recognised.content).thumbnail
    parts = [Part("part-1", "image/png", thumbnail, "Aperçu")] if thumbnail else []
    label = _LABELS[recognised.format]
    return Read(recognised.format, Kind(None, None, label, label), title or label, parts=parts, text=text)
