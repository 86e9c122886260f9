"""Where the papers of a patient are shown, and where one that a visit asked for is written. Addresses of ids only."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse


def address(patient: str, papers: Sequence[str], unwritten: Sequence[tuple[str, str]] = ()) -> str:
    """The page of these papers; first that of a kind which a person must write, with the request it answers."""
    if unwritten:
        kind, asked = unwritten[0]
        return f"{reverse('paper:write', args=[patient, kind])}?{urlencode({'asked': asked})}"
    return f"{reverse('paper:show', args=[patient])}?{urlencode({'of': [*papers]}, doseq=True)}"
