"""How near two written words are: edits, and a key of how a French reader would say them. Pure; knows nothing of
persons."""

from __future__ import annotations

import re
from functools import lru_cache

from rapidfuzz.distance import OSA, JaroWinkler

# Applied in this order to a folded word without blanks. Capitals are sounds: A an, I in, O on, X ch, W oi.
_SOUNDS = [
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"^h|(?<=[aeiouy])h(?=[aeiouy])", ""),
        (r"bv", "v"),
        (r"ph", "f"),
        (r"sch|sh|tch", "X"),
        (r"ch(?=[lrnt])", "k"),
        (r"ch", "X"),
        (r"th|dh", "t"),
        (r"gh|gu(?=[eiy])", "G"),
        (r"g(?=[eiy])", "j"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"qu|ck|[cq]|kh", "k"),
        (r"h", ""),
        (r"e?aul?(?=[dtx]?s?$)|eau|au", "o"),
        (r"oe|ae", "e"),
        (r"oi|oy", "W"),
        (r"(?:ai|ei|ay|ey|y|i)[nm](?![aeiouynm])", "I"),
        (r"[ae][nm](?![aeiouynm])", "A"),
        (r"o[nm](?![aeiouynm])", "O"),
        (r"ou|w", "u"),
        (r"ai|ei|ay|ey", "e"),
        (r"y", "i"),
        (r"z", "s"),
        (r"(.)\1+", r"\1"),
        (r"(?<=..)(?:es?|[tdsxp]+)$", ""),
    )
]


@lru_cache(maxsize=1 << 16)
def sound(word: str) -> str:
    """How a folded word sounds, so that Dupont is Dupond and Lefebvre is Lefèvre."""
    for pattern, key in _SOUNDS:
        word = pattern.sub(key, word)
    return word.lower() if word.isdigit() else word


def edits(one: str, other: str) -> int:
    """Letters added, lost, changed, or two neighbours swapped (optimal string alignment)."""
    return OSA.distance(one, other)


def is_typing_error(one: str, other: str) -> bool:
    """Whether a hurried hand explains the difference: one edit from four letters, two from seven, three from eleven."""
    shorter = min(len(one), len(other))
    allowed = (shorter >= 4) + (shorter >= 7) + (shorter >= 11)
    return bool(allowed) and OSA.distance(one, other, score_cutoff=allowed) <= allowed


def is_near(one: str, other: str) -> bool:
    """Whether the two could be one word badly written, without much weight: half of Jaro-Winkler's usual doubt."""
    first, second = sorted((one, other))  # the measure is not symmetric to the last bit
    return JaroWinkler.similarity(first, second) >= 0.8


def is_same_line(one: str, other: str) -> bool:
    """Whether two lines of an address are one: at most one letter in four differs."""
    return OSA.normalized_similarity(one, other, score_cutoff=0.75) >= 0.75
