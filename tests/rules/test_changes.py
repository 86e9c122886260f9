"""What a line says of a medicine beyond what was read of it: nothing that changes how it is taken is lost."""

from __future__ import annotations

from typing import Any

import pytest

from carnet.rules.accepted import changes, medicines
from tests.rules.test_accepted import AMLODIPINE, made


def drug(text: str, quote: str, **values: Any) -> dict[str, Any]:
    start = text.index(quote)
    bare = {"kind": "medication", "status": "prescribed", "drug": "x", "as_needed": False}
    return {**bare, "quote": quote, "start": start, "end": start + len(quote), **values}


@pytest.mark.parametrize(
    ("text", "quote", "said"),
    [
        ("Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j", "Xarelto 15 1-0-1", "Xarelto 15 1-0-1 en attendant, 21 j puis 20 1/j"),
        ("Sauter la prise de ce soir puis Previscan 20 1/4 le soir", "Previscan 20 1/4 le soir", "Sauter la prise de ce soir puis Previscan 20 1/4 le soir"),
        ("Seresta 10 1/2 le soir 15j puis arrêt", "Seresta 10 1/2 le soir 15j", "Seresta 10 1/2 le soir 15j puis arrêt"),
        ("TVP. Xarelto 15 1-0-1 21 j. Puis 20 1/j. Revoir", "Xarelto 15 1-0-1 21 j", "Xarelto 15 1-0-1 21 j. Puis 20 1/j"),
        ("amox 1g x3/j à partir de demain", "amox 1g x3/j", "amox 1g x3/j à partir de demain"),
        ("Lasilix 40 1/j jusqu'à -2 kg", "Lasilix 40 1/j", "Lasilix 40 1/j jusqu'à -2 kg"),
        ("Lovenox 0,4 1/j jusqu'au 03/09, plaquettes 1 fois par semaine", "Lovenox 0,4 1/j", "Lovenox 0,4 1/j jusqu'au 03/09"),
        ("Solupred 20 3 cp 3 j puis 2 cp 3 j, 1 cp 3 j, bière 2/j", "Solupred 20 3 cp 3 j", "Solupred 20 3 cp 3 j puis 2 cp 3 j, 1 cp 3 j"),
        ("déprimé, Seresta 10 1/j, arrêt si somnolence", "Seresta 10 1/j", "Seresta 10 1/j, arrêt si somnolence"),
    ],
)  # fmt: skip
def test_words_that_change_it_stand_as_typed(text: str, quote: str, said: str) -> None:
    (told,) = changes.told([drug(text, quote, dose_per_intake=1, times_per_day=2, duration_days=15)], text)
    assert told["typed"] == said
    assert medicines.directions(told) == f"« {said} »"
    assert medicines.duration(told) == "", "the words say how long, or the length was of the first step"
    written = made({**AMLODIPINE, "typed": said})["dosageInstruction"][0]
    assert not {"timing", "doseAndRate"} & written.keys(), "nothing is computed of what was not understood"


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("amlodipine 5 1/j, arrêt du tabac conseillé", "amlodipine 5 1/j"),
        ("Amlodipine 5 1/j. Fièvre jusqu'à 39", "Amlodipine 5 1/j"),
        ("Doliprane 1g x3/j, ne pas dépasser 4/j", "Doliprane 1g x3/j"),
        ("Toux puis fièvre\nDoliprane 1g x3/j\npuis repos", "Doliprane 1g x3/j"),
        ("En arrêt depuis 3 j, doliprane 1g x3/j", "doliprane 1g x3/j"),
        ("leeloo 1 cp/j 3 mois. bilan dans 3 mois puis revoir", "leeloo 1 cp/j 3 mois"),
        ("zopiclone 7,5 15 j puis réévaluer", "zopiclone 7,5 15 j"),
        ("colchicine 1 mg 2/j. Arrêt bière", "colchicine 1 mg 2/j"),
        ("remplacé par lercan 10 1/j", "lercan 10 1/j"),
    ],
)
def test_words_of_something_else_stay_away(text: str, quote: str) -> None:
    (told,) = changes.told([drug(text, quote)], text)
    assert "typed" not in told


