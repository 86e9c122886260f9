"""How alike two persons are, trait by trait: a word of tables/matching.toml for each, or `missing`. Pure and
symmetric; weighs nothing."""

from __future__ import annotations

from collections.abc import Callable

from carnet.rules import similarity
from carnet.rules.person_traits import Folded, Name, variants

GENERATION = 12  # years from which one wrong digit may as well be a parent


def birth_name(one: Folded, other: Folded) -> str:
    if one.birth.joined and other.birth.joined:
        level = _names(one.birth, other.birth)
        return level if level in ("equal", "alike") or not _crossed(one, other) else "used"
    return "used" if _crossed(one, other) or _same(one.used, other.used) else "missing"


def _crossed(one: Folded, other: Folded) -> bool:
    return _same(one.birth, other.used) or _same(one.used, other.birth)


def _same(one: Name, other: Name) -> bool:
    return bool(one.joined and other.joined) and _names(one, other) in ("equal", "alike")


def _names(one: Name, other: Name) -> str:
    if one.joined == other.joined:
        return "equal"
    if one.bare == other.bare or _is_variant(one.bare, other.bare, variants().family):
        return "alike"
    if (
        similarity.sound(one.bare) == similarity.sound(other.bare)
        and min(len(one.bare), len(other.bare)) >= 4
    ):
        return "alike"
    if similarity.is_typing_error(one.joined, other.joined):
        return "close"
    if _is_part(one, other) or _is_part(other, one):
        return "part"
    return "near" if similarity.is_near(one.joined, other.joined) else "different"


def _is_part(one: Name, other: Name) -> bool:
    """Martin in Martin-Durand, not La in La Tour."""
    kept = [word for word in one.words if word not in variants().particles and len(word) >= 3]
    return bool(kept) and set(kept) <= set(other.words)


def _is_variant(one: str, other: str, table: dict[str, frozenset[int]]) -> bool:
    return bool(table.get(one, frozenset()) & table.get(other, frozenset()))


def given(one: Folded, other: Folded) -> str:
    if not one.first or not other.first:
        return "missing"
    common = _common(one.given, other.given)
    if common >= max(len(one.first), len(other.first)) or "".join(one.first) == "".join(other.first):
        return "equal"
    level = _first_names("".join(one.first), "".join(other.first))
    if level in ("alike", "close", "initial"):
        return level
    if common and common in (len(one.given), len(other.given)):
        return "part"
    return "other" if _is_another_of(one, other) or _is_another_of(other, one) else level


