"""How codes and systems are written in the index, so that writing and searching always agree."""

from __future__ import annotations

import hashlib
from functools import lru_cache

from carnet.fhir.folding import fold

NO_SYSTEM = 0
IMPLIED = 1  # codes and booleans, whose system FHIR itself fixes
LIMIT = 400  # characters; PostgreSQL cannot index values over 2,704 bytes
_PUNCTUATION = str.maketrans("", "", " .-/()_\u00a0\u202f")


@lru_cache(maxsize=4096)
def system(uri: str | None) -> int:
    """A code system as a 63-bit number. Systems are long and repeated: as text they were half of the index."""
    if not uri:
        return NO_SYSTEM
    return int.from_bytes(hashlib.blake2b(uri.encode(), digest_size=8).digest(), "big") >> 1 | 2


def clip(text: str) -> str:
    """The text itself, or for a very long one its beginning with a digest: still equal only to itself."""
    if len(text) <= LIMIT:
        return text.replace("\x00", "")
    return text[: LIMIT - 64].replace("\x00", "") + hashlib.blake2b(text.encode(), digest_size=32).hexdigest()


def contact(text: str) -> str:
    """A telephone number or address of any kind, without the punctuation that people vary."""
    return clip(text.lower() if "@" in text else text.translate(_PUNCTUATION).lower())


def folded(text: str) -> str:
    """A folded string, its first LIMIT characters."""
    return fold(text)[:LIMIT]


# Displays of codes repeat endlessly and name nobody; names of people are never kept in memory this way.
display = lru_cache(maxsize=4096)(folded)
