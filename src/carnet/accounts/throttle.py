"""Growing delays after wrong secrets, per account and address. Holds counts only, in the memory of the one server
process; never a name in clear, never a permanent lock, never a whole practice."""

from __future__ import annotations

import hashlib
import math
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Lock

from django.utils.translation import gettext_lazy as _

from carnet.fhir.errors import CarnetError

FREE_TRIES = 4  # a tired person mistypes; delays start with the next one
FIRST_DELAY = timedelta(seconds=5)
LONGEST_DELAY = timedelta(minutes=15)
FORGET_AFTER = timedelta(hours=12)
KEPT = 10_000  # an attacker who invents names must not fill the memory


class TooManyTries(CarnetError):
    """Wait: `seconds` are left before the next try is looked at."""

    issue_code, http_status = "throttled", 429

    def __init__(self, seconds: int) -> None:
        self.seconds = seconds
        super().__init__(
            str(_("Trop d’essais. Rien n’est bloqué : recommencez dans {delay}.")), delay=_spoken(seconds)
        )


@dataclass(frozen=True, slots=True)
class _Count:
    failures: int
    last: datetime


def delay_after(failures: int) -> timedelta:
    """5 s, 10 s, 20 s … up to 15 minutes, once the free tries are spent."""
    over = failures - FREE_TRIES
    if over <= 0:
        return timedelta(0)
    doublings: int = 2 ** min(over - 1, 20)
    return min(FIRST_DELAY * doublings, LONGEST_DELAY)


class Throttle:
    """One per kind of secret. A try is `check`ed and counted as failed at once (`begin`), and forgiven by `succeed`:
    tries in parallel therefore cannot outrun the count."""

    def __init__(self) -> None:
        self._counts: OrderedDict[bytes, _Count] = OrderedDict()
        self._lock = Lock()

    def begin(self, *parts: str, at: datetime) -> None:
        """Raises TooManyTries while a delay runs; otherwise counts this try as a failure until it succeeds."""
        key = _key(parts)
        with self._lock:
            count = self._counts.pop(key, None)
            if count and at - count.last > FORGET_AFTER:
                count = None
            left = count.last + delay_after(count.failures) - at if count else timedelta(0)
            if count and left > timedelta(0):
                self._counts[key] = count
                raise TooManyTries(math.ceil(left.total_seconds()))
            self._counts[key] = _Count((count.failures if count else 0) + 1, at)
            while len(self._counts) > KEPT:
                self._counts.popitem(last=False)

    def succeed(self, *parts: str) -> None:
        with self._lock:
            self._counts.pop(_key(parts), None)

    def clear(self) -> None:
        with self._lock:
            self._counts.clear()


def _key(parts: tuple[str, ...]) -> bytes:
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _spoken(seconds: int) -> str:
    if seconds < 60:
        return str(_("{n} s")).format(n=seconds)
    return str(_("{n} min")).format(n=math.ceil(seconds / 60))


# One counter per secret: a wrong code must not slow the person who types a right password elsewhere.
passwords = Throttle()
codes = Throttle()
cell_secrets = Throttle()
tokens = Throttle()  # counts only what nobody knows: a right token is never slowed
clients = Throttle()
