"""How a line of the log looks. It never repeats the message of an exception: that may quote a record."""

from __future__ import annotations

import logging
from typing import Any

from carnet.fhir.errors import trace

# A line that cannot be written is lost, rather than printed raw with its exception.
logging.raiseExceptions = False


class Line(logging.Formatter):
    """Errors as kinds and places."""

    def formatException(self, ei: Any) -> str:
        return trace(ei[1]) if ei[1] is not None else ""
