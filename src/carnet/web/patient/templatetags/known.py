"""The lines of a synthesis as HTML, by functions as the events of a history are. Every word of the record goes through
`escape`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carnet.rules.passage import Place
from carnet.rules.synthesis import Line
from carnet.web.shell import wording
from carnet.web.shell.templatetags.carnet import icon

register = template.Library()


MOVES = {  # what a doctor may make of a problem: its word, its letter while the line has the focus
    "resolved": (gettext_noop("Résolu"), "r"),
    "active": (gettext_noop("Actif"), "a"),
    "problem": (gettext_noop("Garder comme problème"), "p"),
    "up": (gettext_noop("Monter"), "m"),
    "down": (gettext_noop("Descendre"), "d"),
}


@register.simple_tag(takes_context=True)
def known(context: template.Context, lines: Sequence[Line], when: str, patient: str) -> SafeString:
    """Facts of the record, each with its source; `when` says how much of its day is shown: year, date or nothing."""
    token = str(context.get("csrf_token", ""))
    return mark_safe("".join(_line(line, when, patient, token) for line in lines))  # noqa: S308 (escaped)


@register.simple_tag
def source(line: Line, patient: str) -> SafeString:
    """The link to the note or the document that says it."""
    return mark_safe(_source(line, patient))  # noqa: S308


def _line(line: Line, when: str, patient: str, token: str) -> str:
    denied = f'<span class="tag tag-past">{escape(_("absent"))}</span> ' if line.denied else ""
    detail = f' <span class="known-detail">{escape(line.detail)}</span>' if line.detail else ""
    doubt = f' <span class="tag tag-settle tag-long">{escape(line.doubt)}</span>' if line.doubt else ""
    return (
        f'<li class="known-line{" known-denied" if line.denied else ""}" data-line>'
        f'<span class="known-text">{denied}{escape(line.text)}{detail}{doubt}</span>'
        f"{_when(line.since, when)}{_moves(line, patient, token)}{_source(line, patient)}</li>"
    )


def _moves(line: Line, patient: str, token: str) -> str:
    """A small menu on a problem; its letters act while the line has the focus. The day it began is a form of its own:
    Enter in that field changes nothing else."""
    if not line.moves:
        return ""
    id = escape(line.reference.partition("/")[2])
    begin = (
        f'<form method="post" action="{escape(reverse("patient:problem", args=[patient, id]))}">'
        f'<input type="hidden" name="csrfmiddlewaretoken" value="{escape(token)}">'
        f'<input type="hidden" name="patient" value="{escape(patient)}">'
        f'<input type="hidden" name="version" value="{line.version}">'
    )
    buttons = "".join(_move(line, move) for move in line.moves)
    return (
        f'<details class="moves no-print"><summary class="source" id="moves-{id}" data-stop data-focus-key="moves-{id}"'
        f' aria-label="{escape(_("Changer :"))} {escape(line.text)}" title="{escape(_("Changer"))}">'
        f'<span aria-hidden="true">⋯</span></summary><div class="floating">{begin}{buttons}</form>'
        f"{begin}{_since(line)}</form></div></details>"
    )


def _since(line: Line) -> str:
    words, began = escape(_("Début")), escape(wording.short_date(line.since))
    return (
        f'<input type="hidden" name="to" value="since"><label>{words} <input name="since" value="{began}"'
        f' class="form-control form-control-sm" placeholder="{escape(_("année"))}" size="10" maxlength="20"'
        f' autocomplete="off" aria-label="{words} : {escape(line.text)}"></label>'
        f'<button class="btn btn-sm">{escape(_("Dater"))}'
        f'<span class="visually-hidden"> : {words}, {escape(line.text)}</span></button>'
    )


def _move(line: Line, move: str) -> str:
    words, letter = MOVES[move]
    said = f'<span class="visually-hidden"> : {escape(line.text)}</span>'
    return (
        f'<button class="btn btn-quiet btn-sm" name="to" value="{move}" data-key="{letter}">'
        f"{escape(_(words))}{said} <kbd>{letter}</kbd></button>"
    )


def _when(since: str, when: str) -> str:
    if not since or not when:
        return ""
    day = escape(wording.short_date(since))
    if when == "year":
        return f'<span class="known-when" title="{day}">{escape(since[:4])}</span>'
    return f'<span class="known-when">{day}</span>'


def _source(line: Line, patient: str) -> str:
    type_, _slash, id = (line.source or "").partition("/")
    if type_ == "DocumentReference":
        href, words, drawing = (
            reverse("patient:document", args=[patient, id]),
            _("Document source"),
            "file-earmark-text",
        )
        said = _("Document source :")
    elif type_ == "Composition":
        href, words, drawing = said_at(patient, id, line.place), _("Note source"), "journal-text"
        said = _("Note source :")
    else:
        return ""
    href = escape(href)
    label = f"{escape(said)} {escape(line.text)}"
    return f'<a class="source no-print" href="{href}" aria-label="{label}" title="{escape(words)}">{icon(drawing)}</a>'


@register.simple_tag
def said_at(patient: str, note: str, place: Place | None) -> str:
    """The address of a note, at the words a fact was read from."""
    href = reverse("patient:note", args=[patient, note])
    return f"{href}?of={place.version}&from={place.start}&to={place.end}#words" if place else href
