"""Values in words: whole with their sign, a quantity without its unit, its unit alone. Nothing is computed."""

from __future__ import annotations

from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from carnet.rules.results import Value
from carnet.rules.timeline import Entry
from carnet.web.shell import wording
from carnet.web.shell.templatetags.carnet import icon

register = template.Library()

# A value out of its range: its class, its sign, its word.
_SIGNS = {
    "high": ("sign", "▲", gettext_noop("haut")),
    "very-high": ("sign sign-far", "▲▲", gettext_noop("très haut")),
    "low": ("sign", "▼", gettext_noop("bas")),
    "very-low": ("sign sign-far", "▼▼", gettext_noop("très bas")),
    "abnormal": ("sign", "◆", gettext_noop("anormal")),
}


@register.simple_tag
def said(value: Value) -> SafeString:
    """One value with its sign and word when it is out of range: a function, since a page writes hundreds of them."""
    words = escape(wording.quantity(value.quantity) if value.quantity else value.words)
    if value.flag not in _SIGNS:
        return mark_safe(f'<span class="nowrap">{words}</span>')  # noqa: S308 (escaped above)
    look, sign, word = _SIGNS[value.flag]
    mark = f'<span class="{look}">{sign} {escape(_(word))}</span>'
    return mark_safe(f'<span class="nowrap">{words} {mark}</span>')  # noqa: S308


@register.filter
def magnitude(value: dict[str, Any]) -> str:
    """« < 0,5 » from a FHIR Quantity: the column's head already says the unit."""
    return wording.quantity(
        {key: part for key, part in value.items() if key not in ("unit", "code", "system")}
    )


@register.filter
def unit(value: dict[str, Any] | None) -> str:
    """The unit as a doctor writes it."""
    return wording.unit(value or {})


_DRAWINGS = {
    "consultation": "journal-text",
    "result": "clipboard2-pulse",
    "letter": "envelope",
    "prescription": "capsule",
    "vaccine": "eyedropper",
    "act": "check2",
}


@register.simple_tag
def event_icon(entry: Entry) -> SafeString:
    """The drawing of a kind of event; of a document, that of its file."""
    if entry.kind in _DRAWINGS:
        return icon(_DRAWINGS[entry.kind])
    if entry.media.startswith("image/"):
        return icon("file-earmark-image")
    return icon("file-earmark-pdf" if entry.media == "application/pdf" else "file-earmark-text")
