"""The events of a history as HTML, by functions: a page writes hundreds of them, and a template takes ten times as long
for each. Every word of the record goes through `escape`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from django import template
from django.template.defaultfilters import truncatechars
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from carnet.rules.results import Value
from carnet.rules.timeline import Entry
from carnet.web.patient.templatetags.results import event_icon, said
from carnet.web.shell import wording

register = template.Library()
MOST, LABEL, EXCERPT = 6, 28, 400  # values in the line of an event, letters of each, letters of a text


@dataclass(frozen=True, slots=True)
class Page:
    """What all events of one page share: where their links lead and the words of the page, put together once."""

    document: str
    note: str
    results: str
    open_note: str
    see_results: str
    heads: tuple[str, str, str]

    @classmethod
    def of(cls, patient: str) -> Page:
        """For the record of this patient. Addresses of documents and notes end with their own id."""
        return cls(
            reverse("patient:document", args=[patient, "-"]).removesuffix("-"),
            reverse("patient:note", args=[patient, "-"]).removesuffix("-"),
            reverse("patient:results", args=[patient]),
            escape(_("Ouvrir la note")),
            escape(_("Résultats et courbes")),
            (escape(_("Analyse")), escape(_("Valeur")), escape(_("Usuel"))),
        )


@register.simple_tag
def events(entries: Sequence[Entry], patient: str) -> SafeString:
    """The lines of a history. A note, results and prescriptions unfold in place; a document opens."""
    page = Page.of(patient)
    return mark_safe("\n".join(_event(entry, page) for entry in entries))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def values_table(values: Sequence[Value]) -> SafeString:
    """The values of one report as a table."""
    return mark_safe(_table(values, [said(value) for value in values], Page.of("-").heads))  # noqa: S308


@register.simple_tag
def usual(value: Value) -> SafeString:
    """The usual range of a value."""
    return mark_safe(_usual(value))  # noqa: S308


def _event(entry: Entry, page: Page) -> str:
    written = [said(value) for value in entry.values]
    head = _head(entry, written)
    if entry.type == "DocumentReference":
        inside = f'<a class="event-head" id="event-{escape(entry.id)}" data-stop href="{page.document}{escape(entry.id)}">{head}</a>'
    elif entry.text or entry.values:
        body = _body(entry, written, page)
        inside = f'<details><summary class="event-head" id="event-{escape(entry.id)}" data-stop>{head}</summary>\n{body}</details>'
    else:
        inside = f'<div class="event-head">{head}</div>'
    return f'<li class="event event-{entry.kind}" data-line>\n{inside}\n</li>'


def _head(entry: Entry, written: Sequence[str]) -> str:
    """The line of an event: when, what, by whom, and its first words."""
    return (
        f'<span class="event-date">{escape(wording.short_date(entry.date))}</span>'
        f'<span class="event-icon">{event_icon(entry)}</span>'
        f'<span class="event-words"><span class="event-title">{_title(entry.title)}</span>'
        f"{_signs(entry)}{_first_words(entry, written)}</span>"
    )


def _title(title: str) -> str:
    """Titles of ours are translated, those of the record are not among our words."""
    return escape(_(title.replace("%", "%%")).replace("%%", "%"))


def _signs(entry: Entry) -> str:
    amended = f' <span class="tag tag-settle">{escape(_("corrigée"))}</span>' if entry.amended else ""
    broken = f' <span class="tag tag-danger">{escape(_("empreinte fausse"))}</span>' if entry.broken else ""
    who = f' <span class="event-who">{escape(entry.who)}</span>' if entry.who else ""
    return amended + broken + who


def _first_words(entry: Entry, written: Sequence[str]) -> str:
    if not entry.values:
        excerpt = entry.excerpt
        if not excerpt or excerpt == entry.title:
            return ""
        return f'<span class="event-text event-lines">{escape(_cut(excerpt, EXCERPT))}</span>'
    shown = "".join(
        f'<span class="result{" result-out" if value.flag else ""}">{escape(_cut(value.label, LABEL))} {words}</span>'
        for value, words in zip(entry.values[:MOST], written, strict=False)
    )
    more = f'<span class="muted">+ {len(entry.values) - MOST}</span>' if len(entry.values) > MOST else ""
    return f'<span class="event-text">{shown}{more}</span>'


def _cut(words: str, most: int) -> str:
    return words if len(words) <= most else truncatechars(words, most)


def _body(entry: Entry, written: Sequence[str], page: Page) -> str:
    values = _table(entry.values, written, page.heads) if entry.values else ""
    text = f'<div class="paper-note">{escape(entry.text)}</div>' if entry.text else ""
    return f'  <div class="event-body">{values}{text}\n  {_verb(entry, page)}</div>'


def _verb(entry: Entry, page: Page) -> str:
    if entry.type == "Composition":
        link, words = f"{page.note}{escape(entry.id)}", page.open_note
    elif entry.kind == "result":
        link, words = page.results, page.see_results
    else:
        return ""
    return f'<p class="event-verbs no-print"><a href="{link}">{words}</a></p>'


def _table(values: Sequence[Value], written: Sequence[str], heads: tuple[str, str, str]) -> str:
    columns = "".join(f'<th scope="col">{head}</th>' for head in heads)
    rows = "".join(
        f'<tr{out}><th scope="row">{escape(value.label)}</th><td>{words}</td><td class="muted">{_usual(value)}</td></tr>'
        for value, words in zip(values, written, strict=True)
        for out in ([' class="result-out"'] if value.flag else [""])
    )
    table = (
        f'<table class="table dense values"><thead><tr>{columns}</tr></thead><tbody>{rows}</tbody></table>'
    )
    return f'<div class="scroll-x">{table}</div>'


def _usual(value: Value) -> str:
    low, high = (None if bound is None else wording.number(bound) for bound in (value.low, value.high))
    if low is not None and high is not None:
        return f"{escape(low)} – {escape(high)}"
    return f"&gt; {escape(low)}" if low is not None else f"&lt; {escape(high)}" if high is not None else ""
