"""How the practice stands, in one line for each thing: what is well, what is to settle, what does not exist yet.
It says no more than is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from carnet.accounts.models import Person
from carnet.actions import classification, identity, letterhead, program, wordings
from carnet.actions import safety as checks
from carnet.fhir.errors import Refused
from carnet.record import clock, gate
from carnet.record.actor import Actor
from carnet.web.shell import wording

Kind = Literal["ok", "settle", "danger", "none"]
CHECK_WITHIN = timedelta(days=8)


@dataclass(frozen=True, slots=True)
class State:
    """One thing, how it stands, and more words about it; `url_name` is its page."""

    name: str
    kind: Kind
    words: str
    more: str = ""
    icon: str = ""
    url_name: str = ""

    @property
    def href(self) -> str:
        try:
            return reverse(self.url_name) if self.url_name else ""
        except NoReverseMatch:
            return ""


def pages(by: Actor) -> list[State]:
    """The pages of *Cabinet*, each with its worst news first."""
    worst = _worst(safety(by))
    shown = [
        State(_("Sécurité et sauvegardes"), worst.kind, _worded(worst), "", "shield-lock", "practice:safety"),
        State(_("Équipe"), "ok", _people(), "", "people", "practice:team"),
        State(_("Journal des accès"), *_journal(by), "", "clock-history", "practice:audit"),
        State(_("En-tête des papiers"), *_letterhead(by), "", "envelope", "practice:letterhead"),
        State(_("Modèles et raccourcis"), "none", _wordings(by), "", "pencil-square", "practice:models"),
        State(
            _("Propositions"),
            "none",
            _("Ce qui est retenu et refusé, compté ici seulement"),
            "",
            "clipboard2-pulse",
            "practice:learning",
        ),
        State(_("Accès des applications"), *_programs(by), "", "shield-lock", "practice:programs"),
        State(_("Import"), "none", _last_import(by), "", "upload", "practice:import"),
        State(
            _("Classification CISP-2"), *_classification(by), "", "journal-text", "practice:classification"
        ),
        State(_("Doublons possibles"), *_identities(by), "", "people", "identity:home"),
    ]
    return [page for page in shown if page.href]


def _letterhead(by: Actor) -> tuple[Kind, str]:
    written = letterhead.address(by=by)
    if written:
        return "ok", written
    return "settle", _("Adresse du cabinet à écrire : elle manque sur les ordonnances")


def _wordings(by: Actor) -> str:
    try:
        count = len(wordings.seen(by=by))
    except Refused as error:
        return str(error)
    return ngettext("%(n)s modèle", "%(n)s modèles", count) % {"n": count}


def _classification(by: Actor) -> tuple[Kind, str]:
    try:
        brought = classification.state(by=by)
    except Refused as error:
        return "none", str(error)
    if brought is None:
        return "none", _("non importée ; les problèmes sont codés en CIM-10")
    return "ok", ngettext("%(n)s rubrique", "%(n)s rubriques", brought.rubrics) % {"n": brought.rubrics}


def _programs(by: Actor) -> tuple[Kind, str]:
    now = clock.now()
    count = sum(
        one.revoked is None and not (one.expires and one.expires <= now) for one in program.all_of(by=by)
    )
    if not count:
        return "none", _("aucun programme n’entre")
    return "ok", ngettext("%(count)s programme entre", "%(count)s programmes entrent", count) % {
        "count": count
    }


def _worst(states: list[State]) -> State:
    order = ("danger", "settle", "none", "ok")
    return min(states, key=lambda state: order.index(state.kind))


def _worded(state: State) -> str:
    return _("%(name)s : %(words)s") % {
        "name": state.name,
        "words": state.words[:1].lower() + state.words[1:],
    }


def safety(by: Actor) -> list[State]:
    """Encryption, keys, journal, last check, backups, network."""
    return [_encryption(), _keys(), _chain(by), _last_check(by), _backups(), _network()]


def _encryption() -> State:
    if "sqlcipher" in str(settings.DATABASES["default"]["ENGINE"]):
        more = _(
            "Base : SQLCipher. Documents : AES-256-GCM, un par un. Rien n’est lisible sans la clé du cabinet."
        )
        return State(_("Chiffrement"), "ok", _("Base et documents chiffrés sur le disque"), more)
    more = _(
        "Les documents sont chiffrés ; la base PostgreSQL l’est seulement si le disque du serveur l’est."
    )
    return State(_("Chiffrement"), "settle", _("Base protégée par le disque du serveur"), more)


def _keys() -> State:
    more = _(
        "La phrase secrète du cabinet ou la clé de secours imprimée l’ouvre après un redémarrage. "
        "Gardez la clé de secours hors du cabinet : personne ne peut la refaire à votre place."
    )
    return State(_("Clés"), "ok", _("Cabinet ouvert ; la clé n’est jamais écrite en clair"), more)


def _chain(by: Actor) -> State:
    kind, words = _journal(by)
    more = _("Chaque ligne scelle la précédente ; une ligne ôtée ou modifiée se voit au contrôle.")
    return State(_("Journal des accès"), kind, words, more)


def _journal(by: Actor) -> tuple[Kind, str]:
    try:
        last = gate.audit_page(by=by, limit=1)
    except Refused as refusal:
        return "none", str(refusal)
    if not last:
        return "danger", _("Le journal est vide")
    moment = wording.relative(last[0].when, clock.now())
    return "ok", _("%(count)s lignes, la dernière %(moment)s") % {
        "count": wording.number(last[0].seq),
        "moment": moment,
    }


def _last_check(by: Actor) -> State:
    name, last = _("Dernier contrôle"), checks.last_check(by=by)
    more = _("Relit toute la base, tous les documents et le journal entier.")
    if last is None:
        return State(name, "settle", _("Jamais fait"), more)
    moment = {"moment": wording.relative(last.at, clock.now())}
    if not last.ok:
        return State(name, "danger", _("Des anomalies trouvées, %(moment)s") % moment, more)
    if clock.now() - last.at > CHECK_WITHIN:
        return State(name, "settle", _("Sans anomalie, mais ancien : %(moment)s") % moment, more)
    return State(name, "ok", _("Sans anomalie, %(moment)s") % moment, more)


def _backups() -> State:
    more = _(
        "La sauvegarde automatique viendra dans une prochaine version. D’ici là : arrêtez Carnet, copiez le "
        "dossier du cabinet sur un autre disque, relancez."
    )
    return State(
        _("Sauvegardes"), "settle", _("À venir : aucune sauvegarde automatique n’existe encore"), more
    )


def _network() -> State:
    more = _("Aucune police, aucun script, aucune mesure d’audience ne vient d’ailleurs.")
    return State(_("Réseau"), "ok", _("Rien ne sort de cet ordinateur"), more)


def _people() -> str:
    count = Person.objects.filter(is_active=True).count()
    return ngettext("%(count)s personne", "%(count)s personnes", count) % {"count": count}


def _identities(by: Actor) -> tuple[Kind, str]:
    """What waits after a separation; comparing everybody takes a moment, and is done on its own page."""
    try:
        waiting = len(identity.to_assign(by=by))
    except Refused as refusal:
        return "none", str(refusal)
    if waiting:
        words = ngettext(
            "%(count)s séparation de dossiers à terminer",
            "%(count)s séparations de dossiers à terminer",
            waiting,
        )
        return "settle", words % {"count": waiting}
    return "none", _("Comparer les identités du cabinet")


def _last_import(by: Actor) -> str:
    last = checks.last(by=by, action="document.import")
    if last is None:
        return _("Aucun document importé pour le moment")
    return _("Dernier document reçu %(moment)s") % {"moment": wording.relative(last, clock.now())}