def test_each_of_two_medicines_keeps_its_own_words() -> None:
    text = "doliprane 1g x3/j, Lovenox 0,6 x2/j puis Previscan 20 1/j, Inexium 20 1/j"
    quotes = ("doliprane 1g x3/j", "Lovenox 0,6 x2/j", "Previscan 20 1/j", "Inexium 20 1/j")
    told = changes.told([drug(text, quote) for quote in quotes], text)
    both = "Lovenox 0,6 x2/j puis Previscan 20 1/j"
    assert [one.get("typed") for one in told] == [None, both, both, None]


def test_a_stop_and_a_leave_are_not_of_the_medicine_before_them() -> None:
    text = "Kardegic 75 1/j, arrêt Plavix, AT 3j puis reprise"
    leave = {"kind": "order", "type": "sick_leave", "quote": "AT 3j", "start": 31, "end": 36}
    stop = drug(text, "Plavix", status="stopped")
    told = changes.told([drug(text, "Kardegic 75 1/j"), stop, leave], text)
    assert all("typed" not in one for one in told)


def test_words_that_were_read_as_something_else_are_theirs() -> None:
    text = "doliprane 1g x3/j, bio puis écho"
    asked = {"kind": "order", "type": "lab", "quote": "bio puis écho", "start": 19, "end": 32}
    assert "typed" not in changes.told([drug(text, "doliprane 1g x3/j"), asked], text)[0]


@pytest.mark.parametrize(
    ("quote", "unit", "amount", "words"),
    [
        ("Eliquis 5 2 cp/j", "cp", 2, "2 comprimés par jour"),
        ("Doliprane 1g 3 cp/j", "cp", 3, "3 comprimés par jour"),
        ("metformine 850 3 cp par jour", "cp", 3, "3 comprimés par jour"),
        ("prednisone 20 2 cp/j le matin", "cp", 2, "2 comprimés le matin"),
        ("prednisone 20 2 cp/j en 1 prise", "cp", 2, "2 comprimés 1 fois par jour"),
        ("prednisone 20 2 cp 1 fois par jour", "cp", 2, "2 comprimés 1 fois par jour"),
        ("Levothyrox 75 1 cp/j", "cp", 1, "1 comprimé 1 fois par jour"),
    ],
)
def test_the_amount_of_a_day_is_not_one_intake(quote: str, unit: str, amount: int, words: str) -> None:
    told = {
        **AMLODIPINE,
        "quote": quote,
        "intake_unit": unit,
        "dose_per_intake": amount,
        "duration_days": None,
    }
    assert medicines.directions(told) == words
    (written,) = made(told)["dosageInstruction"]
    is_of_day = words.endswith("comprimés par jour")
    assert ("doseAndRate" in written) == ("timing" in written) == (not is_of_day)
    most = written.get("maxDosePerPeriod", {}).get("numerator", {})
    assert most == ({"value": amount, "unit": unit} if is_of_day else {})


@pytest.mark.parametrize(
    ("quote", "values", "words"),
    [
        ("Atarax 25 1 le soir si besoin", {"times_per_day": 1, "as_needed": True}, "1 le soir si besoin"),
        ("Eliquis 2,5 1-0-1", {"times_per_day": 2}, "1 à la fois, 2 fois par jour, le matin et le soir"),
        ("Furosemide 40 1-0-0", {"times_per_day": 1}, "1 le matin"),
    ],
)
def test_an_amount_that_was_typed_is_never_dropped(quote: str, values: dict[str, Any], words: str) -> None:
    told = drug(quote, quote, dose_per_intake=1, strength="25 mg", **values)
    assert medicines.directions(told) == words


def test_a_substance_alone_keeps_the_words_that_were_typed() -> None:
    told = drug("Sérum phy 6/j", "Sérum phy 6/j", drug="chlorure de sodium", times_per_day=6)
    assert medicines.directions(told) == "« Sérum phy 6/j »"
