"""Combinations: which strength is whose. Every one of the table stands in the order of its strengths, proved by the doses of
the official composition, or it is printed by its name, without pairing substances and numbers."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from carnet.fhir.folding import words
from carnet.reading import prescriptions, reader, strengths
from carnet.reading.drugs import Drug
from carnet.reading.facts import Context
from carnet.reference import names, official_files, specialities, strength_order, substances
from carnet.reference.specialities import Speciality
from carnet.rules.accepted import medicines

COMBINATIONS = [one for one in specialities.official() if "/" in one.inn]


def printed(line: str) -> str:
    """What the offer and the paper say of the first medicine of a line."""
    found = reader.packaged(names.shipped_names()).read(line, Context())
    return medicines.name(next(one.as_json(line) for one in found if one.kind == "medication"))


def drug(one: Speciality) -> Drug:
    found = names.of([one]).find(list(words(one.brand or one.inn)))
    assert found is not None, one.name
    return found


def test_every_combination_is_proved_or_printed_without_pairing() -> None:
    """The whole table, speciality by speciality, as a prescriber names each in its strength."""
    branded = [one for one in COMBINATIONS if one.brand and len(strengths.parts(one.strength)) > 1]
    assert len(branded) > 500
    for one in branded:
        said = strengths.in_order(drug(one), one.strength)
        assert said == (one.inn if one.ordered else None), one.name
        fact = {"drug": one.inn, "strength": one.strength, "brand": one.brand, "status": "prescribed"}
        told = medicines.name(fact if said else {**fact, "unpaired": one.brand})
        assert one.ordered or not any(part in told for part in one.inn.split("/")), told


def test_nothing_else_than_doses_makes_an_order() -> None:
    """What is marked has as many substances as strengths, or more; what has one number or none is not marked."""
    for one in COMBINATIONS:
        count = len(strength_order.amounts(one.strength))
        assert not one.ordered or 2 <= count <= len(one.inn.split("/")), one.name
    left = [one for one in COMBINATIONS if len(strength_order.amounts(one.strength)) > 1 and not one.ordered]
    assert len(left) <= 12, [one.name for one in left]


def test_each_strength_is_the_dose_of_the_substance_in_its_place(shared_data: Path) -> None:
    """Against the composition itself, in the plainest way: where both doses of two substances are written just as the name
    writes them, each stands in its place."""
    doses: dict[tuple[str, str], set[strength_order.Amount]] = defaultdict(set)
    for row in official_files.rows(shared_data / "drugs", official_files.COMPOSITION):
        doses[row[0], substances.plain(row[3])] |= {*strength_order.amounts(row[4])}
    checked = 0
    for one in (each for each in COMBINATIONS if each.ordered):
        told = [amount[:2] for amount in strength_order.amounts(one.strength)]
        held = [{dose[:2] for dose in doses[one.cis, part]} for part in one.inn.split("/")]
        if len(held) == len({*told}) == 2 and all(any(amount in dose for dose in held) for amount in told):
            assert all(amount in dose for amount, dose in zip(told, held, strict=True)), one.name
            checked += 1
    assert checked > 900


@pytest.mark.parametrize(
    ("strength", "doses", "order"),
    [
        ("10 mg/5 mg", {"amlodipine": ["6,94 mg", "5 mg"], "périndopril": ["6,79 mg", "10 mg"]}, "périndopril/amlodipine"),
        ("24 mg/26 mg", {"valsartan": ["25,7 mg"], "sacubitril": ["24,3 mg"]}, "sacubitril/valsartan"),
        ("5 mg/5 mg", {"a": ["5 mg"], "b": ["5 mg"]}, "a/b"),
        ("10 mg/2,5 mg/10 mg", {"i": ["2,5 mg"], "a": ["10 mg"], "p": ["10 mg"]}, "a/i/p"),
        ("70 mg/2800 UI", {"d": ["70 microgrammes (2 800 UI)"], "a": ["70 mg"]}, "a/d"),
        ("200/6 microgrammes par dose", {"f": ["4,5 microgrammes"], "b": ["160 microgrammes"]}, "b/f"),
        ("20 mg/mL + 5 mg/mL", {"t": ["6,8 mg", "5 mg"], "d": ["20 mg"]}, "d/t"),
        ("100 mg/12,5 mg par mL", {"c": ["1,25 g"], "a": ["10 g"]}, "a/c"),
        ("750.000 UI/125 mg", {"m": ["125 mg"], "s": ["750 000 UI"]}, "s/m"),
        ("125 microgrammes/127,5 microgrammes", {"m": ["160 microgrammes"], "i": ["150 microgrammes"]}, ""),
        ("10 mg/20 mg", {"a": ["10 mg", "20 mg"], "b": ["10 mg", "20 mg"]}, ""),
        ("10 mg/5 mg", {"a": [""], "b": ["5 mg"]}, ""),
        ("1/100 000", {"a": ["72 mg"], "b": ["0,018 mg"]}, ""),
        ("0.125 mg/10 mg", {"a": ["125 mg"], "b": ["10 mg"]}, ""),
    ],
)  # fmt: skip
def test_an_order_is_proved_by_doses_or_not_at_all(
    strength: str, doses: dict[str, list[str]], order: str
) -> None:
    assert "/".join(strength_order.proved(strength, doses)) == order


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("Coveram 10/5 1/j", "périndopril/amlodipine 10 mg/5 mg (Coveram)"),
        ("Coveram 5/10 1/j", "périndopril/amlodipine 5 mg/10 mg (Coveram)"),
        ("Cotareg 80/12,5 1/j", "valsartan/hydrochlorothiazide 80 mg/12,5 mg (Cotareg)"),
        ("Exforge 5/160 1/j", "amlodipine/valsartan 5 mg/160 mg (Exforge)"),
        ("Entresto 24/26 x2/j", "sacubitril/valsartan 24 mg/26 mg (Entresto)"),
        ("amlodipine/périndopril 5/10 1/j", "amlodipine/périndopril 5 mg/10 mg"),
        ("périndopril/amlodipine 5/10 1/j", "périndopril/amlodipine 5 mg/10 mg"),
        ("irbésartan 300/HCTZ 12,5 1/j", "irbésartan/hydrochlorothiazide 300 mg/12,5 mg"),
        ("cotrimoxazole 800/160 x2/j", "sulfaméthoxazole/triméthoprime 800 mg/160 mg"),
        ("Augmentin 1 g x2/j", "amoxicilline/acide clavulanique 1 g (Augmentin)"),
        ("Modopar 100/25 x3/j", "lévodopa/bensérazide 100 mg/25 mg (Modopar)"),
        ("Triplixam 10/2,5/5 1/j", "périndopril/indapamide/amlodipine 10/2,5/5 (Triplixam)"),
        ("Exforge 160/5 1/j", "Exforge 160 mg/5 mg"),  # not sold in that order: whose is the 5?
        ("Duoplavin 75/100 1/j", "Duoplavin 75/100"),  # sold no more: the composition says nothing
        ("Atectura 125/127,5 1 inh/j", "Atectura 125 µg/127,5 µg"),
        ("Trelegy 92/22 1/j", "Trelegy 92 µg/22 µg"),  # of three substances, which two?
    ],
)
def test_what_is_typed_is_printed_with_each_strength_in_its_place(line: str, said: str) -> None:
    told = printed(line)
    assert told.removesuffix(" (Cotrimoxazole)") == said


def test_a_line_of_a_prescription_names_the_substances_in_that_order() -> None:
    reading = reader.packaged(names.shipped_names())
    assert prescriptions.read("Coveram 10/5 1 le matin", reading)["drug"] == "périndopril/amlodipine"
    assert prescriptions.read("Exforge 5/160 1 le matin", reading)["drug"] == "amlodipine/valsartan"


def test_a_substance_before_its_brand_is_one_medicine_in_whatever_order() -> None:
    assert (
        printed("amlodipine/périndopril (Coveram) 10/5 1/j") == "périndopril/amlodipine 10 mg/5 mg (Coveram)"
    )


def test_a_table_of_former_days_pairs_nothing() -> None:
    """Built by an earlier program, without the column: which strength is whose is not known."""
    row = "1\tCOVERAM 10 mg/5 mg, comprimé\tCOVERAM\tamlodipine/périndopril\t10 mg/5 mg\tcomprimé\torale\tC09BB04\ttown\tyes"
    [one] = specialities.read([row])
    assert strengths.in_order(drug(one), "10 mg/5 mg") is None
