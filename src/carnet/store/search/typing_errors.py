"""Every word one typing error away from what was typed: a letter too many, missing, wrong, or two swapped. Pure."""

from __future__ import annotations

from string import ascii_lowercase

SHORTEST, LONGEST = 4, 24  # letters; a shorter word with an error could be anything


def edits(word: str, borne: int | None = None) -> list[str]:
    """The likeliest first. A letter missing at the end is no error: more is being typed; nor, in a short word,
    is a wrong last letter, which would give back all that its beginning finds. `borne`: how many of its first letters
    begin some name; the error is not after the letter that follows them."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()):
        return []
    size = len(word)
    most = size if borne is None else min(borne + 1, size)
    last = min(most, size if size > SHORTEST else size - 1)
    swapped = [word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(min(most, size - 1))]
    fewer = [word[:n] + word[n + 1 :] for n in range(min(most, size - 1))]
    wrong = [word[:n] + letter + word[n + 1 :] for n in range(last) for letter in ascii_lowercase]
    more = [word[:n] + letter + word[n:] for n in range(most) for letter in ascii_lowercase]
    found = dict.fromkeys([*swapped, *fewer, *more, *wrong])
    found.pop(word, None)
    return list(found)
