"""One durable transaction, and what must follow it: the second place of the journal. Actions that wait for each other
share a commit, and rows of readings share one with each other and with the next action. Turns the errors of the
database and of the disk (no room, closed, damaged) into words. Never nests: an action inside an action would announce
what may still be undone."""

from __future__ import annotations

import errno
import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any, TypeVar

from django.db import (
    DEFAULT_DB_ALIAS,
    DatabaseError,
    DataError,
    IntegrityError,
    OperationalError,
    connection,
    connections,
)
from django.db import transaction as database

from carnet.fhir.errors import Conflict, Damaged, DiskFull, Malformed, Unavailable
from carnet.record import audit, group, reserve, writer
from carnet.record.audit import Head
from carnet.store.search import fulltext_merge

T = TypeVar("T")
Done = Callable[[Head], None]
logger = logging.getLogger(__name__)
_WRITERS = 4276002  # of PostgreSQL's advisory locks; the journal's own is taken later and held less long
_MOST = 16  # actions in one transaction
_LONGEST = 0.02  # seconds that a transaction is handed on: about what ten actions take
_SILENT = "La base du cabinet ne répond pas. Recommencez ; si cela dure, vérifiez le disque."
_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)


@contextmanager
def transaction(*, alone: bool = False) -> Iterator[Done]:
    """A transaction whose end is told the journal's new head, published once the commit is durable. No other one runs
    meanwhile, so that what was looked up is still so when it is written. Rows of readings that wait go with it. On the
    embedded database it may be one with the actions around it, unless it is to be `alone`."""
    _check_outside()
    with _alone() if alone or connection.vendor != "sqlite" else _together() as done:
        yield done


@contextmanager
def _alone() -> Iterator[Done]:
    with group.turn(), writer.lent():
        heads: list[Head] = []
        with _settling() as taken, in_words(), database.atomic(durable=True):
            _wait_for_other_writers()
            yield heads.append
            fulltext_merge.step()
            taken += group.take()
            heads += _chained(taken, heads[-1] if heads else None)
        _publish(heads)


@contextmanager
def _together() -> Iterator[Done]:
    """An action in the transaction of those before it, if they handed one on. What it was told or refused may rest on
    what they wrote: either leaves only when their outcome is known."""
    mine, heads = group.Outcome(), list[Head]()
    refused: Exception | None = None
    with in_words():
        with group.turn_of_action(), writer.lent():
            shared = _Shared.to_go_on_with()
            try:
                with shared.part():
                    yield heads.append
            except Exception as error:
                refused = error
                shared.leave(mine, error)
            except BaseException as error:
                shared.leave(group.Outcome(), error)
                raise
            else:
                shared.heads += heads
                shared.leave(mine)
        mine.wait()
        try:
            if refused is not None:
                raise refused
        finally:
            del refused  # what it holds goes with it, not later


class _Shared:
    """A transaction of several actions on the writing connection. Each has a part of it that is undone alone, and goes
    away leaving it open for the next one; the last commits. Only who has the turn touches it."""

    def __init__(self) -> None:
        self.heads: list[Head] = []
        self._outcomes: list[group.Outcome] = []
        self._kept = 0  # actions in it that were not undone
        self._since = time.monotonic()
        self._open = ExitStack()
        self._open.enter_context(database.atomic(durable=True))
        self._connection = connections[DEFAULT_DB_ALIAS]

    @staticmethod
    def to_go_on_with() -> _Shared:
        """The one that was handed on, while it is whole; else a new one."""
        handed = group.go_on()
        if isinstance(handed, _Shared):
            if handed._is_whole():
                return handed
            handed.end()
        return _Shared()

    @contextmanager
    def part(self) -> Iterator[None]:
        """What one action does. The first needs no savepoint: with it, all is undone."""
        with database.atomic() if self._kept else nullcontext():
            yield
            if connection.needs_rollback:  # Django would undo it without a word
                raise database.TransactionManagementError("an action went on after a part of it was undone")

    def leave(self, mine: group.Outcome, error: BaseException | None = None) -> None:
        """One action is done, or undone because of an error: hand the rest on to an action that waits, or end it."""
        self._outcomes.append(mine)
        self._kept += error is None
        if not self._kept:
            self._undo(error)
        elif self._is_whole() and self._may_go_on():
            group.hand_on(self)
        else:
            self._end(error)

    def end(self) -> None:
        """Commit it from outside an action, and tell each of its actions how that went."""
        try:
            with writer.lent():
                self._end()
        except Exception as error:
            writer.close()  # what is still open in it is not kept
            self._tell(error)

    def _end(self, cause: BaseException | None = None) -> None:
        outcome: Exception | None = Unavailable(_SILENT)  # interrupted: nobody is told that it is kept
        try:
            outcome = self._commit(cause)
            if outcome is None:
                _publish(self.heads)
        finally:
            self._tell(outcome)

    def _commit(self, cause: BaseException | None) -> Exception | None:
        """Why nothing of it is kept; None when it is durable."""
        try:
            with _settling() as taken, in_words(), self._open:
                self._check_whole(cause)
                fulltext_merge.step()
                taken += group.take()
                self.heads += _chained(taken, self.heads[-1] if self.heads else None)
                self._check_whole(cause)
        except Exception as error:
            return error
        return None

    def _undo(self, error: BaseException | None) -> None:
        try:
            self._open.__exit__(type(error) if error else None, error, None)
        finally:
            self._tell(None)  # each has an error of its own

    def _tell(self, error: Exception | None) -> None:
        for one in self._outcomes:
            one.tell(error)

    def _may_go_on(self) -> bool:
        is_short = len(self._outcomes) < _MOST and time.monotonic() - self._since < _LONGEST
        return is_short and group.is_awaited() and not self._connection.errors_occurred

    def _check_whole(self, cause: BaseException | None) -> None:
        if not self._is_whole():
            raise cause if isinstance(cause, Exception) else Unavailable(_SILENT)

    def _is_whole(self) -> bool:
        """Whether it is still open. SQLite undoes all of it by itself when the disk fails, and a commit then says
        nothing."""
        held = connections[DEFAULT_DB_ALIAS]
        raw = held.connection
        return held is self._connection and not held.needs_rollback and raw is not None and raw.in_transaction


