"""Which pairs of many persons are worth comparing: those that share one of several keys, so that one typing error, or
two, do not hide a pair. Pure; about as many pairs as persons, at 1,000 as at 100,000."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from carnet.rules.person_traits import Folded
from carnet.rules.similarity import sound

# A key that more persons share says nothing of them; each person has a dozen others.
CROWD = 64


def keys(one: Folded) -> set[str]:
    """What a person is filed under. Each key survives another kind of error."""
    names = {sound(name.bare) for name in (one.birth, one.used) if name.bare}
    first = sound("".join(one.first))
    found = {f"ins {value}" for value in one.ins}
    found |= {f"number {system} {value}" for system, value in one.numbers | one.state_numbers}
    found |= {f"phone {value}" for value in one.phones}
    if len(one.born) == 8:
        found |= _dated(one.born, names, first)
    found |= {f"names {' '.join(sorted((name, first)))}" for name in names if first}
    found |= _placed(one, names, first)
    return found


def _dated(born: str, names: set[str], first: str) -> set[str]:
    year, month, day = born[:4], *sorted((born[4:6], born[6:]))  # the same when day and month are swapped
    found = {f"born {year}{month}{day}"}
    found |= {f"{part} {name}" for name in names for part in (year, f"{month}{day}")}
    # First names are fewer than names: they need more of the date.
    return found | (
        {f"{part} {first}" for part in (year + month, year + day, month + day)} if first else set()
    )


def _placed(one: Folded, names: set[str], first: str) -> set[str]:
    places = [place for place in (one.postal_code, one.city) if place]
    homes = set[str]()
    for line in one.street:
        if one.street_number:
            homes |= {f"home {place} {one.street_number} {line[:9]}" for place in places}
            homes.add(f"home {one.street_number} {line}")
        homes |= {f"street {place} {line} {word[:3]}" for place in places for word in (*names, first) if word}
    # A village has one postal code: with a name and an initial, still few.
    homes |= {f"town {place} {name} {first[:1]}" for place in places for name in names}
    return homes | {f"town {place} {first} {name[:1]}" for place in places for name in names if first}


def pairs(people: Sequence[Folded]) -> Iterator[tuple[int, int]]:
    """Candidates within one list, as places in it, the smaller first, each once."""
    blocks = _blocks(people)
    for place, one in enumerate(people):
        near = {other for key in keys(one) for other in blocks.get(key, ()) if other < place}
        for other in sorted(near):
            yield other, place


def pairs_between(left: Sequence[Folded], right: Sequence[Folded]) -> Iterator[tuple[int, int]]:
    """Candidates between two lists, (place in left, place in right), each once."""
    blocks = _blocks(right)
    for place, one in enumerate(left):
        near = {other for key in keys(one) for other in blocks.get(key, ())}
        for other in sorted(near):
            yield place, other


def _blocks(people: Sequence[Folded]) -> dict[str, list[int]]:
    blocks: dict[str, list[int]] = {}
    for place, one in enumerate(people):
        for key in keys(one):
            blocks.setdefault(key, []).append(place)
    return {key: places for key, places in blocks.items() if len(places) <= CROWD}
