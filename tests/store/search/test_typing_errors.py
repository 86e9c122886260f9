"""The words one error away from what was typed; what no name can be any more is left out and nothing else."""

from __future__ import annotations

from random import Random

from carnet.store.search.finder_words import alike
from carnet.store.search.typing_errors import edits

LETTERS = "aeimnrt"


def test_each_kind_of_error() -> None:
    found = set(edits("dupnot"))
    assert {"dupont", "duponot", "dupot", "dupnet", "cupnot", "adupnot"} <= found
    assert "dupnot" not in found
    assert "dupno" not in found, "more is being typed"
    assert edits("mar") == edits("a" * 25) == edits("ma1t") == []


def test_the_error_is_not_after_the_letters_that_some_name_begins_with() -> None:
    random = Random(7)
    for _ in range(300):
        names = ["".join(random.choices(LETTERS, k=random.randint(3, 9))) for _ in range(6)]
        typed = random.choice(edits(random.choice(names) + "e") or ["mart"])
        borne = max(alike(typed, name) for name in names)
        begun = [edit for edit in edits(typed) if any(name.startswith(edit) for name in names)]
        assert [edit for edit in edits(typed, borne) if edit in begun] == begun, (typed, names)


def test_few_letters_borne_are_few_words_to_ask_for() -> None:
    assert len(edits("xlefebvre", 0)) < len(edits("xlefebvre")) / 5
