"""The one small tree of errors. Each knows its FHIR issue code, its HTTP status and a French sentence fit
for a doctor; none ever carries patient data."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

_TRACE_LIMIT = 60


def trace(error: BaseException) -> str:
    """Where an unexpected error comes from, for logs: kinds and places, never messages, which may quote a record."""
    lines: list[str] = []
    cause: BaseException | None = error
    while cause is not None and len(lines) < _TRACE_LIMIT:
        lines.append(type(cause).__name__)
        frames = traceback.extract_tb(cause.__traceback__)
        lines += [f"  {frame.filename}:{frame.lineno} {frame.name}" for frame in reversed(frames)]
        cause = cause.__cause__ or cause.__context__
    return "\n".join(lines[:_TRACE_LIMIT])


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing wrong with a resource: where (a FHIRPath such as `Patient.birthDate`) and what, without values."""

    expression: str
    diagnostics: str


class CarnetError(Exception):
    """A refusal with a sentence. `sentence` may hold {named} fields, so that it can be translated first."""

    issue_code = "exception"
    http_status = 500

    def __init__(self, sentence: str, **fields: object) -> None:
        self.sentence = sentence
        self.fields = fields
        super().__init__(sentence.format(**fields) if fields else sentence)


class Malformed(CarnetError):
    """The bytes are not what they claim to be."""

    issue_code, http_status = "structure", 400


class Invalid(CarnetError):
    """Well-formed, but not a resource that the record can keep."""

    issue_code, http_status = "invariant", 422

    def __init__(self, sentence: str, issues: Sequence[Issue] = (), **fields: object) -> None:
        super().__init__(sentence, **fields)
        self.issues = list(issues)


class BadSearch(Invalid):
    """A search that cannot be answered as it is written."""

    issue_code, http_status = "value", 400


class UnknownParameter(BadSearch):
    """A search parameter, or a modifier of one, that is not known here."""

    issue_code = "not-supported"


class Refused(CarnetError):
    """This actor may not do this."""

    issue_code, http_status = "forbidden", 403


class NotSignedIn(CarnetError):
    """Nobody known asks: no token, or one that is revoked or too old."""

    issue_code, http_status = "login", 401


class NotFound(CarnetError):
    """Not there, or not for this actor to know."""

    issue_code, http_status = "not-found", 404


class Gone(CarnetError):
    """It was there, and was deleted."""

    issue_code, http_status = "deleted", 410


class Conflict(CarnetError):
    """Somebody else saved first. `current` is what they saved: nothing was overwritten."""

    issue_code, http_status = "conflict", 409

    def __init__(self, sentence: str, current: object = None, **fields: object) -> None:
        super().__init__(sentence, **fields)
        self.current = current


class TooBig(CarnetError):
    """Larger than a practice ever needs."""

    issue_code, http_status = "too-long", 413


class Unavailable(CarnetError):
    """Cannot be done now: the cell is closed, the disk is full, another server holds it."""

    issue_code, http_status = "transient", 503


class WrongKey(Unavailable):
    """The passphrase or recovery key does not open this cell."""

    issue_code, http_status = "security", 403


class Damaged(Unavailable):
    """A file of the cell is not as it was written."""

    http_status = 500


class NewerSchema(Unavailable):
    """The cell was written by a later Carnet."""


class DiskFull(Unavailable):
    """No room to write; what was there stays."""

    issue_code, http_status = "no-store", 507
