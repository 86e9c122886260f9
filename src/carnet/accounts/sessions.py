"""The sessions that browsers hold. A browser asks several things at once: each request writes only what it changed itself,
over what the others wrote meanwhile, and none brings back a session that was ended. Nothing of a patient's is read here."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session


class SessionStore(db.SessionStore):
    """Django's, but that writes the whole row as it was when the request began: a note kept in the background would
    unlock the screen that was locked meanwhile. Here the row is written if it still is what was read; else what this
    request changed is put into what it is now."""

    _read = ""  # the row as this request read or wrote it

    def load(self) -> dict[str, Any]:
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # the stubs leave it out
        self._read = row.session_data if row else ""
        return self._before() if row else {}

    def save(self, must_create: bool = False) -> None:
        """Raises UpdateError when the session is no more."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        mine, before = dict(self.items()), self._before()
        changed = {name: value for name, value in mine.items() if name not in before or before[name] != value}
        gone = before.keys() - mine.keys()
        if not changed and not gone:
            self._row()
            return None
        while not self._written(changed, gone):
            self._read = self._row()
        return None

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        """The whole row, which only a new session writes."""
        row = super().create_model_instance(data)
        self._read = row.session_data
        return row

    def _before(self) -> dict[str, Any]:
        return dict(self.decode(self._read)) if self._read else {}

    def _row(self) -> str:
        row = (
            Session.objects.filter(session_key=self.session_key)
            .values_list("session_data", flat=True)
            .first()
        )
        if row is None:
            raise UpdateError
        return row

    def _written(self, changed: dict[str, Any], gone: set[str]) -> bool:
        """Whether the row still was what was read, and is written."""
        whole = {name: value for name, value in self._before().items() if name not in gone} | changed
        row, data = Session.objects.filter(session_key=self.session_key), self.encode(whole)
        written = row.filter(session_data=self._read).update(
            session_data=data, expire_date=self.get_expiry_date()
        )
        if written:
            self._read, self._session_cache = data, whole
        return bool(written)


def clear_expired(at: datetime) -> int:
    """Remove the sessions that ended before `at`; how many there were."""
    return int(Session.objects.filter(expire_date__lt=at).delete()[0])
