"""Every word one typing error away from what was typed: a letter too many, missing, wrong, or two swapped. Pure."""

from __future__ import annotations

from string import ascii_lowercase

SHORTEST, LONGEST = 4, 24  # letters; a shorter word with an error could be anything


def edits(word: str) -> list[str]:
    """The likeliest first. A letter missing at the end is no error: more is being typed; nor, in a short word,
    is a wrong last letter, which would give back all that its beginning finds."""
    if not (SHORTEST <= len(word) <= LONGEST and word.isascii() and word.isalpha()):
        return []
    size = len(word)
    swapped = [word[:n] + word[n + 1] + word[n] + word[n + 2 :] for n in range(size - 1)]
    fewer = [word[:n] + word[n + 1 :] for n in range(size - 1)]
    last = size if size > SHORTEST else size - 1
    wrong = [word[:n] + letter + word[n + 1 :] for n in range(last) for letter in ascii_lowercase]
    more = [word[:n] + letter + word[n:] for n in range(size) for letter in ascii_lowercase]
    found = dict.fromkeys([*swapped, *fewer, *more, *wrong])
    found.pop(word, None)
    return list(found)
