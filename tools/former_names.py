"""Makes the table of names that doctors still write and the official base no longer lists (withdrawn, renamed), from the
list of French brand names by ATC code of edsnlp (AP-HP, BSD-3; its source is Romedi). Usage: former_names.py JSON[.gz]"""

from __future__ import annotations

import gzip
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

from carnet.fhir.folding import words
from carnet.reading import vocabulary
from carnet.reading.tokens import stem
from carnet.reference import names, specialities
from carnet.reference.specialities import Speciality

TABLE = Path(__file__).parent.parent / "src/carnet/reference/tables/former.tsv"
HEAD = (
    "# Names of medicines that doctors still write and that the official base no longer lists. Facts only: a name, the\n"
    "# substance of its ATC code. Source: list of names by ATC code of edsnlp 0.23.0 (AP-HP, BSD-3-Clause), made by\n"
    "# tools/former_names.py. No strength, form or route is known; the columns are those of specialities.tsv.\n"
)
# Not medicines of town that one names in a note: vaccines, contrast, solutions, oligo-elements, dressings, cancer.
_LEFT_OUT = re.compile(r"J07|V|B05|A16|L01|N01|R02AA20|D02|D09|D11|D08|S01K|S01X|A01AD|A09|B02|B06|C05")
_BRAND = re.compile(r"[A-ZÉÈ][A-ZÉÈ' -]{3,24}")
_INN = re.compile(r"[a-z]{6,}(?: et [a-z]{6,})?")
_SURE = 0.9


def main(source: Path) -> None:
    raw = gzip.decompress(source.read_bytes()) if source.suffix == ".gz" else source.read_bytes()
    found = sorted(set(_rows(json.loads(raw))))
    named = Counter(name for name, _, _ in found)
    rows = [row for row in found if named[row[0]] == 1]  # a name of two substances says nothing
    TABLE.write_text(HEAD + "".join("\t".join(("", name, name, inn, "", "", "", atc, "town", "no")) + "\n" for name, inn, atc in rows), "utf-8")  # fmt: skip
    print(len(rows), "names in", TABLE)


def _rows(listed: dict[str, list[str]]) -> Iterator[tuple[str, str, str]]:
    known, inns = names.of(specialities.official()), _inns(specialities.official())
    for atc, said in listed.items():
        if len(atc) != 7 or _LEFT_OUT.match(atc):
            continue
        told = next((one for one in said if _INN.fullmatch(one)), "")
        inn = inns.get(atc) or told.replace(" et ", "/")
        for name in said:
            if inn and _BRAND.fullmatch(name) and _is_new(known, list(words(name))):
                yield name, inn, atc


def _inns(listed: tuple[Speciality, ...]) -> dict[str, str]:
    """ATC code to substance, where nine in ten specialities of the code agree."""
    said: dict[str, Counter[str]] = defaultdict(Counter)
    for one in listed:
        said[one.atc][one.inn] += 1
    top = {atc: count.most_common(1)[0] for atc, count in said.items() if atc}
    return {atc: inn for atc, (inn, count) in top.items() if count >= _SURE * said[atc].total()}


def _is_new(known: names.Names, name: list[str]) -> bool:
    """Unknown, of one or two words, the first long enough, and none of them an ordinary or a clinical word."""
    corrector = vocabulary.packaged().corrector
    return (
        len(name) <= 2
        and len(name[0]) > 3
        and not known.find(name)
        and not any(known.find([word]) or corrector.knows(stem(word)) for word in name)
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
