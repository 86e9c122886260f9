"""Two records of one person are merged, and separated again whenever that turns out wrong; two people who
look alike are told apart; the national teleservice is asked, and its answer kept. Nothing is rewritten by a merge, and
no two records become one without a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from carnet.fhir import codes, dates
from carnet.fhir.errors import Conflict, Invalid, NotFound, Refused
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored, Work
from carnet.rules import identity, insi, linkage, matching, reliability
from carnet.rules.linkage import Later
from carnet.rules.person import Identity

Resource = dict[str, Any]
# They follow what they speak of, or are nobody's.
_NOT_FACTS = frozenset({"AuditEvent", "Provenance"})


def merge(*, by: Actor, at: datetime, keep: str, other: str) -> Stored:
    """From now on `other` is `keep`: either id opens the one record, under the identity of `keep`. Returns the Linkage
    that remembers it. Raises Refused (a doctor's decision; two checked INS that differ), Conflict (already merged)."""
    with gate.write(by=by, at=at, action="identity.merge", patient=keep) as work:
        _check_mergeable(work, keep, other)
        work.merge(other, keep)
        known = work.exists("Linkage", linkage.pair_id(keep, other))
        waiting = linkage.later(known.resource()) if known else []
        return _remember(work, known, linkage.linkage(keep, other, linkage.MERGED, waiting))


def unmerge(*, by: Actor, at: datetime, patient: str) -> Stored:
    """The merged `patient` is a person of its own again; both records are as their own writings left them. Returns the
    Linkage, which lists what was written meanwhile for a person to assign. Raises Refused, NotFound."""
    with gate.write(by=by, at=at, action="identity.unmerge") as work:
        access.check_merge(by)
        merges = work.merges(patient)
        into = merges.rows.get(patient)
        if into is None:
            raise NotFound(_("Ce dossier n’est réuni à aucun autre. Rien n’a été changé."))
        known = work.get("Linkage", linkage.pair_id(patient, into))
        found = [*linkage.later(known.resource()), *_written_while_one(work, merges.rows, patient)]
        work.unmerge(patient)
        separated = _proposed(work, linkage.in_state(known.resource(), linkage.SEPARATED))
        return work.update(linkage.with_later(separated, found), if_version=known.version)


def assign(*, by: Actor, at: datetime, pair: str, facts: Sequence[str], to: str) -> int:
    """Say whose these facts (`Type/id`) of a separated pair are. What is another's moves, with all that was written
    with it, as a new version whose provenance names the one before. Returns how many moved. Raises Refused, NotFound
    (no longer to assign), Invalid (a fact of before the merge stays where it was)."""
    with gate.write(by=by, at=at, action="identity.assign", patient=to) as work:
        access.check_merge(by)
        known = work.get("Linkage", pair)
        waiting = linkage.later(known.resource())
        if not facts or set(facts) - {one.reference for one in waiting}:
            raise NotFound(_("Ces éléments ne sont plus à attribuer. Rien n’a été changé."))
        chosen = _together(work, known, set(facts))
        moved = _move(work, known, [one for one in waiting if one.reference in chosen], to)
        left = [one for one in waiting if one.reference not in chosen]
        work.update(linkage.with_later(known.resource(), left), if_version=known.version)
        return moved


def dismiss(*, by: Actor, at: datetime, one: str, other: str) -> Stored:
    """These are two people: the pair is not proposed again. Raises Refused, Conflict (they are merged)."""
    with gate.write(by=by, at=at, action="identity.dismiss") as work:
        access.check_merge(by)
        for id in (one, other):
            work.get("Patient", id)
        known = work.exists("Linkage", linkage.pair_id(one, other))
        if one == other or work.is_same(one, other):
            raise Conflict(_ONE)
        waiting = linkage.later(known.resource()) if known else []
        return _remember(work, known, linkage.linkage(one, other, linkage.TWO_PEOPLE, waiting))


def reconsider(*, by: Actor, at: datetime, one: str, other: str) -> Stored:
    """Undo « two people »: the pair may be proposed again. Raises Refused, NotFound."""
    with gate.write(by=by, at=at, action="identity.reconsider") as work:
        access.check_merge(by)
        known = work.get("Linkage", linkage.pair_id(one, other))
        if linkage.state(known.resource()) != linkage.TWO_PEOPLE:
            raise NotFound(_("Il n’y a rien à annuler ici. Rien n’a été changé."))
        again = linkage.in_state(known.resource(), linkage.SEPARATED)
        return work.update(_proposed(work, again), if_version=known.version)


def ask_insi(*, by: Actor, at: datetime, patient: str) -> Stored:
    """Have the national teleservice asked about this patient; the answer comes later (insi_answered). Raises Refused
    when a trait that the question needs is missing."""
    with gate.write(by=by, at=at, action="identity.insi_ask", patient=patient) as work:
        id = work.merges(patient).survivor(patient)
        if identity.traits(work.get("Patient", id).resource()) is None:
            raise Refused(_(_INCOMPLETE))
        known = work.exists("VerificationResult", insi.lasting_id(id))
        made = insi.asked(id, dates.instant(at))
        if known is None:
            return work.create(made, id=made["id"])
        return work.update(made, if_version=known.version)


def insi_awaited(*, by: Actor, limit: int = 20) -> list[Stored]:
    """The questions that nobody has put to the teleservice yet."""
    asked = [("_tag", f"{codes.TAG}|{insi.ASKED}")]
    return gate.across(by=by, type="VerificationResult", params=asked, limit=limit)


def insi_answered(
    *, by: Actor, at: datetime, question: Stored, version: int, outcome: str, found: Identity | None = None
) -> Stored:
    """Keep what the teleservice answered about the `version` of the patient that was asked about. One identity with the
    same traits raises the status and gives its number; one that differs raises nothing. Raises Conflict (asked anew)."""
    patient = str(question.subject)
    with gate.write(by=by, at=at, action="identity.insi_answer", patient=patient) as work:
        before = work.get("Patient", patient)
        if before.version != version:
            outcome, found = "changed", None
        same = found is not None and insi.is_same(before.resource(), found)
        if found is not None:
            after = reliability.answered(before.resource(), found if same else None)
            _keep_changed(work, before, after)
        outcome = "differs" if found is not None and not same else outcome
        kept = insi.answered(question.resource(), outcome, dates.instant(at), None if same else found)
        return work.update(kept, if_version=question.version)


def _keep_changed(work: Work, before: Stored, after: Resource) -> None:
    if after != before.resource():
        work.update(after, if_version=before.version)


def linked(*, by: Actor, state: str) -> list[Stored]:
    """The Linkages in this state: pairs told apart, merged, or separated."""
    access.check_merge(by)
    tag = [("_tag", f"{codes.TAG}|{state}")]
    found = gate.across(by=by, type="Linkage", params=tag, limit=1000)
    return [one for one in found if linkage.is_pair(one.id)]


def pair(*, by: Actor, one: str, other: str) -> Stored | None:
    """What is remembered of these two; nothing when nobody ever decided about them."""
    access.check_merge(by)
    asked = [("_id", linkage.pair_id(one, other))]
    return next(iter(gate.across(by=by, type="Linkage", params=asked, limit=1)), None)


def to_assign(*, by: Actor) -> list[Stored]:
    """The separated pairs with facts that a person has still to assign."""
    found = linked(by=by, state=linkage.SEPARATED) + linked(by=by, state=linkage.TWO_PEOPLE)
    return [one for one in found if linkage.later(one.resource())]


def check_merge(by: Actor) -> None:
    """This actor may merge and separate records."""
    access.check_merge(by)


def check_one_person(ours: Sequence[Resource], theirs: Sequence[Resource]) -> None:
    """Nothing proves that these identities, of one record and of the other, are two people's. Raises Refused."""
    if linkage.conflict(ours, theirs):
        raise Refused(_(_TWO_INS))


_INCOMPLETE = (
    "Il manque un trait : le téléservice demande le nom de naissance, le premier prénom, la date de naissance complète et"
    " le sexe. Rien n'a été demandé. Complétez l'identité, puis recommencez."
)
_ONE = "Ces deux dossiers n'en font qu'un. Rien n'a été changé."
_TWO_INS = (
    "Ces deux dossiers portent deux matricules INS différents, tous deux vérifiés : ce sont deux personnes. Rien n'a"
    " été réuni. Vérifiez les deux identités."
)


def _check_mergeable(work: Work, keep: str, other: str) -> None:
    access.check_merge(work.by)
    if keep == other:
        raise Refused(_("Un dossier ne se réunit pas à lui-même. Rien n’a été changé."))
    merges = work.merges(keep, other)
    if merges.survivor(keep) == merges.survivor(other):
        raise Conflict(_ONE)
    if keep in merges.rows or other in merges.rows:
        raise Conflict(_("L’un de ces dossiers est déjà réuni à un autre. Rien n’a été changé. Rouvrez-le."))
    ours = [work.get("Patient", id).resource() for id in sorted(merges.same(keep))]
    theirs = [work.get("Patient", id).resource() for id in sorted(merges.same(other))]
    check_one_person(ours, theirs)


def _proposed(work: Work, pair: Resource) -> Resource:
    """The pair, to be looked at again at once if the two are alike."""
    one, other = (work.get("Patient", id).resource() for id in linkage.sides(pair))
    match = matching.compare(matching.from_patient(one), matching.from_patient(other))
    return linkage.proposed(pair, match)


def _remember(work: Work, known: Stored | None, made: Resource) -> Stored:
    if known is None:
        return work.create(made, id=made["id"])
    return work.update(made, if_version=known.version)


def _written_while_one(work: Work, rows: dict[str, str], patient: str) -> list[Later]:
    """What was written in any record of the tree since it hung together with both sides of the row of `patient`."""
    moments = _moments(work, rows, patient)
    found = [
        Later(one.reference, is_new)
        for one, is_new in work.written_since(moments)
        if one.type not in _NOT_FACTS and not (one.deleted and is_new)
    ]
    return found


def _moments(work: Work, rows: dict[str, str], patient: str) -> dict[str, int]:
    """Patient → the moment (microseconds) since when a writing of theirs may be about either side."""
    merged = {old: _merged_at(work, old, new) for old, new in rows.items()}
    found = {patient: merged[patient], rows[patient]: merged[patient]}
    pending = list(found)
    while pending:
        here = pending.pop()
        for old, new in rows.items():
            for near, far in ((old, new), (new, old)):
                if near == here and far not in found:
                    found[far] = max(found[here], merged[old])
                    pending.append(far)
    return found


def _merged_at(work: Work, old: str, new: str) -> int:
    return dates.micros(work.get("Linkage", linkage.pair_id(old, new)).updated)


def _together(work: Work, pair: Stored, chosen: set[str]) -> set[str]:
    """The chosen facts and the new ones that were written with them."""
    for unit in _units(work, pair):
        if unit & chosen:
            chosen = chosen | unit
    return chosen


def _units(work: Work, pair: Stored) -> list[frozenset[str]]:
    """The new facts to assign, those that belong together in one set."""
    waiting = [one.reference for one in linkage.later(pair.resource()) if one.is_new]
    found = [work.exists(*reference.split("/")) for reference in waiting]
    facts = {one.reference: one.resource() for one in found if one is not None}
    return linkage.units(facts, [one.resource() for one in _provenances(work, pair)])


def _provenances(work: Work, pair: Stored) -> list[Stored]:
    sides = linkage.sides(pair.resource())
    found = {one.id: one for side in sides for one in work.record(side, "Provenance")}
    return list(found.values())


def _move(work: Work, pair: Stored, facts: Iterable[Later], to: str) -> int:
    sides = linkage.sides(pair.resource())
    if to not in sides:
        raise NotFound(_("Ce dossier n’est pas l’un des deux. Rien n’a été changé."))
    (other,) = (side for side in sides if side != to)
    theirs = work.merges(other).same(other)
    if to in theirs:
        raise Conflict(_ONE)
    found = [(one, work.exists(*one.reference.split("/"))) for one in facts]
    leaving = {one.reference: (one, kept) for one, kept in found if kept and kept.subject in theirs}
    if any(not one.is_new for one, _kept in leaving.values()):
        raise Invalid(
            _("Un élément d’avant la réunion reste dans son dossier ; corrigez-le s’il le faut."), []
        )
    before = _provenances(work, pair)
    for _one, kept in leaving.values():
        work.move(linkage.moved(kept.resource(), theirs, to), if_version=kept.version)
    _move_provenances(work, before, set(leaving))
    return len(leaving)


def _move_provenances(work: Work, provenances: Iterable[Stored], moved: set[str]) -> None:
    """What says who wrote the moved facts goes with them, unless it also speaks of what stayed; it is named either way
    by the provenance of this action."""
    for one in provenances:
        about = linkage.named(one.resource().get("target"))
        if about & moved:
            work.source(one.reference, confirmed=True)
        if about and about <= moved:
            work.move(one.resource(), if_version=one.version)
