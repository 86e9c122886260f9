"""Whether two identities are one person: the traps as a table, the laws that hold for every pair, and towns written
down badly."""

from __future__ import annotations

import dataclasses
import random
import tomllib
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.rules import blocking, likeness, matching, similarity
from carnet.rules.matching import Identity, Match, compare, folded, from_patient
from tests.rules import written_badly

SPEC = Path(__file__).parents[1] / "spec" / "identity"
RANKS = ["non", "possible", "probable", "certain"]
SPOKEN = {"no": "non", "possible": "possible", "probable": "probable", "certain": "certain"}
SEXES = {"F": "female", "M": "male", "": ""}


def cases() -> list[Any]:
    return [
        pytest.param(case, id=f"{path.stem}: {case['titre']}")
        for path in sorted(SPEC.glob("*.toml"))
        for case in tomllib.loads(path.read_text("utf-8"))["cas"]
    ]


def person(written: dict[str, Any]) -> Identity:
    number, _, street = written.get("adresse", "").partition(" ")
    return Identity(
        birth_name=written.get("nom", ""),
        used_name=written.get("nom_utilise", ""),
        given=tuple(written.get("prenoms", [])),
        born=written.get("naissance", ""),
        sex=SEXES[written.get("sexe", "")],
        birthplace=written.get("lieu", ""),
        ins=frozenset(written.get("ins", [])),
        numbers=frozenset((place, value) for place, value in map(str.split, written.get("numeros", []))),
        phones=frozenset({written["telephone"]}) if written.get("telephone") else frozenset(),
        street_number=number,
        street=(street,) if street else (),
        city=written.get("commune", ""),
    )


@pytest.mark.parametrize("case", cases())
def test_traps_that_a_doctor_signs(case: dict[str, Any]) -> None:
    one, other = person(case["un"]), person(case.get("autre", {**case["un"], **case.get("comme_un", {})}))
    match = compare(one, other)
    verdict = SPOKEN[match.verdict]
    if "conclusion" in case:
        assert verdict == case["conclusion"], explained(match)
    else:
        assert RANKS.index(verdict) <= RANKS.index(case["au_plus"]), explained(match)
    assert bool(match.alarm) == case.get("alarme", False)


def explained(match: Match) -> str:
    return "\n".join([*(reason.sentence for reason in match.reasons), *match.limits, match.alarm])


def test_the_reasons_are_french_and_add_up() -> None:
    one = Identity(birth_name="Roux", given=("Jean",), born="1950-04-18", phones=frozenset({"0556000001"}))
    match = compare(one, dataclasses.replace(one, given=("Marc",)))
    assert [reason.sentence for reason in match.reasons] == [
        "Nom de naissance : identique (+8)",
        "Premier prénom : différent (-6)",
        "Date de naissance : identique (+14)",
        "Téléphone : identique (+7)",
    ]
    assert match.score == sum(reason.weight for reason in match.reasons) == 23
    assert match.verdict == "possible"
    assert "Premier prénom : différent." in match.limits


def test_name_address_and_telephone_do_not_count_three_times() -> None:
    home = Identity(
        birth_name="Roux", given=("Jean",), street_number="3", street=("rue Foch",), city="La Brède"
    )
    match = compare(*[dataclasses.replace(home, phones=frozenset({"0556000001"}))] * 2)
    assert match.reasons[-1].sentence.startswith("Foyer : nom, adresse et téléphone vont ensemble")
    assert match.score == 15 + 5


def test_an_identity_comes_from_a_patient() -> None:
    patient = {
        "resourceType": "Patient",
        "gender": "female",
        "birthDate": "1979-03-28",
        "name": [
            {"use": "usual", "family": "Martin", "given": ["Domi"]},
            {"use": "official", "family": "Pat-Trois", "given": ["Dominique", "Anne"]},
        ],
        "identifier": [
            {"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "279035121518989"},
            {"system": "urn:oid:1.2.250.1.213.1.4.10", "value": "279035121518989"},
            {"system": "urn:oid:1.2.3", "value": "12"},
            {"system": "urn:oid:2.16.56", "value": "79032812345", "type": {"coding": [{"code": "NI"}]}},
        ],
        "telecom": [{"system": "phone", "value": "05 56 00 00 01"}, {"system": "email", "value": "a@b.fr"}],
        "address": [{"line": ["12 bis rue Gambetta"], "postalCode": "33650", "city": "La Brède"}],
    }
    assert from_patient(patient) == Identity(
        birth_name="Pat-Trois", given=("Dominique", "Anne"), used_name="Martin", used_given="Domi",
        born="1979-03-28", sex="female", ins=frozenset({"279035121518989"}),
        numbers=frozenset({("urn:oid:1.2.3", "12")}),
        state_numbers=frozenset({("urn:oid:2.16.56", "79032812345")}), phones=frozenset({"05 56 00 00 01"}),
        street_number="12", street=(" bis rue Gambetta",), postal_code="33650", city="La Brède",
    )  # fmt: skip
    assert compare(from_patient(patient), from_patient(patient)).verdict == "certain"
    assert from_patient({"resourceType": "Patient"}) == Identity()


@pytest.mark.parametrize(
    ("one", "other"),
    [("dupont", "dupond"), ("lefebvre", "lefevre"), ("thibault", "thibaut"), ("leroy", "leroi"), ("philippe", "filipe"),
     ("renaud", "renault"), ("mathieu", "matthieu"), ("durand", "durant"), ("gauthier", "gautier"), ("hamon", "amon")],
)  # fmt: skip
def test_the_ear_hears_one_name(one: str, other: str) -> None:
    assert similarity.sound(one) == similarity.sound(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("martin", "morin"), ("jean", "jeanne"), ("louis", "louise"), ("leroy", "leroux"), ("roux", "roche")],
)
def test_the_ear_hears_two_names(one: str, other: str) -> None:
    assert similarity.sound(one) != similarity.sound(other)


