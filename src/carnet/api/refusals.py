"""What only a door can refuse: wrong methods, formats and conditions. Part of the one tree of errors."""

from __future__ import annotations

from collections.abc import Sequence

from carnet.fhir.errors import CarnetError, Issue, Malformed


class Asks(Malformed):
    """A header or a parameter that cannot be followed; `where` is `http.` and its name."""

    issue_code = "value"

    def __init__(self, sentence: str, where: str, **fields: object) -> None:
        super().__init__(sentence, **fields)
        self.issues = [Issue(where, self.args[0])]


class NoMethod(CarnetError):
    """The address exists, but not with this method; `allowed` are those it has."""

    issue_code, http_status = "not-supported", 405

    def __init__(self, sentence: str, allowed: Sequence[str], **fields: object) -> None:
        super().__init__(sentence, **fields)
        self.allowed = tuple(allowed)


class NotAcceptable(CarnetError):
    """The answer was wanted in a format that Carnet does not speak."""

    issue_code, http_status = "not-supported", 406


class ConditionFailed(CarnetError):
    """A condition of the request (If-Match, If-None-Exist, criteria) does not hold: nothing was written."""

    issue_code, http_status = "conflict", 412


class ManyMatches(ConditionFailed):
    """A condition that must name one resource names several."""

    issue_code = "multiple-matches"


class Crowded(CarnetError):
    """Too much is sent at the same time."""

    issue_code, http_status = "throttled", 503


class UnknownFormat(CarnetError):
    """The body is in a format that Carnet does not read."""

    issue_code, http_status = "not-supported", 415
