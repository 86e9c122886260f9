"""Units of measure as a doctor reads them (tables/units.toml). Pure; it converts nothing."""

from __future__ import annotations

from carnet.rules import tables


def said(unit: str) -> str:
    """`µmol/L` for `umol/L`; a unit that the table does not know, as it came."""
    known: dict[str, str] = tables.toml("units")["said"]
    return known.get(unit, f"µ{unit[1:]}" if unit.startswith("ug") else unit)
