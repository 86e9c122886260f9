"""A town of invented people with households, twins and homonyms, and the ways in which clerks write them down wrongly.
Seeded: the same seed is the same town. Made from how errors happen, not from any file of records."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from carnet.rules.matching import Identity


def _words(text: str) -> list[str]:
    return text.split()


FAMILIES = _words(
    "Martin Bernard Dubois Thomas Robert Richard Petit Durand Leroy Moreau Simon Laurent Lefebvre Michel Garcia David "
    "Bertrand Roux Vincent Fournier Morel Girard Andre Lefevre Mercier Dupont Lambert Bonnet Francois Martinez Legrand "
    "Garnier Faure Rousseau Blanc Guerin Muller Henry Roussel Nicolas Perrin Morin Mathieu Clement Gauthier Dumont "
    "Lopez Fontaine Chevalier Robin Masson Sanchez Gerard Nguyen Boyer Denis Lemaire Duval Joly Gautier Roger Roche "
    "Diallo Traore Benali Haddad Kaya Yilmaz Kowalski Nowak Rossi Silva Ferreira"
)
FAMILIES += ["de la Tour", "Saint-Martin", "d'Hondt", "Le Goff", "Martin-Durand", "El Amrani"]
GIVEN = {
    "female": _words(
        "Marie Jeanne Francoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine Nicole "
        "Suzanne Helene Christine Marguerite Denise Louise Christiane Yvonne Valerie Sandrine Stephanie Veronique Sophie "
        "Celine Chantal Patricia Brigitte Julie Annie Lea Emma Chloe Manon Camille Sarah Fatima Khadija Maria Lena"
    ),
    "male": _words(
        "Jean Pierre Michel Andre Philippe Louis Rene Alain Jacques Bernard Marcel Daniel Roger Robert Paul Claude "
        "Christian Henri Georges Nicolas Francois Patrick Gerard Christophe Joseph Julien Maurice Laurent Frederic Eric "
        "David Stephane Pascal Sebastien Alexandre Thierry Olivier Antoine Leo Hugo Lucas Theo Enzo Kenzo Mohamed"
    ),
}
STREETS = _words(
    "Gambetta Jaures Foch Voltaire Hugo Pasteur Ecoles Moulin Eglise Gare Tilleuls Lavoir Stade Marne Verdun Paix"
)
KINDS = ("rue", "avenue", "chemin", "place", "impasse")
TOWNS = [
    ("33650", "La Brede"),
    ("33650", "Saint-Selve"),
    ("33700", "Merignac"),
    ("33140", "Villenave"),
    ("33000", "Bordeaux"),
]

Change = Callable[[random.Random, Identity], Identity]


@dataclass(frozen=True)
class Profile:
    """How often each kind of error happens, `errors` per record at least and at most."""

    changes: Sequence[tuple[Change, int]]
    errors: tuple[int, int]
    numbered: bool


def town(chance: random.Random, households: int, *, numbered: bool) -> list[Identity]:
    """Everybody once. One household in fifteen has twins, half of them of one sex."""
    people: list[Identity] = []
    for _ in range(households):
        people += _household(chance)
    if numbered:
        start = chance.randrange(10**6, 10**6 * 2)
        # Numbers follow each other, as a register gives them to a family on one day.
        people = [
            dataclasses.replace(one, state_numbers=frozenset({("register", str(start + 7 * i))}))
            for i, one in enumerate(people)
        ]
    return people


def _household(chance: random.Random) -> list[Identity]:
    family, (postal_code, city) = chance.choice(FAMILIES), chance.choice(TOWNS)
    home = Identity(
        birth_name=family,
        phones=frozenset({f"05{chance.randrange(10**8):08}"}),
        street_number=str(chance.randint(1, 120)),
        street=(f"{chance.choice(KINDS)} {chance.choice(STREETS)}",),
        postal_code=postal_code,
        city=city,
    )
    father, mother = _one(chance, home, "male", 1955), _one(chance, home, "female", 1958)
    mother = dataclasses.replace(mother, birth_name=chance.choice(FAMILIES), used_name=family)
    children = [
        _one(chance, home, chance.choice(("male", "female")), 1990) for _ in range(chance.randint(0, 3))
    ]
    if children and chance.random() < 0.2:
        children.append(_twin(chance, children[0]))
    return [father, mother, *children]


def _one(chance: random.Random, home: Identity, sex: str, around: int) -> Identity:
    born = f"{around + chance.randint(-15, 15)}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}"
    given = tuple(chance.sample(GIVEN[sex], chance.choice((1, 1, 2, 3))))
    place = chance.choice(("33063", "33281", "33318", "75114", "99352"))
    return dataclasses.replace(home, given=given, sex=sex, born=born, birthplace=place)


def _twin(chance: random.Random, one: Identity) -> Identity:
    sex = one.sex if chance.random() < 0.5 else {"male": "female", "female": "male"}[one.sex]
    other = chance.choice([name for name in GIVEN[sex] if name != one.given[0]])
    return dataclasses.replace(one, given=(other, *one.given[1:]), sex=sex)


def rewritten(chance: random.Random, one: Identity, profile: Profile) -> Identity:
    """The same person as another clerk wrote them."""
    changes, weights = zip(*profile.changes, strict=True)
    for change in chance.choices(changes, weights, k=chance.randint(*profile.errors)):
        one = change(chance, one)
    return one


def mistype(chance: random.Random, text: str) -> str:
    """One letter lost, doubled, replaced, or swapped with its neighbour."""
    if len(text) < 2:
        return text
    at = chance.randrange(len(text) - 1)
    letter = chance.choice("0123456789" if text[at].isdigit() else "abcdefghilmnoprstuv")
    made = (
        text[:at] + text[at + 1 :],
        text[:at] + letter + text[at:],
        text[:at] + letter + text[at + 1 :],
        text[:at] + text[at + 1] + text[at] + text[at + 2 :],
    )
    return chance.choice(made)


def family_typed(chance: random.Random, one: Identity) -> Identity:
    return dataclasses.replace(one, birth_name=mistype(chance, one.birth_name))


def given_typed(chance: random.Random, one: Identity) -> Identity:
    given = (mistype(chance, one.given[0]), *one.given[1:]) if one.given else ()
    return dataclasses.replace(one, given=given)


def street_typed(chance: random.Random, one: Identity) -> Identity:
    return dataclasses.replace(one, street=tuple(mistype(chance, line) for line in one.street))


def number_typed(chance: random.Random, one: Identity) -> Identity:
    typed = {(system, mistype(chance, value)) for system, value in one.state_numbers}
    return dataclasses.replace(one, state_numbers=frozenset(typed))


def born_typed(chance: random.Random, one: Identity) -> Identity:
    at = chance.choice((3, 6, 9))
    born = (
        one.born[:at] + chance.choice("0123456789") + one.born[at + 1 :] if len(one.born) == 10 else one.born
    )
    return dataclasses.replace(one, born=born)


def born_swapped(_: random.Random, one: Identity) -> Identity:
    year, month, day = one.born.split("-") if len(one.born) == 10 else ("", "", "99")
    return dataclasses.replace(one, born=f"{year}-{day}-{month}") if int(day) <= 12 else one


def names_swapped(_: random.Random, one: Identity) -> Identity:
    return dataclasses.replace(one, birth_name=one.given[0], given=(one.birth_name,)) if one.given else one


def married(_: random.Random, one: Identity) -> Identity:
    """The used name alone, put where the birth name belongs."""
    return dataclasses.replace(one, birth_name=one.used_name or one.birth_name, used_name="")


def other_given_lost(_: random.Random, one: Identity) -> Identity:
    return dataclasses.replace(one, given=one.given[:1])


def initial(_: random.Random, one: Identity) -> Identity:
    return dataclasses.replace(one, given=(one.given[0][:1],)) if one.given and one.given[0] else one


def moved(chance: random.Random, one: Identity) -> Identity:
    there = _household(chance)[0]
    kept = ("street_number", "street", "postal_code", "city", "phones")
    return dataclasses.replace(one, **{name: getattr(there, name) for name in kept})


def blank(name: str) -> Change:
    empty = getattr(Identity(), name)

    def blanked(_: random.Random, one: Identity) -> Identity:
        return dataclasses.replace(one, **{name: empty})

    return blanked


PROFILES = {
    "a hurried clerk": Profile(
        [(family_typed, 3), (given_typed, 3), (street_typed, 3), (born_typed, 1), (other_given_lost, 3)], (1, 3), False
    ),
    "a form half filled": Profile(
        [(blank("sex"), 1), (blank("phones"), 2), (blank("birthplace"), 2), (blank("street"), 2), (blank("given"), 1),
         (blank("born"), 1), (blank("postal_code"), 1)], (1, 4), False,
    ),
    "years later": Profile([(moved, 4), (married, 3), (other_given_lost, 2), (family_typed, 1)], (1, 2), False),
    "another country's form": Profile(
        [(names_swapped, 2), (born_swapped, 3), (blank("birthplace"), 2), (initial, 1), (blank("sex"), 1)], (1, 2), False
    ),
    "a register with numbers": Profile(
        [(family_typed, 4), (given_typed, 4), (street_typed, 6), (number_typed, 1), (born_typed, 1), (names_swapped, 1),
         (blank("given"), 1), (blank("street_number"), 2), (blank("phones"), 3), (blank("sex"), 3), (married, 1)],
        (1, 6), True,
    ),
}  # fmt: skip