def _common(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """How many words they begin with in common."""
    pairs = list(zip(one, other, strict=False))
    return next((i for i, (a, b) in enumerate(pairs) if a != b), len(pairs))


def _is_another_of(one: Folded, other: Folded) -> bool:
    """Whether the first name of one is the used one, or a later one, of the other."""
    first = "".join(one.first)
    return len(first) > 1 and (first == other.used_given or first in other.given)


def _first_names(one: str, other: str) -> str:
    if min(len(one), len(other)) == 1:
        return "initial" if one[0] == other[0] else "different"
    if _is_variant(one, other, variants().given):
        return "alike"
    if min(len(one), len(other)) >= 4 and similarity.sound(one) == similarity.sound(other):
        return "alike"
    if similarity.is_typing_error(one, other):
        return "close"
    return "near" if similarity.is_near(one, other) else "different"


def more_given(one: Folded, other: Folded) -> str:
    rest = set(one.given[len(one.first) :]), set(other.given[len(other.first) :])
    if not all(rest):
        return "missing"
    return "equal" if rest[0] & rest[1] else "different"


def swapped(one: Folded, other: Folded) -> str:
    """`swapped` when birth name and first name changed places: Paul Martin, Martin Paul; `crossed` when one of them
    is so but for a typing error, and the other at least near; else empty."""
    ours, theirs = ("".join(one.first), one.birth.joined), (other.birth.joined, "".join(other.first))
    if not all((*ours, *theirs)):
        return ""
    if ours == theirs:
        return "swapped"
    facing = list(zip(ours, theirs, strict=True))
    right = any(a == b or similarity.is_typing_error(a, b) for a, b in facing)
    return "crossed" if right and all(a == b or similarity.is_near(a, b) for a, b in facing) else ""


def born(one: Folded, other: Folded) -> str:
    a, b = sorted((one.born, other.born))
    if len(a) < 4 or len(b) < 4:
        return "missing"
    if min(len(a), len(b)) < 8:
        return "partial" if a.startswith(b) or b.startswith(a) else _apart(a[:4], b[:4])
    if a == b:
        return "vague" if a[4:] in ("0101", "1231") else "equal"
    if a[:4] == b[:4] and a[4:6] == b[6:] and a[6:] == b[4:6]:
        return "swapped"
    return _apart(a, b)


def _apart(one: str, other: str) -> str:
    digits = similarity.edits(one, other)
    far = abs(int(one[:4]) - int(other[:4])) >= GENERATION
    if digits == 1 and len(one) == 8:
        return "near" if far else "close"
    return "near" if digits <= len(one) // 4 else "different"


def sex(one: Folded, other: Folded) -> str:
    return _plain(one.sex, other.sex)


def birthplace(one: Folded, other: Folded) -> str:
    return _plain(one.birthplace, other.birthplace)


def _plain(one: str, other: str) -> str:
    return ("equal" if one == other else "different") if one and other else "missing"


def ins(one: Folded, other: Folded) -> str:
    """One number in common is one person, whatever others each has."""
    if one.ins & other.ins:
        return "equal"
    return "different" if one.ins and other.ins else "missing"


def number(one: Folded, other: Folded) -> str:
    if one.state_numbers & other.state_numbers:
        return "state"
    if one.numbers & other.numbers:
        return "equal"
    ours, theirs = one.numbers | one.state_numbers, other.numbers | other.state_numbers
    facing = [(a, b) for system, a in ours for there, b in theirs if system == there]
    if not facing:
        return "missing"
    near = [(a, b) for a, b in facing if min(len(a), len(b)) >= 6 and similarity.edits(a, b) == 1]
    if not near:
        return "different"
    of_states = {value for _, value in one.state_numbers | other.state_numbers}
    mistyped = any(a[:-1] != b[:-1] and {a, b} <= of_states for a, b in near)
    return "state_close" if mistyped else "close"


def phone(one: Folded, other: Folded) -> str:
    if not one.phones or not other.phones:
        return "missing"
    return "equal" if one.phones & other.phones else "different"


def address(one: Folded, other: Folded) -> str:
    town, street = _town(one, other), _street(one, other)
    numbered = bool(one.street_number) and one.street_number == other.street_number
    if street == "equal" and numbered and town == "equal":
        return "home"
    if street == "equal" and (numbered or town == "equal"):
        return "street"
    if town == "equal":
        return "town"
    return "different" if "different" in (town, street) else "missing"


def _town(one: Folded, other: Folded) -> str:
    cities = one.city and other.city and similarity.is_same_line(one.city, other.city)
    if cities or (one.postal_code and one.postal_code == other.postal_code):
        return "equal"
    compared = (one.city and other.city) or (one.postal_code and other.postal_code)
    return "different" if compared else "missing"


def _street(one: Folded, other: Folded) -> str:
    if not one.street or not other.street:
        return "missing"
    return (
        "equal"
        if any(similarity.is_same_line(a, b) for a in one.street for b in other.street)
        else "different"
    )


# In the order in which a doctor reads them.
TRAITS: dict[str, Callable[[Folded, Folded], str]] = {
    "ins": ins,
    "birth_name": birth_name,
    "given": given,
    "more_given": more_given,
    "born": born,
    "sex": sex,
    "birthplace": birthplace,
    "number": number,
    "phone": phone,
    "address": address,
}


def levels(one: Folded, other: Folded) -> dict[str, str]:
    """Trait → how alike."""
    found = {trait: compare(one, other) for trait, compare in TRAITS.items()}
    if {found["birth_name"], found["given"]} <= {"near", "different"} and (level := swapped(one, other)):
        return {**found, "birth_name": level, "given": level}
    return found
