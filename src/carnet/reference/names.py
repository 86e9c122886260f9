"""Drugs by the names that doctors write: brand, substance, shorthand, with or without accents, forgiving a typing
error. Made once from the specialities; says what a name means, never what to prescribe."""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import chain, permutations, takewhile

from rapidfuzz import process
from rapidfuzz.distance import OSA

from carnet.fhir.folding import fold, words
from carnet.reading.drugs import Drug
from carnet.reading.tables import filling
from carnet.reference.specialities import Speciality, shipped

_SHORT = tomllib.loads((files("carnet.reference") / "tables/shorthand.toml").read_text("utf-8"))
_MODIFIERS = frozenset(_SHORT["modifiers"])
_NOT_NAMES = frozenset(tuple(name.split(" ")) for name in _SHORT["not_names"])
_NOT_GUESSED = frozenset(_SHORT["not_guessed"])
_FIRST_WORDS_OF_MANY = frozenset(_SHORT["first_words_of_many"])
_CUT: dict[str, str] = _SHORT["cut"]
_LINKS = frozenset(("de", "du", "des", "et", "la"))  # what ends with one is cut short: « gel de », no name
_FORGIVEN = 6  # letters from which one typing error is forgiven

_PAIR = 2  # words
_TYPED = 3  # substances that a doctor types one after the other
_LONG = 8  # sounds from which one wrong sound is forgiven

_WEIGHT = re.compile(r"(\d+(?:[.,]\d+)?) ?(g|mg|\u03bcg|mcg|microgrammes?)")  # folded
_MICROGRAMS = {"g": 1_000_000, "mg": 1000}

Key = tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Meant:
    """What a name stands for: specialities, under a brand or (empty) under their substance; none for a class. `also`: those
    that the same name without its modifiers means, for their strengths (« Xatral 10 » is of Xatral LP)."""

    brand: str
    held: tuple[Speciality, ...]
    class_: str = ""
    also: tuple[Speciality, ...] = ()
    spelled: str = ""  # the substances of a combination, where the name spells them in this order


@dataclass(frozen=True, slots=True)
class Names:
    """Every name, and those of one long word, in which a typing error is forgiven."""

    by_words: dict[Key, Meant]
    by_first_letter: dict[str, list[str]] = field(repr=False)
    by_sound: dict[str, list[str]] = field(repr=False)
    sounds: dict[str, list[str]] = field(repr=False)  # by their first two letters

    def find(self, words: Sequence[str], *, forgiving: bool = False) -> Drug | None:
        """The drug that these folded words name, all of them. `forgiving` lets one typing error through."""
        meant = self.by_words.get(tuple(words)) or self._in_full(words)
        if meant is not None:
            return _drug(meant)
        return self.near(words[0]) if forgiving and len(words) == 1 else None

    def forms(self, words: Sequence[str], strength: str) -> tuple[str, ...]:
        """The forms in which that name is sold in that strength; none when it is not."""
        meant, asked = self.by_words.get(tuple(words)), _amount(strength)
        held = meant.held + meant.also if meant else ()
        return _ranked(one.form for one in _sold([one for one in held if _amount(one.strength) == asked]))

    def _in_full(self, words: Sequence[str]) -> Meant | None:
        """« Efferalgan cod », « Calcidose vit D3 »: a word of the name cut short."""
        if len(words) < 2 or not any(word in _CUT for word in words[1:]):
            return None
        return self.by_words.get((words[0], *(_CUT.get(word, word) for word in words[1:])))

    def near(self, word: str) -> Drug | None:
        """The drug whose name of one word is one typing error away: a letter more, less, other, or two changed over; or
        that sounds the same (« levotiroxine », « kétoprofaine »).
        None when two different drugs are as near: a guess between them would be dangerous."""
        if len(word) < _FORGIVEN or not word.isalpha() or (word,) in self.by_words or word in _NOT_GUESSED:
            return None
        near = _within_one(word, self.by_first_letter.get(word[0], ())) or self._heard(_sound(word))
        drugs = [_drug(self.by_words[(name,)]) for name in near]
        return drugs[0] if len({drug.substances for drug in drugs}) == 1 else None

    def _heard(self, sound: str) -> list[str]:
        """The names that sound so; of a long one, the substances that nearly do (a brand is too near to other words)."""
        if sound in self.by_sound or len(sound) < _LONG:
            return self.by_sound.get(sound, [])
        alike = self.sounds.get(sound[:2], ())
        names = [name for near in _within_one(sound, alike) for name in self.by_sound[near]]
        return [name for name in names if not self.by_words[(name,)].brand]


