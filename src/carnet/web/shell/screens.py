"""The screens and actions that the palette knows by name: one row each. What is not reachable is not offered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext, gettext_noop

from carnet.web.shell.folding import words_of

SAME, BEGINS, LABEL, ALSO, NO = range(5)  # how well a line answers: the smaller, the better


@dataclass(frozen=True, slots=True)
class Screen:
    """A line of the palette: its words, where it goes, its icon; or the form of the page that it sends, or the window
    of the page that it opens, by its id."""

    label: str
    icon: str
    url_name: str = ""
    also: str = ""  # other words that a person may type for it
    form: str = ""
    opens: str = ""
    args: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return gettext(self.label)

    @property
    def href(self) -> str:
        """The address, or nothing while that screen does not exist."""
        try:
            return reverse(self.url_name, args=self.args)
        except NoReverseMatch:
            return ""

    @property
    def is_reachable(self) -> bool:
        return bool(self.opens or self.href)

    def level(self, typed: list[str]) -> int:
        """How well it answers: every word typed begins a word of its label, or of the others."""
        labels = [_words(self.words), _words(self.label)]
        if typed in labels:
            return SAME
        if any(_begins(" ".join(label), " ".join(typed)) for label in labels):
            return BEGINS
        if any(_each_begins(label, typed) for label in labels):
            return LABEL
        return ALSO if _each_begins([*labels[0], *labels[1], *_also(self.also)], typed) else NO


def _begins(said: str, typed: str) -> bool:
    return bool(typed) and said.startswith(typed)


def _each_begins(own: list[str], typed: list[str]) -> bool:
    return bool(typed) and all(any(word.startswith(one) for word in own) for one in typed)


@cache
def _words(said: str) -> list[str]:
    """Of the lines below, in each language once; never of what a person types."""
    return words_of(said)


@cache
def _also(said: str) -> list[str]:
    return [*words_of(said), *(["?"] if "?" in said else [])]


SCREENS = (
    Screen(gettext_noop("Nouveau patient"), "person-plus", "patient:new", "créer dossier ajouter"),
    Screen(
        gettext_noop("Ma journée"),
        "calendar3",
        "day",
        "accueil tâches brouillons agenda résultats biologie courriers reçus today results",
    ),
    Screen(gettext_noop("Dossiers récents"), "journal-text", "shell:records", "patients liste records"),
    Screen(
        gettext_noop("Importer des documents"),
        "upload",
        "practice:import",
        "cda fhir pdf déposer résultats courriers import",
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
    Screen(
        gettext_noop("Modèles et raccourcis"),
        "pencil-square",
        "practice:models",
        "lettres courriers certificats phrases abréviations templates snippets letters",
    ),
    Screen(
        gettext_noop("En-tête des papiers"),
        "envelope",
        "practice:letterhead",
        "lettres courriers ordonnances adresse letterhead",
    ),
    Screen(gettext_noop("Propositions"), "check2", "practice:learning", "retenu refusé offers learning"),
    Screen(gettext_noop("Classification CISP-2"), "journal-text", "practice:classification", "codes icpc"),
    Screen(
        gettext_noop("Touches de cet écran"),
        "keyboard",
        also="raccourcis clavier aide ? help keys shortcuts",
        opens="keys",
    ),
    Screen(gettext_noop("Verrouiller"), "lock", "sign_in:lock", "pause lock", form="lock-form"),
    Screen(
        gettext_noop("Se déconnecter"),
        "box-arrow-right",
        "sign_in:sign_out",
        "quitter sortir",
        form="sign-out-form",
    ),
)


# What one opens from a record, for the record on the page; the second only for who may write in it.
_ANYBODY = (
    (gettext_noop("Modifier l’identité"), "person", "patient:edit", (), "adresse téléphone ins edit"),
)
_WRITERS = (
    (
        gettext_noop("Résultats et courbes"),
        "graph-up",
        "patient:results",
        (),
        "biologie analyses mesures bilan",
    ),
    (gettext_noop("Lettre"), "envelope", "paper:write", ("letter",), "courrier adresser confrère"),
    (gettext_noop("Certificat"), "file-earmark-text", "paper:write", ("certificate",), "médical"),
    (gettext_noop("Arrêt de travail"), "calendar3", "paper:write", ("sick_leave",), "maladie ij"),
)


def of_record(patient: str, *, writes: bool) -> list[Screen]:
    """The lines for the record of this patient."""
    rows = (*_WRITERS, *_ANYBODY) if writes else _ANYBODY
    return [
        Screen(label, icon, url_name, also, args=(patient, *more))
        for label, icon, url_name, more, also in rows
    ]


def typed_words(text: str) -> list[str]:
    """The words to look for among the lines; « ? » is one."""
    return words_of(text) or text.split()


def matching(text: str, screens: Iterable[Screen] = SCREENS) -> list[Screen]:
    """The lines that answer what was typed, the best first; the first few when nothing was."""
    if not text.strip():
        return [screen for screen in screens if screen.is_reachable][:5]
    typed = typed_words(text)
    found = [(screen.level(typed), screen) for screen in screens]
    ordered = sorted((one for one in found if one[0] < NO), key=lambda one: one[0])
    return [screen for _, screen in ordered if screen.is_reachable]
