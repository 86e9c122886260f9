"""Writes reading/tables/left_alone.txt: the French words that the corrector of reading would take for a medical word with
a typing error. It reads a Hunspell dictionary of French, and changes nothing else.

    python tools/build_left_alone.py /usr/share/hunspell/fr     (Debian package hunspell-fr-comprehensive)
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from carnet.reading import tokens, vocabulary

OUT = Path(__file__).resolve().parent.parent / "src/carnet/reading/tables/left_alone.txt"
HEAD = """\
# French words close to a medical word, one stem a line: never corrected. Written by tools/build_left_alone.py.
# Source: Hunspell dictionary of French 7.0 (Dicollecte, Grammalecte, https://grammalecte.net), MPL-2.0.
"""
_RULE = re.compile(r"SFX (\S+) (\S+) ([^\s/]+)\S* (\S+)")
_ENTRY = re.compile(r"([^\W\d_]+)(?:/(\S+))?")
# Tenses that no note is written in; their forms would hide many typing errors.
_NOT_IN_NOTES = re.compile(
    r"(?:[âîû]mes|[âîû]tes|[âîû]t|èrent|irent|urent|ass\w+|iss(?:e|es|ions|iez)|[rtv]ais|ions|iez|[^ts]as)$"
)


def main(dictionary: str) -> int:
    OUT.write_text(HEAD, "utf-8")
    correct = vocabulary.packaged().corrector.correct
    cut = (tokens.words(word, tokens.plain(word)) for word in _inflected(dictionary))
    near = sorted({one[0].stem for one in cut if len(one) == 1 and correct(one[0]) != one[0].stem})
    OUT.write_text(HEAD + "".join(f"{stem}\n" for stem in near), "utf-8")
    print(f"{len(near)} stems are left alone")
    return 0


def _inflected(dictionary: str) -> Iterator[str]:
    """Every form of every word that is no name."""
    rules = defaultdict(list)
    for match in filter(None, map(_RULE.match, _lines(f"{dictionary}.aff"))):
        flag, cut, added, after = match.groups()
        rules[flag].append((cut.replace("0", ""), added.replace("0", ""), re.compile(f"{after}$")))
    for match in filter(None, map(_ENTRY.match, _lines(f"{dictionary}.dic"))):
        word, flags = match[1], match[2] or ""
        if word.islower():
            yield word
        for flag in re.findall("..", flags) if word.islower() else ():
            for cut, added, after in rules[flag]:
                form = f"{word.removesuffix(cut)}{added}"
                if word.endswith(cut) and after.search(word) and not _NOT_IN_NOTES.search(form):
                    yield form


def _lines(path: str) -> list[str]:
    return Path(path).read_text("utf-8").splitlines()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
