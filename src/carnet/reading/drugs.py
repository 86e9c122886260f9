"""What reading asks of a table of drugs: names in, one drug out. The table itself is given; nothing is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Drug:
    """One medicine as its name says it. `brand` is set when the words were a trade name. Of a combination, the order of
    the substances tells which strength is whose only where the doctor typed it so (`spelled`), or where the strength is
    among `orders`."""

    inn: str  # French, lower case; a combination joined by « / »
    brand: str | None = None
    strengths: tuple[str, ...] = ()  # "5 mg", "100 µg", "1 g/125 mg", the usual one first
    forms: tuple[str, ...] = ()  # "comprimé", "gélule", "solution buvable", the usual one first
    unit: str | None = None  # of one intake: "cp", "gél", "sachet", "bouffée", "UI", …
    atc: str | None = None
    routes: tuple[str, ...] = ()  # "orale", "inhalée", … the usual one first
    spelled: bool = False  # the words were its substances, in this order
    # the substances in the order of a strength: ("10 mg/5 mg", "périndopril/amlodipine")
    orders: tuple[tuple[str, str], ...] = ()

    @property
    def substances(self) -> frozenset[str]:
        """Those of a combination, in whatever order."""
        return frozenset(self.inn.split("/"))


class Drugs(Protocol):
    """Words are folded (carnet.fhir.folding). All of them must belong to the name: « amlodipine mylan » may be found,
    « amlodipine 5 » may not. `forgiving` lets one typing error through; it is asked of unknown words only."""

    def find(self, words: Sequence[str], *, forgiving: bool = False) -> Drug | None: ...

    def forms(self, words: Sequence[str], strength: str) -> tuple[str, ...]:
        """The forms in which that name is sold in that strength; none when it is not."""


class NoDrugs:
    """The empty table."""

    def find(self, words: Sequence[str], *, forgiving: bool = False) -> Drug | None:
        return None

    def forms(self, words: Sequence[str], strength: str) -> tuple[str, ...]:
        return ()
