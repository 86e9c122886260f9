"""How a line of the log looks. It never repeats the message of an exception: that may quote a record."""

from __future__ import annotations

import logging
from typing import Any

from carnet.fhir.errors import trace


class Line(logging.Formatter):
    """Errors as kinds and places."""

    def formatException(self, ei: Any) -> str:
        return trace(ei[1]) if ei[1] is not None else ""
