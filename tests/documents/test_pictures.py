"""PDF, JPEG and PNG: what can be seen in them, and clear words when they do not open."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image

from carnet.documents.image import read as image
from carnet.documents.pdf import read as pdf
from carnet.fhir.errors import Malformed, TooBig


def pdf_of(text: str, encrypt: bytes = b"") -> bytes:
    """One page that says `text`; with `encrypt`, one that asks for a password."""
    stream = f"BT /F1 24 Tf 72 700 Td ({text}) Tj ET".encode("cp1252")
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d>>stream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        b"<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -4>>" % (b"41" * 32, b"42" * 32),
    ]
    out, offsets = bytearray(b"%PDF-1.4\n"), []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj%s endobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return bytes(
        out + b"trailer<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, encrypt, start)
    )


def picture(format: str, size: tuple[int, int] = (40, 20), orientation: int = 1) -> bytes:
    buffer, exif = io.BytesIO(), Image.Exif()
    exif[0x0112] = orientation
    Image.new("RGB", size, "white").save(buffer, format, exif=exif)
    return buffer.getvalue()


def test_a_pdf_says_its_pages_and_its_text() -> None:
    found = pdf.read(pdf_of("Compte rendu"))
    assert found.pages == 1
    assert "Compte rendu" in found.text
    assert found.thumbnail
    assert found.thumbnail.startswith(b"\x89PNG")


def test_a_locked_pdf_says_what_to_do() -> None:
    with pytest.raises(Malformed, match="mot de passe"):
        pdf.read(pdf_of("Secret", encrypt=b"/Encrypt 6 0 R/ID[<00><00>]"))


@pytest.mark.parametrize("content", [b"%PDF-1.4", b"%PDF-1.4\n%%EOF", b"%PDF-1.7\n" + b"\0" * 500])
def test_a_damaged_pdf_is_refused(content: bytes) -> None:
    with pytest.raises(Malformed, match=r"abîmé|aucune page"):
        pdf.read(content)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_pictures(format: str) -> None:
    found = image.read(picture(format))
    assert (found.width, found.height) == (40, 20)
    assert found.thumbnail.startswith(b"\x89PNG")


def test_a_telephone_picture_stands_upright() -> None:
    found = image.read(picture("JPEG", orientation=6))
    assert (found.width, found.height) == (20, 40)


@pytest.mark.parametrize("format", ["JPEG", "PNG"])
def test_a_cut_picture_is_refused(format: str) -> None:
    content = picture(format, (300, 300))
    for cut in (12, len(content) // 2):
        with pytest.raises(Malformed):
            image.read(content[:cut])


def test_a_picture_bomb_is_refused() -> None:
    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + header
    png = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    with pytest.raises((TooBig, Malformed)):
        image.read(png)
