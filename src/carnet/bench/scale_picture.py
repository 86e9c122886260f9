"""Draws what `scale` measured: for each gesture a bar for each practice, on paper without a script or a font of ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

LEFT, WIDE, BAR, GAP = 330, 420, 11, 16
COLOURS = ("#8fb8de", "#4f86c6", "#1d4f91", "#f2c49b", "#e08e45", "#a85a12")


def svg(measured: Sequence[dict[str, Any]], names: Mapping[str, str]) -> str:
    """Medians as bars, p95 as a thin line, in milliseconds."""
    most = max(one["times"][name]["p95"] for one in measured for name in names)
    group = BAR * len(measured) + GAP
    top = 20 + 16 * len(measured)
    drawn = [_key(index, one) for index, one in enumerate(measured)]
    for row, (name, words) in enumerate(names.items()):
        y = top + row * group
        drawn.append(_text(LEFT - 8, y + BAR * len(measured) / 2 + 4, words, "end"))
        for index, one in enumerate(measured):
            drawn.append(_bar(y + index * BAR, one["times"][name], most, COLOURS[index % len(COLOURS)]))
    height = top + group * len(names)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LEFT + WIDE + 110} {height}" font-family="sans-serif" font-size="12">'
    return f"{head}\n<title>Durée de chaque geste, en millisecondes</title>\n{chr(10).join(drawn)}\n</svg>\n"


def _key(index: int, one: dict[str, Any]) -> str:
    words = f"{one['engine']}, {one['patients']} patients × {one['resources']} ressources"
    y = 8 + 16 * index
    square = f'<rect x="{LEFT}" y="{y}" width="10" height="10" fill="{COLOURS[index % len(COLOURS)]}"/>'
    return square + _text(LEFT + 16, y + 10, words, "start")


def _bar(y: float, taken: Mapping[str, float], most: float, colour: str) -> str:
    median, far = taken["median"] / most * WIDE, taken["p95"] / most * WIDE
    middle = y + BAR / 2
    return (
        f'<rect x="{LEFT}" y="{y}" width="{median:.1f}" height="{BAR - 2}" fill="{colour}"/>'
        f'<path d="M{LEFT + median:.1f} {middle - 1:.1f}H{LEFT + far:.1f}" stroke="{colour}"/>'
        + _text(LEFT + far + 5, y + BAR - 2, f"{taken['median']:.1f} ms", "start")
    )


def _text(x: float, y: float, words: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="#555">{escape(words)}</text>'
