"""The queue's one worker: a thread of the server. It waits while the cell is closed and survives any job."""

from __future__ import annotations

import logging
import time

from django.conf import settings
from django.db import close_old_connections
from django_tasks_db.management.commands.db_worker import Worker

from carnet.jobs import insi, periodic
from carnet.record import cell, clock

logger = logging.getLogger(__name__)
PAUSE = 5.0


def run() -> None:
    """Take jobs for ever."""
    while True:
        if cell.is_open() and cell.is_created(settings.HOME):
            _turn()
        time.sleep(PAUSE)


def _turn() -> None:
    try:
        periodic.tick(clock.now())
        insi.ask_waiting(clock.now())
        drain()
    except Exception as error:
        # Whatever one job stumbles over, the next ones still have their turn.
        logger.warning("the queue rests after %s", type(error).__name__)
        close_old_connections()


def drain() -> None:
    """Do what is waiting, then return."""
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id="server",
        excluded_queue_names=[],
    ).run()