def _within_one(word: str, names: Sequence[str]) -> list[str]:
    near = process.extract(word, names, scorer=OSA.distance, score_cutoff=1, limit=None)
    return sorted(name for name, _, _ in near)


@cache
def shipped_names() -> Names:
    """The names of the table that comes with the program."""
    return of(shipped())


@filling()
def of(specialities: Iterable[Speciality]) -> Names:
    """Index the names: what is on the market wins over what was, a whole name over its first word."""
    listed = sorted(specialities, key=lambda one: (one.marketed != "yes", one.place != "town"))
    whole, first = _brands(listed)
    by_words: dict[Key, Meant] = {}
    for name, meant in [*whole, *_substances(listed), *first, *_classes()]:
        by_words.setdefault(name, meant)
    for short, long in _SHORT["inn"].items():
        if _key(long) in by_words:
            by_words.setdefault(_key(short), replace(by_words[_key(long)], spelled=""))
    kept = {
        name: meant for name, meant in by_words.items() if name not in _NOT_NAMES and name[-1] not in _LINKS
    }
    letters = _by_first_letter(kept)
    sounds = _by_sound(letters)
    _key.cache_clear()  # it has done its work
    return Names(kept, letters, sounds, _by_beginning(sounds))


def _classes() -> Iterator[tuple[Key, Meant]]:
    for short, said in _SHORT["classes"].items():
        yield _key(short), Meant("", (), said)
        yield _key(said), Meant("", (), said)


def _brands(listed: list[Speciality]) -> tuple[list[tuple[Key, Meant]], list[tuple[Key, Meant]]]:
    """Whole brands, then brands without their modifiers (LP, Flashtab…); and first words that mean one thing."""
    whole: dict[Key, list[Speciality]] = defaultdict(list)
    plain: dict[Key, list[Speciality]] = defaultdict(list)
    first: dict[Key, list[Speciality]] = defaultdict(list)
    names_of = cache(_names_of)  # most are sold in many strengths
    for one in listed:
        if one.brand and len("".join(_key(one.brand))) > 1:  # « A 313 » is no « a »
            name, shorter, alone = names_of(one.brand, one.inn)
            whole[name].append(one)
            for short in shorter:
                plain[short].append(one)
            first[alone].append(one)
    named = [
        (name, Meant(held[0].brand, tuple(held), also=tuple(plain.get(name, ()))))
        for names in (whole, plain)
        for name, held in names.items()
    ]
    telling = [
        (name, Meant(name[0].capitalize(), tuple(held)))
        for name, held in first.items()
        if len(name[0]) > 3 and len({_unordered(one.inn) for one in held}) == 1
    ]
    return named, telling


def _names_of(brand: str, inn: str) -> tuple[Key, tuple[Key, ...], Key]:
    """The words of a brand; without its modifiers, whole and shortened; the first of them."""
    name = _key(brand)
    said = tuple(word for word in name if word not in _MODIFIERS) or name
    shorter = (said, *_shortened(said), _before_substances(said, inn))
    return name, shorter, name[:1] if len(name[0]) > 1 else said[:1]


def _before_substances(name: Key, inn: str) -> Key:
    """« Maalox maux d'estomac » of « Maalox maux d'estomac hydroxyde d'aluminium… »."""
    held = {word for part in inn.split("/") for word in _key(part) if len(word) > len("de")}
    return tuple(takewhile(lambda word: word not in held, name)) or name


def _shortened(name: Key) -> Iterator[Key]:
    """« Cacit D3 » for « Cacit vitamine D3 », « Calcidose vitamine D », « Gynopevaryl » for « Gyno-Pevaryl »."""
    if len(name) > 1 and name[-1].isdigit() and len(name[0]) > 1:
        yield name[:-1]  # « Calcidose 500 »; « A 313 » is no « a »
    if len(name) == _PAIR and name[1].isalpha() and len(name[0]) + len(name[1]) > _FORGIVEN:
        yield ("".join(name),)
    if "vitamine" in name[1:]:
        yield tuple(word for word in name if word != "vitamine")
        if name[-1] == "d3":
            yield (*name[:-1], "d")


