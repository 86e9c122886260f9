"""Typed words made comparable: no accent, no case. For names of screens only; the record folds its own text."""

import re
import unicodedata


def words_of(text: str) -> list[str]:
    """« Sécurité du cabinet » → ["securite", "du", "cabinet"]."""
    plain = unicodedata.normalize("NFKD", text.replace("œ", "oe").replace("Œ", "oe"))
    bare = "".join(letter for letter in plain if not unicodedata.combining(letter))
    return re.findall(r"[a-z0-9]+", bare.lower())
