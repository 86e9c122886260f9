"""Wordings of the practice: snippets that expand in a note (`.hta`), and models of letters and certificates. Yours, or
shared with your colleagues; plain text, never code."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from django.utils.translation import gettext as _

from carnet.documents.paper import wording
from carnet.fhir.errors import Invalid, Issue, NotFound, Refused
from carnet.record import access, gate
from carnet.record.actor import Actor
from carnet.record.work import Stored
from carnet.rules import note

Resource = dict[str, Any]
Kind = Literal["snippet", "letter", "certificate", "sick_leave"]
KINDS: tuple[str, ...] = get_args(Kind)

_CODE = {"system": "urn:carnet:basic", "code": "wording"}
_URL = "urn:carnet:wording"
_MOST = 500  # wordings of one practice
_NAME = re.compile(r"[a-z0-9àâäçéèêëîïôöùûüœæ_-]{1,30}")
_NOT_YOURS = "Ce modèle est à un confrère : il se copie, il ne se change pas. Rien n'a été changé."


@dataclass(frozen=True, slots=True)
class Wording:
    """One of them; `name` is what is typed after the point for a snippet, its title otherwise."""

    id: str
    version: int
    kind: str
    name: str
    text: str
    shared: bool
    mine: bool


def seen(*, by: Actor) -> list[Wording]:
    """Mine, and those that colleagues share; by kind, then name, mine first. One that no page of ours could have written
    (a program did) is left out: it keeps nobody from writing or printing."""
    check_write(by)
    found = [
        _told(one, by) for one in gate.across(by=by, type="Basic", params=[("code", _token())], limit=_MOST)
    ]
    return sorted(
        (one for one in found if (one.mine or one.shared) and not _wrong(one.kind, one.name, one.text)),
        key=lambda one: (KINDS.index(one.kind), one.name, not one.mine),
    )


def snippets(*, by: Actor) -> dict[str, str]:
    """What each `.name` expands to; mine win over a colleague's of the same name."""
    return {one.name: one.text for one in reversed(seen(by=by)) if one.kind == "snippet"}


def save(
    *,
    by: Actor,
    at: datetime,
    kind: str,
    name: str,
    text: str,
    shared: bool = False,
    id: str = "",
    if_version: int = 0,
) -> Stored:
    """A new wording, or a new version of one of mine. Raises Invalid (issues name the fields), Refused, NotFound, Conflict."""
    check_write(by)
    name, text = " ".join(name.split()), note.clean(text)
    _check(kind, name, text)
    made = _written(by, kind, name, text, shared)
    with gate.write(by=by, at=at, action="wordings.save") as work:
        if not id:
            return work.create(made)
        before = work.get("Basic", id)
        _check_mine(by, before)
        return work.update({**made, "id": id}, if_version=if_version)


def remove(*, by: Actor, at: datetime, id: str) -> None:
    """Take one of mine away. Raises Refused, NotFound."""
    check_write(by)
    with gate.write(by=by, at=at, action="wordings.remove") as work:
        _check_mine(by, work.get("Basic", id))
        work.delete("Basic", id)


def check_write(by: Actor) -> None:
    """Doctors of the practice write and use wordings."""
    access.check_doctor(by, _("Seul un médecin du cabinet écrit des modèles. Rien n’a été changé."))


def _check(kind: str, name: str, text: str) -> None:
    wrong = _wrong(kind, name, text)
    if wrong:
        raise Invalid(_("Le modèle n’est pas enregistré."), wrong)


def _wrong(kind: str, name: str, text: str) -> list[Issue]:
    wrong = []
    if kind not in KINDS:
        wrong.append(Issue("kind", _("Choisissez une sorte de modèle.")))
    if kind == "snippet" and not _NAME.fullmatch(name):
        wrong.append(
            Issue("name", _("Un raccourci a de 1 à 30 lettres minuscules ou chiffres, sans espace."))
        )
    if not name or len(name) > 80:
        wrong.append(Issue("name", _("Donnez un nom de 1 à 80 caractères.")))
    if note.is_empty(text):
        wrong.append(Issue("text", _("Écrivez le texte du modèle.")))
    if len(text) > wording.LONGEST:
        wrong.append(Issue("text", _("Ce modèle est trop long.")))
    return wrong or ([] if kind == "snippet" else _unfit(text))


def _unfit(text: str) -> list[Issue]:
    try:
        wording.check(text)
    except Invalid as error:
        return [Issue("text", one.diagnostics) for one in error.issues]
    return []


def _check_mine(by: Actor, stored: Stored) -> None:
    resource = stored.resource()
    if _CODE not in resource.get("code", {}).get("coding", []):
        raise NotFound(_("Ce modèle n’existe pas."))
    if not _told(stored, by).mine:
        raise Refused(_NOT_YOURS)


def _token() -> str:
    return f"{_CODE['system']}|{_CODE['code']}"


def _written(by: Actor, kind: str, name: str, text: str, shared: bool) -> Resource:
    parts = [
        {"url": "kind", "valueCode": kind},
        {"url": "name", "valueString": name},
        {"url": "text", "valueString": text},
        {"url": "shared", "valueBoolean": shared},
        {"url": "owner", "valueString": by.id},
    ]
    return {
        "resourceType": "Basic",
        "code": {"coding": [_CODE]},
        "extension": [{"url": _URL, "extension": parts}],
    }


def _told(stored: Stored, by: Actor) -> Wording:
    listed = [one for one in stored.resource().get("extension", []) if one.get("url") == _URL]
    said = {
        one["url"]: next((one[key] for key in one if key.startswith("value")), "")
        for one in (listed[0].get("extension", []) if listed else [])
    }
    return Wording(
        id=stored.id,
        version=stored.version,
        kind=str(said.get("kind", "")),
        name=str(said.get("name", "")),
        text=str(said.get("text", "")),
        shared=bool(said.get("shared")),
        mine=said.get("owner") == by.id,
    )