@contextmanager
def without_row() -> Iterator[None]:
    """For what is written at each pause and leaves no row: statements that commit by themselves, in their turn."""
    with group.turn(), writer.lent(), in_words():
        yield


@contextmanager
def _settling() -> Iterator[list[group.Waiting]]:
    """The rows taken along are durable at the end; when this transaction fails, they try again without it."""
    taken: list[group.Waiting] = []
    try:
        yield taken
    except BaseException:
        group.put_back(taken)
        raise
    group.settle(taken)


def remember(row: group.Row) -> None:
    """Put one row in the journal: durable when this returns, together with those that waited at the same moment. On a
    full disk the reserve is given back once, so that records can still be opened."""
    _with_others(lambda: (None, row))


def look_up(look: Callable[[], tuple[T, group.Row]]) -> T:
    """What `look` finds, and its row in the journal. On the embedded database it is called by whoever commits, where the
    pages are at hand, unless it takes long. What it raises is raised here, and leaves no row."""
    if connection.vendor == "sqlite":
        try:
            answer: T = _with_others(look)
        except OperationalError as error:
            if not writer.was_interrupted(error):
                raise
        else:
            return answer
    found, row = look()
    remember(row)
    return found


def _with_others(look: group.Look) -> Any:
    _check_outside()
    mine = group.join(look)
    with group.turn(mine):
        if not mine.settled:
            with writer.lent():
                _commit(group.take())
    if mine.error is not None:
        raise mine.error
    return mine.found


def _commit(taken: list[group.Waiting]) -> None:
    try:
        try:
            _append(taken)
        except DiskFull:
            if not reserve.release():
                raise
            _append(taken)
    except Exception as error:
        group.settle(taken, error)
    except BaseException:
        group.put_back(taken)
        raise
    else:
        group.settle(taken)


def _append(taken: Sequence[group.Waiting]) -> None:
    with in_words(), database.atomic(durable=True):
        before = audit.last_head()
        heads = _chained(taken, before)
    _publish(heads, before)


def _chained(taken: Sequence[group.Waiting], head: Head | None) -> list[Head]:
    heads = []
    for one in taken:
        with writer.for_a_moment():
            row = None if one.settled else one.row()
        if row is not None:
            head = audit.append(**row, after=head)
            heads.append(head)
    return heads


def _check_outside() -> None:
    if connection.in_atomic_block:
        raise RuntimeError("an action inside an action would announce what may still be undone")


def _wait_for_other_writers() -> None:
    if connection.vendor == "postgresql":  # SQLite has one writer by itself
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITERS])


def _publish(heads: Sequence[Head], after: Head | None = None) -> None:
    """The last one; and the first of all, which makes the file. What is committed stays done: a second place that lags
    is made up for by the next action."""
    try:
        for head in heads[-1:] if heads and heads[0][0] > 1 else heads:
            audit.publish(*head, after=after)
    except (OSError, DatabaseError) as error:
        logger.warning("the second place of the journal lags after %s", type(error).__name__)


@contextmanager
def in_words() -> Iterator[None]:
    """Errors of the database and a full disk leave as Carnet's errors."""
    try:
        yield
    except (DatabaseError, OSError) as error:
        said = words(error)
        if said is error:
            raise
        raise said from error


def words(error: DatabaseError | OSError) -> Exception:
    """What the database or the disk said, as one of Carnet's errors; itself when it is none of them."""
    text = str(error).lower()
    if isinstance(error, OSError) and error.errno not in _NO_ROOM:
        return error
    if isinstance(error, DataError):
        return Malformed("Ce contenu ne peut pas être enregistré tel quel.")
    if isinstance(error, IntegrityError):
        return Conflict("Quelqu'un vient d'enregistrer la même chose. Rien n'a été écrasé.")
    if "full" in text or "no space" in text:
        return DiskFull(
            "Le disque est plein : rien de nouveau n'est enregistré, ce qui l'était reste. Libérez de la place."
        )
    if "locked" in text or "busy" in text or "deadlock" in text:
        return Unavailable("Le cabinet est occupé par une autre opération. Recommencez dans un instant.")
    if "malformed" in text or "not a database" in text:
        return Damaged("La base du cabinet est abîmée. Rien n'a été modifié. Restaurez une sauvegarde.")
    if "connection" in text or "i/o error" in text:
        return Unavailable(_SILENT)
    return error
