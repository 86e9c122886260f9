"""Results side by side: every value has its cell."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from carnet.rules import results
from carnet.web.patient import plots


def glucose(value: str, when: str) -> dict[str, Any]:
    return {
        "resourceType": "Observation", "id": f"{value}{when}", "status": "final", "effectiveDateTime": when,
        "code": {"text": "Glucose"}, "valueQuantity": {"value": Decimal(value), "unit": "g/L"},
    }  # fmt: skip


def test_two_values_of_one_day_have_two_columns_the_later_first() -> None:
    fasting, after = (
        glucose("0.90", "2026-01-04T08:00:00+01:00"),
        glucose("1.80", "2026-01-04T10:00:00+01:00"),
    )
    found = results.series(results.values([after, fasting, glucose("0.95", "2025-06-01")]))
    (table,) = plots.tables(found, 7)
    assert table.columns == ["2026-01-04", "2026-01-04", "2025-06-01"]
    assert [str(cell.number) for cell in table.lines[0].cells if cell] == ["1.80", "0.90", "0.95"]
