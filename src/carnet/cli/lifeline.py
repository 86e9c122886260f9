"""Ties a server to the command that started it: none is left behind holding the keys, and one that crashes is started
again. The process that watches loads nothing: it costs a few megabytes."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from types import FrameType

SHORT = 10.0  # seconds: who did not live longer would only crash again
PATIENCE = 10  # seconds to end in: a client that stopped in the middle of a request is not waited for
_STOPS = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
_PR_SET_PDEATHSIG = 1
Serve = Callable[[], int]


def watched(serve: Serve) -> int:
    """Serve in a process of its own, and in another one when that crashes; its exit status once it ends, 0 when it was
    told to. Call it before anything large is loaded, and from the only thread."""
    told: list[int] = []
    child, watcher = 0, os.getpid()

    def hand_on(signum: int, frame: FrameType | None) -> None:
        told.append(signum)
        signal.alarm(PATIENCE)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL if signum == signal.SIGALRM else signum)

    before = {one: signal.getsignal(one) for one in (*_STOPS, signal.SIGALRM)}
    while True:
        born = time.monotonic()
        signal.pthread_sigmask(signal.SIG_BLOCK, _STOPS)  # until it is known to whom they go
        child = os.fork()
        for one, own in before.items():
            signal.signal(one, hand_on if child and own != signal.SIG_IGN else own)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOPS)
        if not child:
            _leave(serve, watcher)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        if status >= 0 or told or -status in _STOPS:
            return max(status, 0)
        if time.monotonic() - born < SHORT:
            return 128 - status
        print("Carnet s'est arrêté par accident. Il redémarre.", file=sys.stderr, flush=True)


def _leave(serve: Serve, watcher: int) -> None:
    """Serve, then end at once: threads that are still at work hold nothing that is not durable."""
    status = 1
    try:
        die_with_parent()
        threading.Thread(target=_outlive_nobody, args=(watcher,), daemon=True).start()
        status = serve()
    except SystemExit as end:  # wrong arguments
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:  # before the command itself could say it in words
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _outlive_nobody(watcher: int) -> None:
    """Who watches was killed, before or after this process asked to be told: no stuck client keeps the keys here."""
    while os.getppid() == watcher:
        time.sleep(1)
    time.sleep(PATIENCE)
    os._exit(1)


def die_with_parent() -> None:
    """Ask Linux to end this process when its parent ends, however that happens."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
