"""The lines of a history and of a synthesis, which functions write: whatever stands in a record, it stays words."""

from __future__ import annotations

from decimal import Decimal
from html import escape
from typing import Any

import pytest
from django.template import Context

from carnet.rules.results import Value
from carnet.rules.synthesis import Line
from carnet.rules.timeline import KINDS, Entry
from carnet.web.patient.templatetags.events import MOST, events, values_table
from carnet.web.patient.templatetags.known import known, source

HOSTILE = "<script>alert(1)</script>\"'&"


def value(number: int = 1, **more: Any) -> Value:
    made: dict[str, Any] = {
        "reference": "Observation/o", "date": "2025-03-03", "label": f"Potassium {number}", "code": "2823-3",
        "quantity": {"value": Decimal("6.10"), "unit": "mmol/L"}, "words": "", "flag": "",
    }  # fmt: skip
    return Value(**made | more)


def entry(kind: Any = "result", reference: str = "Observation/o", **more: Any) -> Entry:
    return Entry(kind, reference, "2025-03-03", more.pop("title", "Résultats"), **more)


def hostile_value(**more: Any) -> Value:
    quantity = {"value": Decimal(1), "unit": HOSTILE, "comparator": HOSTILE}
    return value(**{"label": HOSTILE, "words": HOSTILE, "quantity": quantity} | more)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("type_", ["Composition", "DocumentReference", "Observation"])
def test_nothing_of_a_record_becomes_markup(kind: Any, type_: str) -> None:
    hostile = entry(
        kind, f"{type_}/a{HOSTILE}", title=HOSTILE, text=HOSTILE, who=HOSTILE, media=HOSTILE,
        values=[hostile_value(flag="high"), hostile_value(quantity=None)],
    )  # fmt: skip
    bare = Entry(kind, f"{type_}/b", HOSTILE, HOSTILE, text=HOSTILE * 40)
    written = events([hostile, bare], "p1")
    assert "<script" not in written
    assert escape(HOSTILE) in written
    assert written.count("<li ") == written.count("</li>") == 2


def test_nothing_of_a_synthesis_becomes_markup() -> None:
    told = {"source": "Composition/n", "denied": True, "moves": ("resolved", "problem", "active")}
    line = Line(f"Condition/{HOSTILE.replace('/', '')}", HOSTILE, HOSTILE, HOSTILE, HOSTILE, **told)  # type: ignore[arg-type]
    for when in ("year", "date", ""):
        context = Context({"csrf_token": HOSTILE})
        written = known(context, [line], when, "p1") + source(line, "p1")
        assert "<script" not in written
        assert escape(HOSTILE) in written


def test_a_line_says_the_first_values_and_how_many_others() -> None:
    written = events([entry(values=[value(n) for n in range(MOST + 2)])], "p1")
    assert f"Potassium {MOST - 1}</th>" in written
    assert written.count('class="result"') == MOST
    assert '<span class="muted">+ 2</span>' in written
    assert "6,10" in written


def test_a_value_out_of_its_range_says_so_and_the_range_stands_beside() -> None:
    written = values_table([value(flag="high", low=Decimal("3.50"), high=Decimal("5.10"))])
    assert '<tr class="result-out">' in written
    assert "▲ haut" in written
    assert "3,50 – 5,10" in written
    assert "&lt; 5,10" in values_table([value(high=Decimal("5.10"))])
    assert "&gt; 0" in values_table([value(low=Decimal(0))])


def test_each_event_leads_where_it_is_read_whole() -> None:
    assert '<a class="event-head" id="event-d" data-stop href="/patient/p1/document/d">' in events([entry("letter", "DocumentReference/d")], "p1")  # fmt: skip
    assert 'href="/patient/p1/note/n"' in events(
        [entry("consultation", "Composition/n", text="TA 14/8")], "p1"
    )
    assert 'href="/patient/p1/results"' in events([entry(values=[value()])], "p1")
    assert 'href="/patient/p1/note/n"' in known(
        Context(), [Line("Condition/c", "HTA", source="Composition/n")], "", "p1"
    )
    assert "<details" not in events([entry("vaccine", "Immunization/i")], "p1")
