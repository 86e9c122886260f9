"""The practice passphrase must not be guessed; the guidance says so in plain French."""

import pytest

from carnet.accounts.passwords import passphrase_weakness


@pytest.mark.parametrize(
    "good",
    [
        "cheval agrafe pile correct",
        "Les tilleuls fleurissent en juin",
        "xK4!pq-92zzWqe7a",
        "été chêne mûr pré bel",
    ],
)
def test_takes_four_words_or_sixteen_characters(good):
    assert passphrase_weakness(good) is None


@pytest.mark.parametrize(
    "weak", ["", "tilleul", "mot mot mot mot", "un deux trois", "aaaaaaaaaaaaaaaaaaaa", "    " * 8]
)
def test_refuses_what_is_short_or_one_pattern(weak):
    assert passphrase_weakness(weak)
