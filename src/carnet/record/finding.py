"""What the FHIR door finds for an actor: searches with what they bring along, whole records, latest results. Limits to
what the actor may read; the gate leaves the row in the journal."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from carnet.fhir.errors import BadSearch, NotFound
from carnet.record import access
from carnet.record.actor import Actor
from carnet.store import alias
from carnet.store import resource as rows
from carnet.store.resource import Row
from carnet.store.search import compartment, everything, include, lastn, params, spans
from carnet.store.search import search as index

Params = Sequence[tuple[str, str]]
# Of the world around a record, what one needs to read it.
AROUND = (
    "Practitioner", "PractitionerRole", "Organization", "Location", "HealthcareService", "Medication", "Substance",
    "Device",
)  # fmt: skip
MOST_OF_EACH = 100  # observations of one code


@dataclass(frozen=True, slots=True)
class Found:
    """What answers: `rows` that match, `included` besides; `understood` and `ignored` of what was asked."""

    rows: list[Row]
    included: list[Row] = field(default_factory=list)
    total: int | None = None
    next: str | None = None
    understood: Params = ()
    ignored: Sequence[str] = ()

    @property
    def entities(self) -> list[str]:
        """What the journal names."""
        return [f"{row.type}/{row.id}/{row.version}" for row in (*self.rows, *self.included)]


@dataclass(frozen=True, slots=True)
class Whole:
    """What is asked of a record, as it was written: only these types, only what was written since, at most so many, the
    page that follows this."""

    types: str | None = None
    since: str | None = None
    count: str | None = None
    page: str | None = None


def search(by: Actor, type: str, asked: Params, *, within: str | None, lenient: bool) -> Found:
    """A search of one type, or of several (`_type`) when `type` is empty; perhaps only in one patient's compartment."""
    if not type:
        asked = _types_of(by, asked)
    page = index.search(
        type,
        asked,
        may_read=access.readable(by),
        within=None if within is None else same_patient(within),
        lenient=lenient,
        narrow=True,
    )
    return Found(page.rows, page.included, page.total, page.next, page.asked.understood, page.asked.ignored)


def _types_of(by: Actor, asked: Params) -> Params:
    """A search across types names those it goes through, unless the actor may read all. Raises Refused."""
    readable = access.readable_types(by)
    named = [type for name, value in asked if name == "_type" for type in value.split(",")]
    for type in named:
        access.check_read(by, type)
    return asked if named or readable is None else [*asked, ("_type", ",".join(readable))]


def same_patient(id: str) -> list[str]:
    """All ids of this person. Raises NotFound when there is no such patient."""
    merges = alias.around([id])
    if not rows.exists("Patient", id):
        raise NotFound("Ce dossier n'existe pas dans ce cabinet.")
    return sorted(merges.same(id))


def record(by: Actor, patient: str, asked: Whole) -> Found:
    """A page of a patient's record, and what is around it."""
    readable = access.readable_types(by)
    types = asked.types.split(",") if asked.types else []
    for type in types:
        access.check_read(by, type)
    count = min(_number("_count", asked.count, everything.MOST), everything.MOST)
    after = _number("_page", asked.page, 0)
    wanted = everything.Wanted(
        same_patient(patient), types or readable or (), _since(asked.since), after, count
    )
    listed, more = everything.page(wanted, access.shared_types())
    around = include.around(listed, [type for type in AROUND if access.readable(by)(type)])
    follows = str(listed[-1].pk) if more and listed else None
    return Found(listed, around, None if more or after else len(listed), follows)


def _number(name: str, written: str | None, default: int) -> int:
    if written is None:
        return default
    if not (written.isascii() and written.isdigit() and len(written) < 19):
        raise params.bad(name)
    return int(written)


def _since(written: str | None) -> int | None:
    if written is None:
        return None
    found = spans.span(written)
    if found is None:
        raise params.bad("_since")
    return found[0]


def latest(by: Actor, asked: Params, *, most: int, within: str | None) -> Found:
    """The latest observations of each code, of one patient or of those that the parameters name."""
    if not 0 < most <= MOST_OF_EACH:
        raise params.bad("max")
    if within is None and not any(name.partition(":")[0] in ("patient", "subject") for name, _ in asked):
        raise BadSearch("Les derniers résultats se demandent pour un patient : ajoutez « patient ».")
    extra = [] if within is None else [compartment.clause((lastn.TYPE,), same_patient(within))]
    found, read = lastn.last(asked, most=most, extra=extra, may_read=access.readable(by))
    return Found(found, total=len(found), understood=read.understood)