# The laws. People of few values, so that pairs agree, nearly agree and differ.
_names = st.sampled_from(
    ["", "Martin", "Martn", "Saint-Roux", "St Roux", "Paul", "de la Tour", "Tour", "Durand-Roux"]
)
_given = st.sampled_from(
    ["", "Paul", "Paule", "Jean-Pierre", "Jean", "J", "Marie", "Maria", "Martin", "Giovanni"]
)
_dates = st.sampled_from(
    ["", "1960-04-09", "1960-09-04", "1960-04-19", "1990-04-09", "1960-01-01", "1960", "1960-04"]
)
_numbers = st.frozensets(
    st.sampled_from([("CHU", "1234567"), ("CHU", "1234568"), ("CHU", "7654321")]), max_size=2
)
_ins = st.frozensets(st.sampled_from(["279035121518989", "262115412345611", "279035121518900"]), max_size=2)
people = st.builds(
    Identity,
    birth_name=_names, used_name=_names, given=st.lists(_given, max_size=3).map(tuple), used_given=_given,
    born=_dates, sex=st.sampled_from(["", "male", "female", "unknown"]),
    birthplace=st.sampled_from(["", "33063", "75114"]), ins=_ins, numbers=_numbers, state_numbers=_numbers,
    phones=st.frozensets(st.sampled_from(["0556000001", "+33556000001", "0700000000"]), max_size=2),
    street_number=st.sampled_from(["", "1", "12"]),
    street=st.lists(st.sampled_from(["rue Foch", "rue Fosh", "avenue de Verdun"]), max_size=2).map(tuple),
    postal_code=st.sampled_from(["", "33650", "33000"]), city=st.sampled_from(["", "La Brède", "Bordeaux"]),
)  # fmt: skip
FIELDS = [field.name for field in dataclasses.fields(Identity)]
IDENTIFYING = ("ins", "numbers", "state_numbers")


@given(people, people)
@settings(deadline=None)
def test_the_answer_is_always_the_same(one: Identity, other: Identity) -> None:
    first = compare(one, other)
    matching._judged.cache_clear()
    assert compare(one, other) == first


@given(people, people)
@settings(max_examples=300, deadline=None)
def test_who_is_compared_with_whom_does_not_matter(one: Identity, other: Identity) -> None:
    assert compare(one, other) == compare(other, one) == compare(one, other)


@given(people, people)
@settings(max_examples=300, deadline=None)
def test_nobody_matches_better_than_the_person_themselves(one: Identity, other: Identity) -> None:
    assert compare(one, other).score <= compare(one, one).score


@given(people, people, st.sampled_from(FIELDS))
@settings(max_examples=400, deadline=None)
def test_a_trait_spoiled_in_a_copy_never_helps(one: Identity, stranger: Identity, field: str) -> None:
    """A copy of a record with one field changed or lost is no better than the copy."""
    copy, empty = compare(one, one), getattr(Identity(), field)
    for spoiled in (getattr(stranger, field), empty):
        match = compare(one, dataclasses.replace(one, **{field: spoiled}))
        assert match.score <= copy.score
        if field != "ins":  # an INS demands all traits, so that its absence may demand less
            assert rank(match) <= rank(copy)


@given(people, people, people, st.sampled_from(["born", "sex", "birthplace", "phones"]))
@settings(max_examples=400, deadline=None)
def test_a_trait_that_turns_from_equal_to_worse_never_helps(
    one: Identity, other: Identity, stranger: Identity, field: str
) -> None:
    """However much the rest differs."""
    agreeing = dataclasses.replace(other, ins=frozenset(), **{field: getattr(one, field)})
    worse = dataclasses.replace(agreeing, **{field: getattr(stranger, field)})
    assert compare(one, worse).score <= compare(one, agreeing).score
    assert rank(compare(one, worse)) <= rank(compare(one, agreeing))


