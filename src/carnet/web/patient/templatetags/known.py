"""The lines of a synthesis as HTML, by functions as the events of a history are. Every word of the record goes through
`escape`."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from django import template
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from carnet.rules.passage import Place
from carnet.rules.synthesis import Line
from carnet.web.shell import wording
from carnet.web.shell.templatetags.carnet import icon

register = template.Library()


@register.simple_tag
def known(lines: Sequence[Line], when: str, patient: str) -> SafeString:
    """Facts of the record, each with its source; `when` says how much of its day is shown: year, date or nothing."""
    return mark_safe("".join(_line(line, when, patient) for line in lines))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def source(line: Line, patient: str) -> SafeString:
    """The link to the note or the document that says it."""
    return mark_safe(_source(line, patient))  # noqa: S308


def _line(line: Line, when: str, patient: str) -> str:
    denied = f'<span class="tag tag-past">{escape(_("absent"))}</span> ' if line.denied else ""
    detail = f' <span class="known-detail">{escape(line.detail)}</span>' if line.detail else ""
    return (
        f'<li class="known-line{" known-denied" if line.denied else ""}">'
        f'<span class="known-text">{denied}{escape(line.text)}{detail}</span>'
        f"{_when(line.since, when)}{_source(line, patient)}</li>"
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