def _substances(listed: list[Speciality]) -> Iterator[tuple[Key, Meant]]:
    """Substances and combinations, in any order; the first word alone when it says enough."""
    held: dict[Key, list[Speciality]] = defaultdict(list)
    for one in listed:
        held[_unordered(one.inn)].append(one)
    frequent = sorted(held.values(), key=lambda ones: -len(ones))
    for ones in frequent:
        for parts in _orders(ones[0].inn.split("/")):
            spelled = "/".join(parts) if len(parts) > 1 else ""
            yield tuple(chain.from_iterable(map(_key, parts))), Meant("", tuple(ones), spelled=spelled)
    for ones in frequent:
        inn = ones[0].inn
        name = () if "/" in inn else _key(inn)
        if len(name) > 1 and name[0] not in _FIRST_WORDS_OF_MANY and len(name[0]) > 5:
            yield name[:1], Meant("", tuple(ones))


def _orders(parts: list[str]) -> Iterable[Sequence[str]]:
    """A combination may be typed in any order; one of many substances is not."""
    return permutations(parts) if len(parts) <= _TYPED else (parts, parts[::-1])


def _unordered(inn: str) -> Key:
    return tuple(sorted(inn.split("/")))


@cache
def _key(name: str) -> Key:
    return tuple(words(name))


def _shown(brand: str) -> str:
    """`OXYCONTIN LP` is Oxycontin: as doctors write it, the modifiers left to the strength."""
    kept = [word for word in brand.split() if not set(_key(word)) <= _MODIFIERS]
    return " ".join(word.capitalize() if word.isalpha() else word for word in kept) or brand


@cache
def _drug(meant: Meant) -> Drug:
    """Strengths, forms and routes with the most frequent among those sold in town first."""
    if meant.class_:
        return Drug(meant.class_)
    substances = Counter(_unordered(one.inn) for one in meant.held).most_common(1)[0][0]
    held = [one for one in meant.held if _unordered(one.inn) == substances]
    also = [one for one in meant.also if _unordered(one.inn) == substances]
    inn, same = Counter(one.inn for one in held).most_common(1)[0][0], _sold(held)
    return Drug(
        inn=meant.spelled or inn,
        brand=_shown(meant.brand) or None,
        strengths=_ranked(one.strength for one in [*same, *also]),
        forms=_ranked(one.form for one in same),
        unit=next(iter(_ranked(one.unit for one in same)), None),
        atc=next(iter(_ranked(one.atc for one in same)), None),
        routes=_ranked(route for one in same for route in one.routes.split(", ")),
        spelled=bool(meant.spelled),
        orders=tuple(dict.fromkeys((one.strength, one.inn) for one in [*held, *also] if one.ordered)),
    )


def _amount(strength: str) -> str:
    """« 1 g » and « 1000 mg » are one strength; a mixture, or a strength in a volume, is as it is written."""
    found = _WEIGHT.fullmatch(fold(strength))
    if not found:
        return fold(strength)
    return f"{(Decimal(found[1].replace(',', '.')) * _MICROGRAMS.get(found[2], 1)).normalize():f}"


def _sold(held: list[Speciality]) -> list[Speciality]:
    """Those on the market in town, else whatever there was."""
    return [one for one in held if (one.marketed, one.place) == ("yes", "town")] or held


def _ranked(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(one for one, _ in Counter(filter(None, said)).most_common())


def _by_first_letter(by_words: dict[Key, Meant]) -> dict[str, list[str]]:
    """The names of one long word: a typing error in the first letter is rare."""
    found: dict[str, list[str]] = defaultdict(list)
    for name in by_words:
        if len(name) == 1 and len(name[0]) >= _FORGIVEN and name[0].isalpha():
            found[name[0][0]].append(name[0])
    return found


def _by_sound(by_first_letter: dict[str, list[str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    names = [name for alike in by_first_letter.values() for name in alike]
    for name, sound in zip(names, _sound("\n".join(names)).split("\n"), strict=True):
        found.setdefault(sound, []).append(name)
    return found


def _by_beginning(sounds: Iterable[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for sound in sounds:
        if len(sound) >= _LONG - 1:
            found.setdefault(sound[:2], []).append(sound)
    return found


_SPELLED = tuple(
    (re.compile(letters, re.MULTILINE), sound)
    for letters, sound in (
        ("ph", "f"), ("y", "i"), ("c(?=[ei])|ç|z", "s"), ("ch", "ç"), ("qu|c", "k"), ("h", ""), ("eau|au", "o"), ("ai|ei", "e"),
        ("e(?=[nm][^aeiounm\\n])", "a"), ("(.)\\1+", "\\1"), ("e?s?$", ""),
    )
)  # fmt: skip


def _sound(words: str) -> str:
    """How a name sounds, roughly; of many, one on each line."""
    for letters, sound in _SPELLED:
        words = letters.sub(sound, words)
    return words
