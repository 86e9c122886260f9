"""The door to INSi: one function to ask through, whoever answers. Opens no socket until a certificate is installed."""

from __future__ import annotations

from typing import Protocol

from carnet.fhir.errors import Unavailable
from carnet.links.ins.mapping import Answer, Question


class Insi(Protocol):
    """Whoever answers: the teleservice, or the fake of the tests. Raises Unavailable when it cannot."""

    def search(self, asked: Question) -> Answer:
        """One search by traits."""


class NotInstalled:
    """What a practice without approval and certificate has: a refusal that says so."""

    def search(self, asked: Question) -> Answer:
        """Always refuses."""
        raise Unavailable(
            "Le téléservice INSi n'est pas installé ici : il demande un logiciel agréé et un certificat. "
            "L'identité reste telle quelle."
        )
