"""The tags every screen writes with: `{% load carnet %}`. They put values into words (wording.py) and draw the
small pieces of the look; they never read the record.

Filters   long_date plain_date short_date clock_time when · age human_name birth_name gender ins
          quantity number concept resource types_listed
Tags      {% icon "search" %}  {% when value short=True %} (a <time> with the exact moment as its title)
          {% place %} (day, record or practice: the place of this page)  {% theme %}  {% letters %}
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from carnet.record import clock
from carnet.web.shell import types, wording

register = template.Library()

SILENT = SafeString('aria-hidden="true"')
THEMES = ("auto", "light", "dark")
PLACES = {
    "day": "day",
    "practice": "practice",
    "identity": "practice",
    "patient": "record",
    "consultation": "record",
    "paper": "record",
    "shell:records": "record",
}

register.filter("long_date", wording.long_date)
register.filter("plain_date", wording.plain_date)
register.filter("short_date", wording.short_date)
register.filter("clock_time", wording.clock_time)
register.filter("gender", wording.gender)
register.filter("ins", wording.ins)
register.filter("quantity", wording.quantity)
register.filter("number", wording.number)
register.filter("concept", wording.concept)
register.filter("types_listed", types.listed)


@register.filter
def type_counted(pair: tuple[str, int]) -> str:
    """« 2 problèmes » from a FHIR type and a number."""
    return types.counted(*pair)


@register.filter
def resource(value: Any) -> Any:
    """The FHIR dict of a stored resource; a dict comes back as it is."""
    return value.resource() if hasattr(value, "resource") else value


@register.filter
def human_name(value: Any) -> str:
    """« DUVAL Marie » from a Patient, a Practitioner, a stored one, HumanNames, or text already put in order."""
    value = resource(value)
    if isinstance(value, str):
        return value
    return wording.human_name(value.get("name") if isinstance(value, dict) and "name" in value else value)


@register.filter
def birth_name(value: Any) -> str:
    """The birth name in capitals when it differs from the used one; else empty."""
    value = resource(value)
    return wording.birth_name(value.get("name") if isinstance(value, dict) and "name" in value else value)


@register.filter
def age(value: Any) -> str:
    """« 47 ans » from a Patient (at death for a dead one), a stored one, or a birth date."""
    value, now = resource(value), clock.now()
    if isinstance(value, dict):
        return wording.patient_age(value, now)
    return wording.age(value, timezone.localtime(now).date())


@register.filter(name="when")
def when_filter(value: Any) -> str:
    """« il y a 3 j », or the long date when it is not near."""
    return wording.relative(value, clock.now())


@register.simple_tag(name="when")
def when_tag(value: Any, short: bool = False) -> SafeString:
    """The same in a `<time>` whose title is the exact moment; `short` writes a far day « 03/03/2025 »."""
    found = wording.moment(value)
    if found is None:
        return format_html("{}", wording.partial_date(value))
    exact = f"{wording.long_date(value)} {wording.clock_time(value)}".strip()
    stamp = found.isoformat(timespec="seconds") if isinstance(found, datetime) else found.isoformat()
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        stamp,
        exact,
        wording.relative(value, clock.now(), short=short),
    )


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """One drawing of the sprite; silent to screen readers unless it is given a label."""
    return _drawing(name, label)


@cache
def _drawing(name: str, label: str) -> SafeString:
    """Names and labels are words of ours, and few."""
    meaning = format_html('role="img" aria-label="{}"', label) if label else SILENT
    return format_html(
        '<svg class="icon" {}><use href="{}#{}"></use></svg>', meaning, static("vendor/icons.svg"), name
    )


@register.simple_tag(takes_context=True)
def place(context: template.Context) -> str:
    """Which of the three places this page belongs to: `day`, `record`, `practice` or nothing."""
    match = getattr(context.get("request"), "resolver_match", None)
    if match is None:
        return ""
    return PLACES.get(match.view_name) or PLACES.get(match.view_name.partition(":")[0], "")


@register.simple_tag(takes_context=True)
def theme(context: template.Context) -> str:
    """The chosen theme: `auto` (what the screen asks for), `light` or `dark`. A preference, kept in a cookie."""
    chosen = _cookie(context, "carnet_theme")
    return chosen if chosen in THEMES else "auto"


@register.simple_tag(takes_context=True)
def letters(context: template.Context) -> str:
    """`on` or `off`: whether single letters act in lists (WCAG 2.1.4)."""
    return "off" if _cookie(context, "carnet_letters") == "off" else "on"


def _cookie(context: template.Context, name: str) -> str:
    request = context.get("request")
    return str(request.COOKIES.get(name, "")) if request else ""
