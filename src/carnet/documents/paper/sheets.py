"""What each paper says, as values: nothing here knows a record, a screen or a printer."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Prescriber:
    """Who signs, and where. `rpps` is also printed as a number only: never invented when it is not known."""

    name: str
    qualification: str = ""
    rpps: str = ""
    practice: str = ""
    address: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom the paper is about. `ins` only when the identity is qualified (référentiel d'identitovigilance: the number
    is not shared before); `status` says how sure the identity is, in words; `born` and `age` as they are read."""

    name: str
    birth_name: str = ""
    born: str = ""
    age: str = ""
    sex: str = ""
    ins: str = ""
    status: str = ""
    weight: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One medicine: substance first (code de la santé publique, L.5121-1-2), then the brand, then how to take it."""

    inn: str
    brand: str = ""
    strength: str = ""
    form: str = ""
    directions: str = ""
    duration: str = ""
    renewals: str = ""
    note: str = ""
    ald: bool = False
    not_substitutable: str = ""  # the reason that the law asks for


@dataclass(frozen=True, slots=True)
class Sheet:
    """One paper. `kind` is the name of a template; `body` paragraphs of plain text, `lines` the medicines of a
    prescription, `others` its other orders (analyses, nursing care), `warning` what must be read beside the title."""

    kind: str
    title: str
    by: Prescriber
    about: Subject
    place: str
    date: str
    body: tuple[str, ...] = ()
    lines: tuple[Line, ...] = ()
    others: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    warning: str = ""
    closing: str = ""
    language: str = field(default="fr")
