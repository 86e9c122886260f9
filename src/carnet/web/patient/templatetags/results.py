"""Filters of the results pages: a quantity without its unit, and its unit alone. They put into words, nothing else."""

from __future__ import annotations

from typing import Any

from django import template

from carnet.web.shell import wording

register = template.Library()


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
