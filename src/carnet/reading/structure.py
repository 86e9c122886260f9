"""A note as a reader sees it: text, words, sentences, and the section that each sentence stands in. No meaning of its
own beyond the headings of sections.toml."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache

from carnet.reading import tables, tokens
from carnet.reading.facts import Context
from carnet.reading.tokens import Word

# A sentence ends with its line, at « ; », at an arrow, at a full stop; a decimal point, « Dr. » or « env. » end nothing.
_END = re.compile(r"\n|;|(?:-{1,2}|=)>|→|[!?]+(?= |\n|$)|\.(?=[ \n]|$|[a-z]{3})")
_ABBREVIATION = re.compile(
    r"(?:^|[^a-z])(?:dr|pr|mr?|mme|mlle|cf|env|max|min|st|ste|vs|insuff?|cp|gel|amp|bouff|inj|pdt|hab|ant|post|inf|sup|lat"
    r"|aut|tel|av|bd|n|p|ex|fam|resp|card|chron|art|ttt|tt|chir|med|abdo|dte|gche|gde?|ext|int|mens|etc|hosp|renouv|susp|prob|poss|evtl?|atcd|rdv)$"
)
_ITEM = re.compile(r"[ ]*(?:[-*•+>·]|[0-9]{1,2}[.)](?= )) *")
_OF_THE_PAST = ("history", "family", "life", "allergy", "vaccines")
_RELATIVE = re.compile(
    r"[ -]*(?:le |la |un |une |son |sa )?(?:pere|mere|frere|soeur|sœur|oncle|tante|cousin|grand|gm|gp|fratrie|parents|pas de|aucun)"
)
_NEW = re.compile(
    r" *(?:[a-z. ]{2,18} ?[:=]|(?:vient|vue?|consulte|cs|ce jour|ce matin|auj\w*|depuis|se plaint|amenee?|adressee?|motif|patiente?|auscult\w*"
    r"|susp\w*|examen|ex|douleurs?|fievre|toux|fatigue|bilan|rdv|revoir|renouv\w*|j[0-9])(?![a-z]))"
)
_NOW = re.compile(
    r"(?<![a-z])(?:mammo|frottis|ecg|echo|irm|scanner|rx|coro|colo)\w*|[0-9] ?(?:/j|cp|x ?[0-9])|(?<![a-z])(?:ta|t°|fc|spo2|sat|pds|poids|imc) ?[:=]? ?[0-9]|(?<![a-z])(?:depuis|ce jour|actuellement|aujourd'hui|hier|ce matin)(?![a-z])"
)
_STARS = re.compile(r"[ #*_•>-]*")


@dataclass(frozen=True, slots=True)
class Sentence:
    """From `start` to `end` (without what ends it); `body` is where its heading ends."""

    start: int
    end: int
    section: str = ""
    body: int = 0
    arrow: bool = False  # an arrow stands before it: what is decided
    asked: bool = False  # a question mark ends it


@dataclass(frozen=True, slots=True)
class Note:
    """What was read, as all readers share it."""

    text: str
    flat: str
    words: list[Word]
    stems: list[str]
    sentences: list[Sentence]
    context: Context
    telling: list[int] = field(
        default_factory=list
    )  # where sentences begin that say something of the patient
    _starts: list[int] = field(default_factory=list)
    _word_starts: list[int] = field(default_factory=list)

    def sentence(self, place: int) -> Sentence:
        """The sentence that holds this character."""
        return self.sentences[max(0, bisect_right(self._starts, place) - 1)]

    def told_before(self, sentence: Sentence) -> int:
        """How many sentences that say something of the patient stand before; « Le chat va bien » is none."""
        return bisect_left(self.telling, sentence.start)

    def word_at(self, place: int) -> int:
        """Index of the first word that begins here or later."""
        return bisect_right(self._word_starts, place - 1)

    def before(self, place: int, limit: int = 80) -> str:
        """The plain text of the same sentence before a place."""
        return self.flat[max(self.sentence(place).body, place - limit) : place]

    def after(self, place: int, limit: int = 60) -> str:
        """The plain text of the same sentence after a place."""
        end = self.sentence(max(0, place - 1)).end
        return self.flat[place : max(place, min(end, place + limit))]


def note(text: str, stemmed: list[str] | None, context: Context) -> Note:
    """A text in NFC, cut into words and sentences."""
    flat = tokens.plain(text)
    cut = tokens.words(text, flat)
    found = _in_sections(flat, list(_sentences(flat)))
    starts, places = [sentence.start for sentence in found], [word.start for word in cut]
    return Note(text, flat, cut, stemmed or [word.stem for word in cut], found, context, [], starts, places)


def _sentences(flat: str) -> Iterator[Sentence]:
    start, arrow = 0, False
    for match in _END.finditer(flat):
        end, sign = match.start(), match[0]
        if sign == "." and (flat[end - 1 : end].isdigit() and flat[end + 1 : end + 2].isdigit()):
            continue
        if sign == "." and _ABBREVIATION.search(flat[max(start, end - 8) : end]):
            continue
        if flat[start:end].strip():
            yield Sentence(start, end, arrow=arrow, asked="?" in sign)
            arrow = False
        arrow = (arrow or sign[-1] in ">→") and sign != "\n"
        start = match.end()
    if flat[start:].strip() or start == 0:
        yield Sentence(start, len(flat), arrow=arrow)


def _in_sections(flat: str, sentences: list[Sentence]) -> list[Sentence]:
    """Each sentence with its section: of its own heading, else of the one before on the same line or list."""
    found: list[Sentence] = []
    section, alone, last = "", False, 0
    for sentence in sentences:
        body = _STARS.match(flat, sentence.start, sentence.end).end()  # type: ignore[union-attr]
        heading = _heading(flat, body, sentence.end)
        new_line = "\n" in flat[last : sentence.start]
        if heading:
            section, body = heading
            alone = not flat[body : sentence.end].strip(" .:-")
        elif (new_line and not (section and _goes_on(flat, sentence, last, alone))) or (
            section in _OF_THE_PAST and _begins_now(flat, sentence, section)
        ):
            section, alone = "", False
        found.append(replace(sentence, section=section, body=body))
        last = sentence.end
    return found


def _begins_now(flat: str, sentence: Sentence, section: str) -> bool:
    """Whether a sentence on the same line leaves antecedents and family for the visit of today."""
    if section == "family" and not _RELATIVE.match(flat, sentence.start):
        return True
    begins = _NEW.match(flat, sentence.start, sentence.end) or _NOW.search(flat, sentence.start, sentence.end)
    return sentence.arrow or bool(begins)


def _goes_on(flat: str, sentence: Sentence, last: int, alone: bool) -> bool:
    """Whether a new line is still under the heading: an item of a list, or a heading that stood alone on its line."""
    blank = "\n\n" in flat[last : sentence.start].replace(" ", "")
    return bool(_ITEM.match(flat, sentence.start)) or (alone and not blank)


def _heading(flat: str, start: int, end: int) -> tuple[str, int] | None:
    match = _headings().match(flat, start, end)
    if match and match.lastgroup:
        return match.lastgroup.rstrip("_"), match.end()
    return None


@cache
def _headings() -> re.Pattern[str]:
    """One alternation; the bare form of a section has its own group, `name_`. Longest first within a group."""
    groups = []
    for name, forms in tables.toml("sections.toml").items():
        named = "|".join(sorted([*forms["named"], *forms["bare"]], key=len, reverse=True))
        groups.append(rf"(?P<{name}>(?:{named}) ?[:=] ?)")
    for name, forms in tables.toml("sections.toml").items():
        if forms["bare"]:
            bare = "|".join(sorted(forms["bare"], key=len, reverse=True))
            groups.append(rf"(?P<{name}_>(?:{bare})(?: (?![a-z' ]{{0,3}}\b(?:de|d'|du)\b)|$))")
    return re.compile("|".join(groups))
