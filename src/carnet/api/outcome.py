"""OperationOutcome: every refusal in FHIR's words, with a sentence in the reader's language and the place. Never a
trace, never a value of the record."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

from django.db import DatabaseError
from django.utils.translation import gettext

from carnet.accounts.throttle import TooManyTries
from carnet.api import exchange
from carnet.api.exchange import Answer
from carnet.api.refusals import NoMethod
from carnet.fhir.errors import CarnetError, Issue, NotSignedIn, trace
from carnet.record import commit

logger = logging.getLogger(__name__)
_FAILED = "Carnet a rencontré une erreur. Ce qui était déjà enregistré est intact ; cette action, elle, n'a pas été faite."


def of(error: Exception, where: str = "Resource") -> Answer:
    """Any error as an answer; `where` is what the request was about, for errors that name no place themselves."""
    if isinstance(error, DatabaseError):
        error = commit.words(error)
    if not isinstance(error, CarnetError):
        logger.error("unexpected error at the FHIR door\n%s", trace(error))
        return exchange.resource(500, resource("exception", gettext(_FAILED), [Issue(where, "")]))
    issues = getattr(error, "issues", None) or [Issue(where, "")]
    answer = exchange.resource(error.http_status, resource(error.issue_code, words(error), issues))
    return _with_its_headers(answer, error)


def _with_its_headers(answer: Answer, error: CarnetError) -> Answer:
    if isinstance(error, NotSignedIn):
        return answer.with_headers({"WWW-Authenticate": 'Bearer realm="Carnet"'})
    if isinstance(error, NoMethod):
        return answer.with_headers({"Allow": ", ".join(error.allowed)})
    if isinstance(error, TooManyTries):
        return answer.with_headers({"Retry-After": str(error.seconds)})
    return answer.with_headers({"Retry-After": "5"}) if error.http_status == 503 else answer


def done() -> dict[str, Any]:
    """What was asked is done, for who prefers an OperationOutcome to the resource."""
    return resource("informational", gettext("C’est enregistré."), severity="information")


def words(error: CarnetError) -> str:
    """The error's sentence in the reader's language."""
    said = gettext(error.sentence)
    return said.format(**error.fields) if error.fields else said


def resource(
    code: str, sentence: str, issues: Iterable[Issue] = (), *, severity: str = "error"
) -> dict[str, Any]:
    """An OperationOutcome: one issue for each place, or one without a place."""
    made = [_issue(code, sentence, severity, issue) for issue in issues]
    return {"resourceType": "OperationOutcome", "issue": made or [_issue(code, sentence, severity, None)]}


def _issue(code: str, sentence: str, severity: str, issue: Issue | None) -> dict[str, Any]:
    made: dict[str, Any] = {"severity": severity, "code": code, "details": {"text": sentence}}
    if issue is None:
        return made
    if issue.diagnostics:
        made["diagnostics"] = gettext(issue.diagnostics)
    if issue.expression.startswith("http."):  # R4: where an error of HTTP lies
        made["location"] = [issue.expression]
    return {**made, "expression": [issue.expression]}
