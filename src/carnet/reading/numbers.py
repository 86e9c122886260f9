"""French numbers as notes write them: decimals, thousands with a blank, fractions, words. No unit, no meaning."""

from __future__ import annotations

import re

# A number on plain text. Three blanks of thousands at most, so that the pattern cannot run away.
NUMBER = r"(?:[0-9]{1,3}(?: [0-9]{3}){1,2}(?![0-9])|[0-9]{1,7}(?:[.,][0-9]{1,4})?)"
_LESS = {
    "un": 1,
    "une": 1,
    "deux": 2,
    "trois": 3,
    "quatre": 4,
    "cinq": 5,
    "six": 6,
    "sept": 7,
    "huit": 8,
    "neuf": 9,
}
_TEENS = {"dix": 10, "onze": 11, "douze": 12, "treize": 13, "quatorze": 14, "quinze": 15, "seize": 16}
_TENS = {"vingt": 20, "trente": 30, "quarante": 40, "cinquante": 50, "soixante": 60}
_WORTH = _LESS | _TEENS | _TENS
_PARTS = {
    "une demie": 0.5, "un demi": 0.5, "1 demi": 0.5, "1 demie": 0.5, "1 quart": 0.25, "demie": 0.5, "demi": 0.5, "un quart": 0.25, "quart": 0.25,
    "trois quarts": 0.75,
}  # fmt: skip
SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
FRACTION = r"(?:1 (?:demie?|quart)(?![a-z])|[0-9] ?[½¼¾]|[½¼¾]|[1-9] (?:et )?1/2(?![0-9])|[13]/[248](?![0-9])|[0-9] et demie?)"
PART = rf"(?:{'|'.join(sorted(_PARTS, key=len, reverse=True))})(?![a-z0-9])"
_NAMES = "|".join([*sorted(_WORTH, key=len, reverse=True), "vingts", "cents?", "mille"])
WORD = (
    rf"(?:{'|'.join(sorted(_PARTS, key=len, reverse=True))}"
    rf"|(?:{_NAMES})(?:-(?:{_NAMES})| et une?(?![a-z])| mille| cents?)*)(?![a-z0-9])"
)
# Joined by blanks as well: only before a mass, since « vingt deux comprimés » are 20 and 2.
WORDS = rf"(?:{_NAMES})(?:[- ](?:et )?(?:{_NAMES}))*(?![a-z0-9])"
_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:\.000)+")  # « 1.000 mg » is a thousand
_BLANK = re.compile(r"(?<=[0-9]) (?=[0-9]{3})")


def value(written: str) -> float:
    """What a match of NUMBER, FRACTION or WORD is worth."""
    text = written.strip()
    if text in _PARTS:
        return _PARTS[text]
    if text.endswith((" et demi", " et demie")):
        return value(text.rpartition(" et ")[0]) + 0.5
    if text[:1].isalpha():
        return _told(text)
    if text and text[-1] in SIGNS:
        return (float(text[:-1]) if text[:-1].strip() else 0.0) + SIGNS[text[-1]]
    if "/" in text:
        whole, _, part = text.replace(" et ", " ").rpartition(" ")
        above, below = part.split("/")
        return (float(whole) if whole else 0.0) + float(above) / float(below)
    if _DOTTED.fullmatch(text):
        return float(text.replace(".", ""))
    return float(_BLANK.sub("", text).replace(",", "."))


def _told(text: str) -> float:
    """« deux cent quatre-vingt » is 280."""
    whole = last = 0
    for word in re.split(r"[- ]", text):
        if word == "mille":
            whole, last = whole + max(last, 1) * 1000, 0
        elif word in ("cent", "cents"):
            last = max(last, 1) * 100
        elif word in ("vingt", "vingts") and last % 100 == 4:  # « quatre-vingt »
            last += 76
        else:
            last += _WORTH.get(word, 0)
    return float(whole + last)


def short(number: float) -> float | int:
    """Whole numbers without a decimal point."""
    return int(number) if number == int(number) else round(number, 6)
