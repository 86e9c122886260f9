"""Verifies a picture and makes its thumbnail. The original bytes are kept by the caller, untouched."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from carnet.fhir.errors import Malformed, TooBig

PIXEL_LIMIT = 60_000_000  # a 48-megapixel telephone picture passes, a bomb does not
THUMBNAIL_WIDTH = 400


@dataclass(frozen=True, slots=True)
class Picture:
    """Size in pixels as seen (EXIF orientation applied), and a PNG thumbnail."""

    width: int
    height: int
    thumbnail: bytes


def read(content: bytes) -> Picture:
    """What the picture is. Raises TooBig or Malformed."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            return _picture(content)
    except Image.DecompressionBombError as error:
        raise _too_big() from error
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, TypeError, ArithmeticError) as error:
        raise Malformed("Cette image est abîmée ou incomplète. Rien n'a été enregistré.") from error


def _too_big() -> TooBig:
    return TooBig("Cette image dépasse {limit} millions de points. Rien n'a été enregistré.", limit=60)


def _picture(content: bytes) -> Picture:
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as picture:
        if picture.width * picture.height > PIXEL_LIMIT:
            raise _too_big()
        picture.load()
        upright = ImageOps.exif_transpose(picture)
    small = upright.convert("RGB")
    small.thumbnail((THUMBNAIL_WIDTH, THUMBNAIL_WIDTH))
    buffer = io.BytesIO()
    small.save(buffer, "PNG")
    return Picture(upright.width, upright.height, buffer.getvalue())
