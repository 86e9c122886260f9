"""The screens and actions that the palette knows by name: one row each. What is not reachable is not offered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from carnet.web.shell.folding import words_of


@dataclass(frozen=True, slots=True)
class Screen:
    """A line of the palette: its words, where it goes, its icon; `form` names a form of the page to send instead."""

    label: str
    icon: str
    url_name: str
    also: str = ""  # other words that a person may type for it
    form: str = ""

    @property
    def words(self) -> str:
        return gettext(self.label)

    @property
    def href(self) -> str:
        """The address, or nothing while that screen does not exist."""
        try:
            return reverse(self.url_name)
        except NoReverseMatch:
            return ""

    def answers(self, text: str) -> bool:
        """Whether every word typed begins a word of this line."""
        own = _words(f"{self.words} {self.label} {self.also}")
        return all(any(word.startswith(typed) for word in own) for typed in words_of(text))


@cache
def _words(said: str) -> list[str]:
    """Of the lines below, in each language once; never of what a person types."""
    return words_of(said)


SCREENS = (
    Screen(gettext_noop("Nouveau patient"), "person-plus", "patient:new", "créer dossier ajouter"),
    Screen(gettext_noop("Ma journée"), "calendar3", "day", "accueil tâches brouillons today"),
    Screen(gettext_noop("Dossiers récents"), "journal-text", "shell:records", "patients liste records"),
    Screen(
        gettext_noop("Importer des documents"), "upload", "practice:import", "cda fhir pdf déposer import"
    ),
    Screen(
        gettext_noop("Doublons possibles"),
        "people",
        "identity:home",
        "réunir fusionner séparer identité duplicates merge",
    ),
    Screen(
        gettext_noop("Rechercher dans le cabinet"),
        "search",
        "practice:search",
        "texte mots notes documents plein full text",
    ),
    Screen(gettext_noop("Cabinet"), "house", "practice:home", "réglages practice"),
    Screen(
        gettext_noop("Sécurité"),
        "shield-lock",
        "practice:safety",
        "sauvegarde chiffrement clés safety backup",
    ),
    Screen(gettext_noop("Équipe"), "people", "practice:team", "personnes droits team"),
    Screen(
        gettext_noop("Accès des applications"),
        "shield-lock",
        "practice:programs",
        "jeton token api fhir oauth",
    ),
    Screen(gettext_noop("Journal des accès"), "clock-history", "practice:audit", "audit traces qui log"),
    Screen(gettext_noop("Verrouiller"), "lock", "sign_in:lock", "pause lock", form="lock-form"),
    Screen(
        gettext_noop("Se déconnecter"),
        "box-arrow-right",
        "sign_in:sign_out",
        "quitter sortir",
        form="sign-out-form",
    ),
)


def matching(text: str) -> list[Screen]:
    """The lines that answer what was typed; the first few when nothing was."""
    if text.strip():
        return [screen for screen in SCREENS if screen.answers(text) and screen.href]
    return [screen for screen in SCREENS if screen.href][:5]
