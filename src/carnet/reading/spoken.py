"""Numbers told in words, as a dictation writes them (« trente-huit virgule cinq », « cent vingt sur quatre-vingts »):
the text with figures in their place, and where each of its characters stood. No unit, no meaning."""

from __future__ import annotations

import re
from collections.abc import Iterator

from carnet.reading import numbers, tokens

_ONES = "deux|trois|quatre|cinq|six|sept|huit|neuf"
_TEENS = "dix[- ](?:sept|huit|neuf)|dix|onze|douze|treize|quatorze|quinze|seize"
_AND_ONE = "[- ]et[- ](?:une?|onze)"
# « vingt deux comprimés » is 20 and 2: blanks join only what can be nothing else.
_BELOW_100 = (
    rf"(?:quatre[- ]vingts?(?:[- ](?:{_TEENS}|{_ONES}|une?)(?![a-z]))?"
    rf"|soixante(?:[- ](?:{_TEENS}))(?![a-z])"
    rf"|(?:vingt|trente|quarante|cinquante|soixante)(?:{_AND_ONE}|-(?:{_ONES}|une))?"
    rf"|{_TEENS}|{_ONES}|zero)(?![a-z])"
)
# « Mille trois fois par jour », « cinq cents deux comprimés »: what is counted begins anew.
_NO_MORE = r"(?! (?:fois|compr|cp|gel|sach|bouff|gout|dose|inj|amp|cap|suppo|patch|/))"
_HUNDREDS = rf"(?:(?:{_ONES})[- ])?cents?(?![a-z])(?:[- ](?:{_BELOW_100}|une?(?![a-z])){_NO_MORE})?"
_THOUSANDS = (
    rf"(?:(?:{_HUNDREDS}|{_BELOW_100})[- ])?mille(?![a-z])(?:[- ](?:{_HUNDREDS}|{_BELOW_100}){_NO_MORE})?"
)
_NUMBER = rf"(?:{_THOUSANDS}|{_HUNDREDS}|{_BELOW_100})"
_FEW = re.compile(rf"(?:{_ONES}|dix|zero)")
# Said with a comma, or measured: then even a small number is one (« sept virgule deux », « six kilos huit cents »).
_COMMA = rf"(?P<whole>{_NUMBER}|une?|[0-9]+) virgule (?P<zeros>(?:zero )*)(?P<part>{_NUMBER}|une?|[0-9]+)"
_MEASURED = re.compile(
    r" (?:sur (?:[0-9]|dix|quatre|cinq|six|sept|huit|neuf|soixante)|kilo|kg|mill?i|micro|gramme|centi|metre|litre|degre|pour cent)|,[0-9]"
)
# « Un gramme vingt », « 6 kilos huit cents », « un mètre soixante-cinq ».
_BROKEN = rf"(?P<before>{_NUMBER}|une?|[0-9]+) (?P<unit>grammes?|kilos?|metres?) (?P<after>{_NUMBER}|[0-9]{{1,3}})(?= ?(?:$|[,.;:)\n])| (?:a|au|ce|et|sur|en|pour|apres|avant|le|la|chez|contre|il|elle|ont?)(?![a-z]))"
_BESIDE = re.compile(r"[0-9] (?:sur )?$")
_TOLD = re.compile(
    rf"(?<![a-z0-9'-])(?:{_COMMA}|{_BROKEN}|(?P<percent>(?<=[a-z0-9] )pour cent)|(?P<alone>{_NUMBER}))(?![a-z0-9-])"
)


def figures(text: str) -> tuple[str, list[int] | None]:
    """The text with figures where numbers stand in words, and for each of its characters (and the end) the place in
    what was given; None if the same."""
    found = list(_found(tokens.plain(text)))
    if not found:
        return text, None
    pieces: list[str] = []
    places: list[int] = []
    last = 0
    for start, end, told in found:
        pieces += [text[last:start], told]
        places += [*range(last, start), start, *[end] * (len(told) - 1)]
        last = end
    return "".join([*pieces, text[last:]]), [*places, *range(last, len(text) + 1)]


def _found(flat: str) -> Iterator[tuple[int, int, str]]:
    """Start, end and figures of each number told in words."""
    last = -1
    for match in _TOLD.finditer(flat):
        told = _figures(match, flat, last)
        if told:
            last = match.end()
            yield match.start(), last, told


def _figures(match: re.Match[str], flat: str, last: int) -> str:
    if match["whole"]:
        return f"{_value(match['whole'])},{'0' * match['zeros'].count('zero')}{_value(match['part'])}"
    if match["unit"]:
        return f"{_value(match['before'])},{_value(match['after'])} {match['unit']}"
    if match["percent"]:
        return "%" if last == match.start() - 1 or flat[match.start() - 2].isdigit() else ""
    alone = match["alone"]
    if _FEW.fullmatch(alone) and not _is_counted(match, flat, last):
        return ""
    return _value(alone)


def _is_counted(match: re.Match[str], flat: str, last: int) -> bool:
    """Whether a small number is a measure or a part of one: « quatorze huit », « six kilos », « 38 cinq »."""
    if _MEASURED.match(flat, match.end()) or _BESIDE.search(flat, max(0, match.start() - 7), match.start()):
        return True
    return last >= 0 and flat[last : match.start()] in (" ", " sur ", " virgule ")


def _value(told: str) -> str:
    return (
        told
        if told.isdigit()
        else str(numbers.short(numbers.value(told.replace(" et ", "-").replace("-et-", "-"))))
    )
