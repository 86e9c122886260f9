"""A conformant stand-in for INSi: it answers from a small population, one, none or several, and fails on demand. For
tests and demonstrations; every number in it is of the test OID."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from zlib import crc32

from carnet.fhir.errors import Unavailable
from carnet.fhir.identifiers import INS_TEST, ins_key
from carnet.links.ins.mapping import CODES, Answer, Question
from carnet.rules import identity
from carnet.rules.person import Identity


@dataclass
class Fake:
    """The population it knows; `failing` makes it answer as an unreachable service; `asked` keeps what was sent."""

    population: Sequence[Identity]
    failing: bool = False
    asked: list[Question] = field(default_factory=list)

    def search(self, asked: Question) -> Answer:
        """Search by traits: first name among the first names, birthplace only when given."""
        self.asked.append(asked)
        if self.failing:
            raise Unavailable(
                "Le téléservice INSi ne répond pas. Rien n'a été modifié. Recommencez plus tard."
            )
        found = [one for one in self.population if _answers(one, asked)]
        code = "00" if len(found) == 1 else "02" if found else "01"
        return Answer(CODES[code], found[0] if code == "00" else None)


def _answers(one: Identity, asked: Question) -> bool:
    given = [identity.fold(name) for name in one.given.split()]
    return (
        identity.fold(one.birth_name) == asked.family
        and identity.fold(asked.given) in given
        and (one.gender, one.birth_date) == (asked.sex, asked.born)
        and asked.place in ("", one.birthplace)
    )


def numbered(one: Identity) -> Identity:
    """The same person with a number, always the same: of the test OID, and of a commune (990) that no department has."""
    if one.ins or len(one.birth_date) != 10:
        return one
    sex, place = ("2" if one.gender == "female" else "1"), one.birthplace[:2]
    order = crc32(f"{one.birth_name} {one.given}".encode()) % 1000
    body = f"{sex}{one.birth_date[2:4]}{one.birth_date[5:7]}{place if place.isdigit() else '99'}990{order:03}"
    return replace(one, ins=f"{body}{ins_key(body):02}", ins_system=INS_TEST)
