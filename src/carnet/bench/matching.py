"""Measures the matcher on FEBRL files (rec_id holds the truth): precision and recall of what may file by itself, and
of all that it proposes. Needs no cell."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from carnet.fhir.errors import Invalid
from carnet.rules import blocking, matching
from carnet.rules.person_traits import Folded, Identity, folded

_PERSON = re.compile(r"rec-([0-9]+)-")
_SEXES = {"m": "male", "f": "female", "male": "male", "female": "female"}
Row = dict[str, str]
Pair = tuple[int, int]


def run(paths: list[Path]) -> dict[str, Any]:
    """One file: the duplicates in it. Two: the links between them. Raises Invalid when there is nothing to find or
    nothing was found."""
    if len(paths) not in (1, 2):
        raise Invalid("Donnez un fichier (doublons) ou deux (rapprochement).")
    files = [rows(path) for path in paths]
    people = [[folded(identity(row)) for row in file] for file in files]
    truths = [[_person(row) for row in file] for file in files]
    left, right = (people[0], people[-1])
    candidates = blocking.pairs(left) if len(paths) == 1 else blocking.pairs_between(left, right)
    verdicts = list(_verdicts(candidates, left, right))
    return figures(verdicts, truths)


def _verdicts(
    candidates: Iterable[Pair], left: list[Folded], right: list[Folded]
) -> Iterator[tuple[Pair, str]]:
    for one, other in candidates:
        verdict = matching.weigh(left[one], right[other]).verdict
        if verdict != "no":
            yield (one, other), verdict


def figures(verdicts: list[tuple[Pair, str]], truths: list[list[str]]) -> dict[str, Any]:
    """Precision, recall and number of pairs proposed, for `certain` and for `any` verdict but no."""
    expected = _expected(truths)
    left, right = truths[0], truths[-1]
    found = {}
    for name, kept in (("certain", ("certain",)), ("any", ("certain", "probable", "possible"))):
        proposed = [pair for pair, verdict in verdicts if verdict in kept]
        right_ones = sum(left[one] == right[other] for one, other in proposed)
        if not expected or not proposed:
            raise Invalid("Aucune paire : ces fichiers ne mesurent rien.")
        found[name] = {
            "precision": right_ones / len(proposed),
            "recall": right_ones / expected,
            "pairs": len(proposed),
        }
    return found


def table(figures: dict[str, Any]) -> str:
    """The same for a person to read."""
    labels = {"certain": "certain", "any": "tout ce qui est proposé"}
    lines = ["| | précision | rappel | paires |", "|---|---:|---:|---:|"]
    lines += [
        f"| {labels[name]} | {row['precision']:.4f} | {row['recall']:.4f} | {row['pairs']} |"
        for name, row in figures.items()
    ]
    return "\n".join(lines)


def _expected(truths: list[list[str]]) -> int:
    """How many true pairs there are."""
    left = Counter(truths[0])
    if len(truths) == 1:
        return sum(count * (count - 1) // 2 for count in left.values())
    right = Counter(truths[1])
    return sum(count * right[person] for person, count in left.items())


def rows(path: Path) -> list[Row]:
    """The lines of a FEBRL file; names of columns and values stand between blanks there."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            read = csv.reader(file, skipinitialspace=True)
            head = [name.strip().lower() for name in next(read, [])]
            found = [
                dict(zip(head, (value.strip() for value in line), strict=False)) for line in read if line
            ]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Invalid("Ce fichier FEBRL est illisible.") from error
    if "rec_id" not in head:
        raise Invalid("Ce fichier n’a pas de colonne rec_id : ce n’est pas un fichier FEBRL.")
    return found


def _person(row: Row) -> str:
    known = _PERSON.match(row["rec_id"])
    if not known:
        raise Invalid("Un rec_id ne dit pas de quelle personne il est (rec-12-org, rec-12-dup-0).")
    return known[1]


def identity(row: Row) -> Identity:
    """A FEBRL line as an Identity. `soc_sec_id` is a foreign social security number, not an INS: it has no key, no
    teleservice, and is mistyped like the rest."""
    born, number = row.get("date_of_birth", ""), row.get("soc_sec_id", "")
    given, phone = row.get("given_name", ""), row.get("phone_number", "")
    return Identity(
        birth_name=row.get("surname", ""),
        given=(given,) if given else (),
        born=f"{born[:4]}-{born[4:6]}-{born[6:]}" if len(born) == 8 else born,
        sex=_SEXES.get(row.get("sex", "").lower(), ""),
        state_numbers=frozenset({("soc_sec_id", number)}) if number else frozenset(),
        phones=frozenset({phone}) if phone else frozenset(),
        street_number=row.get("street_number", ""),
        street=tuple(line for name in ("address_1", "address_2") if (line := row.get(name, ""))),
        postal_code=row.get("postcode", ""),
        city=row.get("suburb", ""),
    )
