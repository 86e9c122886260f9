"""The WSGI application that the server runs: the FHIR door for its own addresses, Django for all others."""

import gc
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

from carnet.api import door

_pages: Any = get_wsgi_application()


def application(environ: door.Environ, start_response: door.StartResponse) -> Iterable[bytes]:
    """One request, for the one or the other."""
    if door.is_for(environ.get("PATH_INFO", "")):
        return door.application(environ, start_response)
    page = _pages(environ, start_response)
    try:
        return [b"".join(page)]  # whole: piece by piece, a client that reads slowly would keep this thread
    finally:
        page.close()


# A long record is thousands of small dicts without cycles. Walking through the whole program each time some hundred
# more are made took a third of the time of its page.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
