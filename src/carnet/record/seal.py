"""Words that leave in an address and come back: sealed, so that no name stands in a log on the way. Only this cell
opens them; they are no permission."""

from __future__ import annotations

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from carnet.fhir.errors import BadSearch
from carnet.store import keys

_NONCE = 12
_STALE = "Cette suite de page ne vient pas de ce cabinet. Relancez la recherche."


def closed(words: str) -> str:
    """Letters, digits, `-` and `_` only."""
    nonce = secrets.token_bytes(_NONCE)
    return (
        base64.urlsafe_b64encode(nonce + _cipher().encrypt(nonce, words.encode(), None)).decode().rstrip("=")
    )


def opened(sealed: str) -> str:
    """The words. Raises BadSearch when another cell, or nobody, sealed them."""
    try:
        raw = base64.b64decode(sealed + "=" * (-len(sealed) % 4), altchars=b"-_", validate=True)
        return _cipher().decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
    except (binascii.Error, InvalidTag, ValueError) as error:
        raise BadSearch(_STALE) from error


def _cipher() -> AESGCM:
    return AESGCM(keys.current().pages)
