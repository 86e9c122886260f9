"""Says what a file is, from its bytes alone: never from its name, never by opening a network or a file.

What Carnet cannot read yet is named and refused in words a doctor understands."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass

from carnet.fhir.errors import Malformed, TooBig

PLAIN_LIMIT = 64 * 1024 * 1024  # the largest readable file, decompressed; a Synthea life is 3 MB
RATIO_LIMIT = 200  # text rarely compresses 100 times; a bomb compresses 1,000 times
TEXT_HEAD = 4096
READABLE = ("cda", "fhir", "fhir-ndjson", "pdf", "jpeg", "png")

_NAMED = "Ce fichier est {what} : ce format n'est pas encore pris en charge. Rien n'a été enregistré."
_MAGIC: tuple[tuple[bytes, str, str], ...] = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "ole",
        "un ancien document Office (Word, Excel) ; enregistrez-le en PDF",
    ),
    (b"{\\rtf", "rtf", "un texte RTF ; enregistrez-le en PDF"),
    (b"II*\x00", "tiff", "une image TIFF ; enregistrez-la en PDF, JPEG ou PNG"),
    (b"MM\x00*", "tiff", "une image TIFF ; enregistrez-la en PDF, JPEG ou PNG"),
    (b"GIF8", "gif", "une image GIF ; enregistrez-la en JPEG ou PNG"),
    (b"7z\xbc\xaf\x27\x1c", "7z", "une archive 7-Zip"),
    (b"Rar!\x1a\x07", "rar", "une archive RAR"),
    (b"BZh", "bzip2", "une archive bzip2"),
    (b"\xfd7zXZ\x00", "xz", "une archive xz"),
    (b"(\xb5/\xfd", "zstd", "une archive Zstandard"),
    (b"MSH|", "hl7v2", "un message HL7 v2"),
    (b"FHS|", "hl7v2", "un lot de messages HL7 v2"),
    (b"BHS|", "hl7v2", "un lot de messages HL7 v2"),
)
_HPRIM_SANTE = re.compile(rb"^H[|^~\\&!#]{5}")
_HPRIM_MEDECIN = re.compile(rb"^\*{4}(LAB|FIN|FINFICHIER)\*{4}", re.MULTILINE)
_XML_SKIPPED = re.compile(rb"\s*(<\?.*?\?>|<!--.*?-->)", re.DOTALL)
_XML_ROOT = re.compile(rb"\s*<(?:[\w.-]+:)?([A-Za-z_][\w.-]*)")
_FHIR_NAMESPACE = re.compile(rb"""xmlns(:\w+)?=["']http://hl7\.org/fhir["']""")


class Unsupported(Malformed):
    """A file that Carnet does not read, with the name of its format when it has one."""

    issue_code, http_status = "not-supported", 415

    def __init__(self, sentence: str, format: str = "unknown", **fields: object) -> None:
        super().__init__(sentence, **fields)
        self.format = format


@dataclass(frozen=True, slots=True)
class Recognised:
    """The format, and the bytes to read: decompressed when the file was gzip."""

    format: str
    content: bytes


def recognise(content: bytes) -> Recognised:
    """What the file is. Raises Unsupported with a sentence, or TooBig."""
    if len(content) > PLAIN_LIMIT:
        raise TooBig("Ce fichier dépasse {limit} Mo. Rien n'a été enregistré.", limit=PLAIN_LIMIT >> 20)
    if content[:2] == b"\x1f\x8b":
        content = _unzip(content)
    return Recognised(_format(content), content)


def _unzip(content: bytes) -> bytes:
    """The plain bytes of a gzip file, one level only, never more than PLAIN_LIMIT."""
    limit = min(PLAIN_LIMIT, max(len(content) * RATIO_LIMIT, 1 << 20))
    plain, rest = bytearray(), content
    try:
        while rest[:2] == b"\x1f\x8b":
            member = zlib.decompressobj(wbits=31)
            plain += member.decompress(rest, limit - len(plain) + 1)
            if len(plain) > limit:
                raise TooBig(
                    "Ce fichier compressé grossit démesurément une fois ouvert. Rien n'a été enregistré."
                )
            if not member.eof:
                raise Unsupported(
                    "Ce fichier compressé est incomplet ou abîmé. Rien n'a été enregistré.", "gzip"
                )
            rest = member.unused_data.lstrip(b"\0")
    except zlib.error as error:
        raise Unsupported("Ce fichier compressé est illisible. Rien n'a été enregistré.", "gzip") from error
    if plain[:2] == b"\x1f\x8b":
        raise Unsupported("Ce fichier est compressé deux fois. Rien n'a été enregistré.", "gzip")
    return bytes(plain)


def _format(content: bytes) -> str:
    head = content[:TEXT_HEAD]
    if not content.strip():
        raise Unsupported("Ce fichier est vide. Rien n'a été enregistré.", "empty")
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        raise _archive(content)
    if b"%PDF-" in head[:1024]:  # the standard lets up to 1,024 bytes stand before it
        return "pdf"
    return _text_format(content)


def _text_format(content: bytes) -> str:
    text = content.removeprefix(b"\xef\xbb\xbf").lstrip(b"\x0b\x1c \t\r\n")
    for magic, name, what in _MAGIC:
        if text.startswith(magic):
            raise Unsupported(_NAMED, name, what=what)
    if text[:1] in b"{[":
        return _json_format(text)
    if text[:1] == b"<" or content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return _xml_format(_ascii_markup(text))
    if _HPRIM_SANTE.match(text) or _HPRIM_MEDECIN.search(content):
        raise Unsupported(_NAMED, "hprim", what="un message HPRIM")
    raise Unsupported(
        "Ce fichier n'est d'aucun format que Carnet sait lire (CDA, FHIR, PDF, JPEG, PNG). Rien n'a été enregistré. "
        "Enregistrez-le en PDF, puis recommencez."
    )


def _json_format(text: bytes) -> str:
    """`fhir-ndjson` when two lines each hold one object, `fhir` when a resourceType is named at all."""
    if b'"resourceType"' not in text:
        raise Unsupported("Ce fichier JSON n'est pas une ressource FHIR. Rien n'a été enregistré.", "json")
    first, _, others = text.partition(b"\n")
    whole_line = first.startswith(b"{") and first.rstrip().endswith(b"}")
    return "fhir-ndjson" if whole_line and others.lstrip().startswith(b"{") else "fhir"


def _ascii_markup(text: bytes) -> bytes:
    """UTF-16 without its zero bytes: enough to see the name of the root element."""
    return text[:TEXT_HEAD].replace(b"\0", b"").lstrip(b"\xff\xfe") if b"\0" in text[:64] else text


def _xml_format(text: bytes) -> str:
    """`cda` for a ClinicalDocument, alone or inside the stylesheet that shows it (autoprésentable)."""
    rest = text
    while skipped := _XML_SKIPPED.match(rest[: 16 * TEXT_HEAD]):
        rest = rest[skipped.end() :]
    root = _XML_ROOT.match(rest[:TEXT_HEAD])
    name = root[1].decode() if root else ""
    if name == "ClinicalDocument" or (name in {"stylesheet", "transform"} and b"ClinicalDocument" in text):
        return "cda"
    if rest.lstrip()[:9].upper() == b"<!DOCTYPE":
        raise Unsupported(
            "Ce fichier XML déclare un DOCTYPE : Carnet le refuse par sécurité. Rien n'a été enregistré.",
            "xml",
        )
    if _FHIR_NAMESPACE.search(rest[:TEXT_HEAD]):
        raise Unsupported(_NAMED, "fhir-xml", what="du FHIR en XML ; demandez-le en JSON")
    raise Unsupported("Ce fichier XML n'est pas un document de santé CDA. Rien n'a été enregistré.", "xml")


def _archive(content: bytes) -> Unsupported:
    """What kind of zip this is, from its table of contents; nothing is extracted."""
    try:
        names = [name.upper().lstrip("/") for name in zipfile.ZipFile(io.BytesIO(content)).namelist()]
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError):
        return Unsupported("Cette archive zip est illisible ou incomplète. Rien n'a été enregistré.", "zip")
    if any(name.startswith("IHE_XDM/") for name in names):
        return Unsupported(_NAMED, "xdm", what="une archive IHE XDM (pièce jointe MSSanté)")
    if "MANIFEST.XML" in names or any(re.match(r"PAT\d{5}\.ZIP$", name) for name in names):
        return Unsupported(_NAMED, "portability", what="une archive de portabilité")
    if any(name.startswith(("WORD/", "XL/", "PPT/")) for name in names) or "CONTENT.XML" in names:
        return Unsupported(_NAMED, "office", what="un document bureautique ; enregistrez-le en PDF")
    return Unsupported(_NAMED, "zip", what="une archive zip")
