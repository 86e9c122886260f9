"""One page of the journal put into words: who, when, what, whose record. It shows names for ids and changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carnet.accounts.models import Access, Person
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.record.audit import AuditRow
from carnet.record.work import Stored
from carnet.web.shell import types

ROWS = 100

# What a row's `action` says to a doctor. An action that is not here shows by its own name.
WORDS = {
    "api.create": gettext_noop("Créé par l’accès FHIR"),
    "api.delete": gettext_noop("Supprimé par l’accès FHIR"),
    "api.patch": gettext_noop("Modifié par l’accès FHIR"),
    "api.transaction": gettext_noop("Ensemble écrit par l’accès FHIR"),
    "api.update": gettext_noop("Écrit par l’accès FHIR"),
    "api.validate": gettext_noop("Vérifié par l’accès FHIR"),
    "cell.create": gettext_noop("Cabinet créé"),
    "cell.proved": gettext_noop("Clé du cabinet vérifiée"),
    "classification.bring": gettext_noop("Classification CISP-2 importée"),
    "classification.remove": gettext_noop("Classification CISP-2 retirée"),
    "offers.forget": gettext_noop("Compteurs des propositions remis à zéro"),
    "paper.letter": gettext_noop("Papier écrit"),
    "paper.prescription": gettext_noop("Ordonnance mise en page"),
    "practice.letterhead": gettext_noop("En-tête du cabinet changé"),
    "wordings.remove": gettext_noop("Modèle retiré"),
    "wordings.save": gettext_noop("Modèle enregistré"),
    "consultation.amend": gettext_noop("Note signée corrigée"),
    "consultation.drop": gettext_noop("Brouillon abandonné"),
    "consultation.open": gettext_noop("Note commencée"),
    "consultation.sign": gettext_noop("Note signée"),
    "consultation.take": gettext_noop("Proposition retenue après la signature"),
    "document.assign": gettext_noop("Document classé"),
    "document.import": gettext_noop("Document importé"),
    "history": gettext_noop("Versions lues"),
    "doubles.ask": gettext_noop("Comparaison des identités demandée"),
    "doubles.keep": gettext_noop("Doublons possibles notés"),
    "doubles.look": gettext_noop("Identités du cabinet comparées"),
    "identity.assign": gettext_noop("Élément attribué après réunion"),
    "identity.dismiss": gettext_noop("Doublon possible écarté"),
    "identity.insi_answer": gettext_noop("Réponse du téléservice INS"),
    "identity.insi_ask": gettext_noop("Téléservice INS interrogé"),
    "identity.merge": gettext_noop("Dossiers réunis"),
    "identity.reconsider": gettext_noop("Doublon possible à revoir"),
    "identity.unmerge": gettext_noop("Dossiers séparés"),
    "patient.create": gettext_noop("Dossier créé"),
    "patient.update": gettext_noop("Identité modifiée"),
    "practice.create_owner": gettext_noop("Titulaire créé"),
    "practice.opened": gettext_noop("Cabinet ouvert"),
    "program.exchange": gettext_noop("Jeton court donné à une application"),
    "program.issue": gettext_noop("Accès d’un programme ouvert"),
    "program.revoke": gettext_noop("Accès d’un programme fermé"),
    "read": gettext_noop("Donnée lue"),
    "received.dismiss": gettext_noop("Élément reçu écarté"),
    "received.take-up": gettext_noop("Élément reçu repris"),
    "received.take-up-all": gettext_noop("Tout repris"),
    "received.undo": gettext_noop("Reprise annulée"),
    "record.open": gettext_noop("Dossier ouvert"),
    "safety.check": gettext_noop("Contrôle du cabinet"),
    "search": gettext_noop("Recherche"),
    "sign_in.locked": gettext_noop("Séance verrouillée"),
    "sign_in.refused": gettext_noop("Connexion refusée"),
    "sign_in.signed_in": gettext_noop("Connexion"),
    "sign_in.signed_out": gettext_noop("Déconnexion"),
    "sign_in.unlock_refused": gettext_noop("Déverrouillage refusé"),
    "sign_in.unlocked": gettext_noop("Séance déverrouillée"),
    "problem.arrange": gettext_noop("Problèmes rangés"),
    "problem.begin": gettext_noop("Début d’un problème changé"),
    "problem.move": gettext_noop("Problème changé"),
    "task.add": gettext_noop("Tâche ajoutée"),
    "task.complete": gettext_noop("Tâche faite"),
    "task.reopen": gettext_noop("Tâche remise à faire"),
    "token.refused": gettext_noop("Jeton d’accès refusé"),
    "text.find": gettext_noop("Mots cherchés dans les notes et documents"),
}
NOBODY = {"operator": gettext_noop("Ligne de commande"), "outsider": gettext_noop("Non identifié")}


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: before a number, on one record, by one person."""

    before: int | None = None
    patient: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One row in words. `detail` counts what it touched: « 1 note · 2 problèmes »."""

    row: AuditRow
    when: datetime
    who: str
    what: str
    patient: Stored | None
    detail: str

    @property
    def failed(self) -> bool:
        return self.row.outcome != "success"

    @property
    def day(self) -> date:
        return timezone.localtime(self.when).date()


def asked(query: Mapping[str, str]) -> Asked:
    """The filter in the address; what cannot be read is as if it were not there."""
    before = query.get("before", "")
    return Asked(
        before=int(before) if before.isdigit() else None,
        patient=query.get("patient") or None,
        person=query.get("person") or None,
    )


def read(by: Actor, asked: Asked) -> dict[str, Any]:
    """What the page shows. Raises Refused for a role that may not read the journal."""
    rows = gate.audit_page(
        by=by, before=asked.before, limit=ROWS + 1, patient=asked.patient, actor=asked.person
    )
    shown, more = rows[:ROWS], len(rows) > ROWS
    ids = {row.patient for row in shown if row.patient} | ({asked.patient} if asked.patient else set())
    patients = gate.patients_of(by=by, ids=list(ids))
    people = dict(Person.objects.values_list("id", "display_name"))
    programs = dict(Access.objects.filter(person=None).values_list("id", "name"))
    return {
        "lines": [_line(row, people | programs, patients) for row in shown],
        "asked": asked,
        "only_patient": patients.get(asked.patient or ""),
        "people": sorted(people.items(), key=lambda pair: pair[1]),
        "older": shown[-1].seq if more else None,
    }


def _line(row: AuditRow, people: dict[str, str], patients: dict[str, Stored]) -> Line:
    nobody = NOBODY.get(row.actor)
    return Line(
        row=row,
        when=row.when,
        who=people.get(row.actor) or (_(nobody) if nobody else row.actor),
        what=_(WORDS[row.action]) if row.action in WORDS else row.action,
        patient=patients.get(row.patient or ""),
        detail=_detail(row),
    )


def _detail(row: AuditRow) -> str:
    touched = Counter(name.split("/")[0] for name in row.entities if name[:1].isupper())
    del touched["Provenance"]
    return types.listed(touched.items())
