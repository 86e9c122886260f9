"""Connects Django's SQLite backend to SQLCipher. Every connection is keyed, in WAL mode and fully synced."""

from __future__ import annotations

import datetime
import decimal
from typing import Any

from django.db.backends.sqlite3 import base as plain
from django.db.backends.sqlite3._functions import register as register_functions  # type: ignore[import-untyped]
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from sqlcipher3 import dbapi2 as Database

from carnet.fhir.errors import Damaged
from carnet.store import keys

FILE = "carnet.db"
PAGE_SIZE = 16384
# All page caches together under 64 MB: eight threads, and the one connection that writes (record/writer.py).
PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    # A ceiling, 6 MB: the reserve of a full disk must outlast it. Below it record/keeper.py moves what is in the log.
    "PRAGMA wal_autocheckpoint = 384",
    "PRAGMA journal_size_limit = 8000000",  # bytes that the log's file keeps after a large filling
    "PRAGMA cache_size = -4000",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA foreign_keys = ON",
    "PRAGMA busy_timeout = 20000",
)

Database.register_converter("bool", b"1".__eq__)
Database.register_converter("date", plain.decoder(parse_date))
Database.register_converter("time", plain.decoder(parse_time))
Database.register_converter("datetime", plain.decoder(parse_datetime))
Database.register_converter("timestamp", plain.decoder(parse_datetime))
Database.register_adapter(decimal.Decimal, str)
Database.register_adapter(datetime.date, plain.adapt_date)
Database.register_adapter(datetime.datetime, plain.adapt_datetime)

# Once per process, before any keyed connection: without it VACUUM INTO and backup targets are unreadable.
Database.connect(":memory:").execute(f"PRAGMA cipher_default_page_size = {PAGE_SIZE}").close()


class Cursor(Database.Cursor):  # type: ignore[misc]
    """SQLCipher's cursor with Django's `%s` parameters."""

    def execute(self, query: str, params: Any = None) -> Any:
        if params is None:
            return super().execute(query)
        return super().execute(_question_marks(query), params)

    def executemany(self, query: str, param_list: Any) -> Any:
        return super().executemany(_question_marks(query), param_list)


_converted: dict[str, str] = {}


def _question_marks(query: str) -> str:
    found = _converted.get(query)
    if found is None:
        found = plain.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
        if len(_converted) < 2000:
            _converted[query] = found
    return found


class DatabaseWrapper(plain.DatabaseWrapper):
    """Django's SQLite, with the keyring deciding which file is opened and with which key."""

    Database = Database

    def get_connection_params(self) -> dict[str, Any]:
        params = super().get_connection_params()
        params["database"] = str(keys.current().home / FILE)
        params["uri"] = False
        return params

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        connection = Database.connect(**conn_params)
        connection.execute(f"PRAGMA key = \"x'{keys.current().database.hex()}'\"")
        try:
            for pragma in PRAGMAS:
                connection.execute(pragma)
        except Database.DatabaseError as error:
            connection.close()
            if isinstance(error, Database.OperationalError):
                raise
            raise Damaged(
                "La base du cabinet est abîmée ou ne va pas avec cette clé. "
                "Rien n'a été modifié. Restaurez une sauvegarde."
            ) from error
        register_functions(connection)
        return connection

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor(factory=Cursor)

    def is_in_memory_db(self) -> bool:
        return False