_twins = st.sampled_from(
    [("Paul", "Jean"), ("Marie", "Zoé"), ("Jean-Pierre", "Jean-Paul"), ("Léa", "Léo"), ("Hugo", "Théo")]
)


@given(people, _twins, st.booleans())
@settings(max_examples=400, deadline=None)
def test_another_first_name_or_sex_is_never_certain(
    one: Identity, names: tuple[str, str], sexes: bool
) -> None:
    """Twins: whatever else agrees, unless a State gave both records one number."""
    other = {"given": names[:1], "sex": "male"} if sexes else {"given": names[1:]}
    one = dataclasses.replace(
        one, given=names[:1], used_given="", sex="female", ins=frozenset(), state_numbers=frozenset()
    )
    assert compare(one, dataclasses.replace(one, **other)).verdict != "certain"


@given(people, people)
@settings(max_examples=300, deadline=None)
def test_an_ins_that_contradicts_never_matches(one: Identity, other: Identity) -> None:
    match = compare(one, other)
    levels = likeness.levels(folded(one), folded(other))
    if levels["ins"] == "different" or (levels["ins"] == "equal" and "different" in levels["born"]):
        assert match.verdict == "no"
    if match.alarm:
        assert match.verdict == "no"


def rank(match: Match) -> int:
    return RANKS.index(SPOKEN[match.verdict])


def test_each_row_of_the_table_is_ordered_and_told() -> None:
    """Better agreement never weighs less; every limit is a word that the code knows."""
    table = tomllib.loads((Path(matching.__file__).parent / "tables/matching.toml").read_text("utf-8"))
    assert table["verdicts"]["possible"] < table["verdicts"]["probable"] < table["verdicts"]["certain"]
    for trait in likeness.TRAITS:
        rows = [row for level, row in table[trait].items() if level not in ("label", "missing")]
        weights = [row["weight"] for row in rows]
        assert weights[0] == max(weights)
        assert weights[-1] == min(weights)
        assert table[trait]["different"] is rows[-1]
        assert {row["allows"] for row in rows} <= {
            "certain",
            "home",
            "number",
            "state",
            "probable",
            "possible",
        }
        assert all(row["says"] for row in rows)


@pytest.mark.parametrize("name", written_badly.PROFILES)
def test_a_town_written_down_badly(name: str) -> None:
    """Seven hundred households, a fifth of those with children having twins: nobody is ever taken for another, and
    blocking and weights lose hardly anybody."""
    profile, chance = written_badly.PROFILES[name], random.Random(name)
    people = written_badly.town(chance, 700, numbered=profile.numbered)
    left = [folded(one) for one in people]
    right = [folded(written_badly.rewritten(chance, one, profile)) for one in people]
    found, false = Counter[str](), Counter[str]()
    for one, other in blocking.pairs_between(left, right):
        (found if one == other else false)[matching.weigh(left[one], right[other]).verdict] += 1
    certain, proposed = found["certain"], sum(found.values()) - found["no"]
    assert false["certain"] == 0
    assert certain >= len(people) * (0.96 if profile.numbered else 0.45)
    assert proposed >= len(people) * (0.95 if name == "a form half filled" else 0.99)
    assert false["probable"] <= len(people) * 0.03


def test_candidates_grow_with_the_practice_not_with_its_square() -> None:
    """A town four times as large has hardly more candidates for each person; each pair comes once."""
    counts = []
    for households in (300, 1200):
        people = [
            folded(one) for one in _renamed(written_badly.town(random.Random(1), households, numbered=False))
        ]
        pairs = list(blocking.pairs(people))
        assert len(set(pairs)) == len(pairs)
        assert all(one < other for one, other in pairs)
        counts.append(len(pairs) / len(people))
    assert counts[1] <= counts[0] * 2


def _renamed(people: list[Identity]) -> list[Identity]:
    """With as many names and streets as a real town: the invented one has eighty names."""
    syllables = ("ba", "cer", "di", "fou", "gar", "lan", "mer", "no", "pi", "ro", "su", "ti", "vau", "mont")
    names = {
        (one.birth_name, one.born): "".join(random.Random(one.born).choices(syllables, k=4)) for one in people
    }
    return [
        dataclasses.replace(one, birth_name=name, street=(f"rue {name[:6]}",))
        for one in people
        for name in [names[one.birth_name, one.born]]
    ]


def test_a_crowd_of_homonyms_stays_cheap() -> None:
    """Two thousand Martins of one street: keys that say nothing are left out."""
    alike = Identity(birth_name="Martin", street_number="1", street=("rue Foch",), city="Bordeaux")
    crowd = [
        dataclasses.replace(alike, given=(f"{chr(97 + i % 20)}o{chr(97 + i % 17)}",)) for i in range(2000)
    ]
    assert len(list(blocking.pairs([folded(one) for one in crowd]))) <= 2000 * blocking.CROWD
