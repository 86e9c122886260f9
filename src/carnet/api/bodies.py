"""How many clients may be sending at the same time, to the FHIR door or to a screen (config/sending.py). A body is read
in the thread that answers, and nothing can interrupt that: who sends slowly, or stops in the middle, keeps that thread
until he goes away. The others must find one free."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition

from carnet.api.refusals import Crowded

AT_ONCE = 4  # half of the server's threads (THREADS of cli/serve.py)
EACH = 3  # of one sender, so that another one may always send
TURN = 0.25  # seconds to wait for a place: what is on its way at once is there in a few milliseconds
_SLOW = (
    "Trop d'envois arrivent lentement en même temps. Rien n'a été enregistré ; recommencez dans un instant."
)
_free = Condition()
_reading: Counter[str] = Counter()


@contextmanager
def place(sender: str, each: int = EACH) -> Iterator[None]:
    """Inside, what this sender sends may be read; at most `each` at once. Raises Crowded."""
    with _free:
        if not _free.wait_for(lambda: _is_free(sender, each), TURN):
            raise Crowded(_SLOW)
        _reading[sender] += 1
    try:
        yield
    finally:
        with _free:
            _reading[sender] -= 1
            if not _reading[sender]:
                del _reading[sender]
            _free.notify_all()


def _is_free(sender: str, each: int) -> bool:
    return _reading.total() < AT_ONCE and _reading[sender] < each
