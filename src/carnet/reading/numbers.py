"""French numbers as notes write them: decimals, thousands with a blank, fractions, words. No unit, no meaning."""

from __future__ import annotations

import re

# A number on plain text. Three blanks of thousands at most, so that the pattern cannot run away.
NUMBER = r"(?:[0-9]{1,3}(?: [0-9]{3}){1,2}(?![0-9])|[0-9]{1,7}(?:[.,][0-9]{1,4})?)"
WORDS = {
    "une demie": 0.5, "un demi": 0.5, "demie": 0.5, "demi": 0.5, "un quart": 0.25, "quart": 0.25, "un": 1.0,
    "une": 1.0, "deux": 2.0, "trois": 3.0, "quatre": 4.0, "cinq": 5.0, "six": 6.0, "sept": 7.0, "huit": 8.0,
    "neuf": 9.0, "dix": 10.0, "douze": 12.0, "quinze": 15.0, "vingt": 20.0, "trente": 30.0,
}  # fmt: skip
SIGNS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
FRACTION = r"(?:[0-9] ?[½¼¾]|[½¼¾]|[1-9] (?:et )?1/2(?![0-9])|[13]/[248](?![0-9])|[0-9] et demie?)"
WORD = "(?:" + "|".join(sorted(WORDS, key=len, reverse=True)) + ")(?![a-z0-9])"
_DOTTED = re.compile(r"[1-9][0-9]{0,2}(?:\.000)+")  # « 1.000 mg » is a thousand
_BLANK = re.compile(r"(?<=[0-9]) (?=[0-9]{3})")


def value(written: str) -> float:
    """What a match of NUMBER, FRACTION or WORD is worth."""
    text = written.strip()
    if text in WORDS:
        return WORDS[text]
    if text.endswith((" et demi", " et demie")):
        return float(text.split()[0]) + 0.5
    if text and text[-1] in SIGNS:
        return (float(text[:-1]) if text[:-1].strip() else 0.0) + SIGNS[text[-1]]
    if "/" in text:
        whole, _, part = text.replace(" et ", " ").rpartition(" ")
        above, below = part.split("/")
        return (float(whole) if whole else 0.0) + float(above) / float(below)
    if _DOTTED.fullmatch(text):
        return float(text.replace(".", ""))
    return float(_BLANK.sub("", text).replace(",", "."))


def short(number: float) -> float | int:
    """Whole numbers without a decimal point."""
    return int(number) if number == int(number) else round(number, 6)
