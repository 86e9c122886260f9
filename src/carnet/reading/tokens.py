"""Text to words with their places, and the same text made plain for grammars. One pass; no meaning here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain

# Signs that grammars should not have to know twice. One character for one character, so that places stay.
_SIGNS = {
    "’": "'", "‘": "'", "`": "'", "´": "'", "–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "×": "x", "≥": ">",
    "≤": "<", "∅": "ø", "Ø": "ø", "ø": "ø", "º": "°", "˚": "°", "µ": "u", "μ": "u", "½": "½", "¼": "¼", "¾": "¾",
    "⇒": "→", "➔": "→", "➜": "→", "⟶": "→", "\t": " ", "\r": " ", "\u00a0": " ", "\u202f": " ", "\u2009": " ",
    "œ": "œ", "æ": "æ", "\x0b": " ", "\x0c": " ", "…": ".", "•": "•", "·": "·",
}  # fmt: skip
_WORD = re.compile(r"(?<![^\W\d_])(?:[a-z]\.){2,}(?:[a-z](?![^\W\d_]))?|[^\W\d_]+|[0-9]+(?:[.,][0-9]+)?")
_WHOLE = frozenset(("tous",))  # not « toux »
# What may stand between two words of one term. A dot only before a small letter: « insuf. cardiaque ».
_SOFT = re.compile(r"[ '\-/_]*|\. ?(?=[a-z])")


_ELIDED = re.compile(
    r"((?<![a-z])(?:(?:pas|plus|point|signes?|antecedents?|atcds?|absence|troubles?|crises?|arret|notion|risque|perte|fin|debut"
    r"|en cas|prise|avis|demande|peu|gene|episodes?|sans|cancer|mal|douleurs?|rupture|kyste|chute|allergie|diminution|familia(?:l|ux)|personnels?|perso) d"
    r"|aujourd|jusqu|(?:a|de|dans|sur|par) l|qu)) (?=[aeiouyh])"
)


class _Plain(dict[int, str]):
    def __missing__(self, code: int) -> str:
        sign = chr(code)
        plain = _SIGNS.get(sign) or unicodedata.normalize("NFKD", sign.lower())[:1] or sign
        self[code] = plain
        return plain


_PLAIN = _Plain()


@dataclass(frozen=True, slots=True)
class Word:
    """A run of letters, or a number. `soft`: nothing that ends a term stands between it and the word before."""

    start: int
    end: int
    form: str  # lower case, no accent, ligatures written out
    stem: str  # without the marks of plural and feminine
    soft: bool
    glued: bool  # to the word before
    digits: bool


def plain(text: str) -> str:
    """Lower case without accents, apostrophes put back (« pas d hematurie »), exactly as long as the text."""
    return _ELIDED.sub("\\1'", text.translate(_PLAIN))


def composed(text: str) -> tuple[str, list[int] | None]:
    """The text in NFC, and for each of its characters (and the end) the place in what was given; None if the same."""
    if unicodedata.is_normalized("NFC", text):
        return text, None
    pieces, places, start = [], [], 0
    while start < len(text):
        end = start + 1
        while end < len(text) and unicodedata.combining(text[end]):
            end += 1
        piece = unicodedata.normalize("NFC", text[start:end])
        pieces.append(piece)
        places += [start] * len(piece)
        start = end
    return "".join(pieces), [*places, len(text)]


def words(text: str, flat: str) -> list[Word]:
    """All words in order, of a text and its plain form."""
    found: list[Word] = []
    last = 0
    for match in _WORD.finditer(flat):
        start, end = match.span()
        form = _form(match[0])
        soft = bool(found) and _joined(text, flat, last, start)
        found.append(
            Word(start, end, form, stem(form), soft, bool(found) and start == last, form[0].isdigit())
        )
        last = end
    return found


def stems(text: str) -> tuple[str, ...]:
    """The stems of a term, without places. The same words come back in most terms of a table: each is cut once."""
    return tuple(chain.from_iterable(map(_stems, text.split(" "))))


@lru_cache(maxsize=1_000)
def _stems(part: str) -> tuple[str, ...]:
    """Of what stands between two spaces."""
    if part.isascii() and part.isalpha():
        return (stem(part.lower()),)
    return tuple(stem(_form(written)) for written in _WORD.findall(part.translate(_PLAIN)))


def _form(written: str) -> str:
    form = written.replace(".", "") if written[0].isalpha() else written.replace(",", ".")
    return form if form.isascii() else form.replace("œ", "oe").replace("æ", "ae")


def _joined(text: str, flat: str, start: int, end: int) -> bool:
    if end - start > 3:
        return False
    between = _SOFT.fullmatch(flat, start, end)
    if between:
        return True
    return flat[start:end] in (".", ". ") and end < len(text) and text[end].islower()


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """The word without its marks of plural and feminine: « anxieuses » and « anxieux » give one stem."""
    if len(word) < 4 or word[0].isdigit() or word in _WHOLE:
        return word
    if word.endswith("aux") and len(word) > 4:
        return word[:-3] + "al"
    word = word[:-1] if word[-1] in "sx" else word
    if word[-1] != "e":
        return word
    for ending, rest in (("euse", "eu"), ("ive", "if"), ("elle", "el"), ("enne", "en"), ("trice", "teur")):
        if word.endswith(ending) and len(word) > len(ending) + 2:
            return word[: -len(ending)] + rest
    return word.rstrip("e") if len(word) > 4 and len(word.rstrip("e")) > 2 else word
