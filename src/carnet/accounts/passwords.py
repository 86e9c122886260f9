"""Checks of the two secrets that a person chooses: own password, practice passphrase. Keeps neither."""

from __future__ import annotations

import re
from functools import cache

from django.contrib.auth.hashers import check_password as hash_matches
from django.contrib.auth.hashers import make_password
from django.utils.translation import gettext as _

from carnet.accounts.models import Person, folded

PASSPHRASE_WORDS = 4
PASSPHRASE_LETTERS = 16
# Some repeat one word four times; fewer different characters than this is one pattern, not a passphrase.
PASSPHRASE_DIFFERENT = 8


@cache
def _nobody() -> str:
    """A hash that no password opens, so that an unknown name costs what a known one costs."""
    return make_password("nobody signs in with this")


def person_with(*, sign_in_name: str) -> Person | None:
    return Person.objects.filter(sign_in_name=folded(sign_in_name), is_active=True).first()


def opens(person: Person | None, password: str) -> bool:
    """Whether this password is this person's; an unknown person takes as long and is always refused."""
    if person is None:
        hash_matches(password, _nobody())
        return False
    return person.check_password(password)


def passphrase_weakness(passphrase: str) -> str | None:
    """A French sentence when the practice passphrase is too easy to guess, else None."""
    words = re.findall(r"\w{3,}", passphrase)
    enough = len(set(words)) >= PASSPHRASE_WORDS or len(passphrase.strip()) >= PASSPHRASE_LETTERS
    if not enough:
        return _("Trop courte : au moins quatre mots, ou seize caractères.")
    if len(set(passphrase.casefold())) < PASSPHRASE_DIFFERENT:
        return _("Trop répétitive : choisissez des mots différents.")
    return None
