"""Puts the questions that wait to the national identity teleservice, one by one, and hands each answer to the record.
Who answers is a setting; no question is lost when nobody does."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.conf import settings

from carnet.actions import identity
from carnet.fhir.errors import CarnetError, Conflict, Unavailable
from carnet.links.ins import mapping
from carnet.links.ins.client import Insi, NotInstalled
from carnet.links.ins.fake import Fake, numbered
from carnet.links.ins.mapping import Question
from carnet.record import cell, gate
from carnet.record.actor import Actor, operator
from carnet.record.work import Stored
from carnet.rules import person
from carnet.rules.person import Identity

FAKE = "fake"
logger = logging.getLogger(__name__)


def ask_waiting(at: datetime) -> None:
    """Every question that waits, and its answer."""
    by = operator(cell.practice_id())
    for question in identity.insi_awaited(by=by):
        try:
            _ask(by, at, question)
        except CarnetError as error:
            # A record merged or gone meanwhile: the other questions, and the queue, do not wait behind this one.
            logger.warning("a question to the teleservice was passed over after %s", type(error).__name__)


def _ask(by: Actor, at: datetime, question: Stored) -> None:
    patient = gate.read(by=by, at=at, type="Patient", id=str(question.subject))
    outcome, found = answer(by, patient.resource())
    with suppress(Conflict):  # asked anew meanwhile: the next turn answers that
        identity.insi_answered(
            by=by, at=at, question=question, version=patient.version, outcome=outcome, found=found
        )


def answer(by: Actor, patient: dict[str, Any]) -> tuple[str, Identity | None]:
    """(what came of it, the identity when there is one); no network error leaves here."""
    asked = mapping.question(patient)
    if asked is None:
        return "none", None
    insi = _insi(by, asked)
    try:
        back = insi.search(asked)
    except Unavailable:
        return ("not-installed" if isinstance(insi, NotInstalled) else "unavailable"), None
    except CarnetError:
        return "unavailable", None
    return back.outcome, back.found


def _insi(by: Actor, asked: Question) -> Insi:
    """The fake of the demonstration knows the people of the practice, and nobody else."""
    if settings.INS != FAKE:
        return NotInstalled()
    near = gate.find_patients(by=by, text=f"{asked.family} {asked.given}")
    return Fake([numbered(person.typed(one.resource())) for one in near])
