"""What `scale` measured as Markdown tables: what a person waits, what the processor works, how it grows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from carnet.bench import scale
from carnet.bench.gestures import NAMES

_WEIGHTS = (
    ("fill_per_second", "remplissage, ressources par seconde"),
    ("kept", "ressources en tout"),
    ("memory_mb", "mémoire, Mo"),
    ("disk_mb", "disque, Mo"),
    ("load_before", "charge de la machine avant"),
    ("load_after", "charge de la machine après"),
)


_BEGIN = "<!-- written by `carnet bench scale --table` -->"
_END = "<!-- end of what is generated -->"


def put(tables: str, page: str) -> str:
    """The page with these tables where it keeps its own; only the tables for a page that keeps none."""
    before, begin, rest = page.partition(_BEGIN)
    _old, end, after = rest.partition(_END)
    return f"{before}{begin}\n\n{tables}\n\n{end}{after}" if begin and end else f"{tables}\n"


def table(measured: Sequence[dict[str, Any]]) -> str:
    """Medians and p95 in milliseconds, then what it weighs; the same in processor time; growth; what was missed."""
    heads = [f"{one['engine']} {_words(one['patients'])} × {one['resources']}" for one in measured]
    weights = [_row(words, [_words(one[name]) for one in measured]) for name, words in _WEIGHTS]
    parts = [
        f"Mesuré le {measured[0]['day']} sur une machine de {measured[0]['cores']} cœurs.",
        "Ce qu'une personne attend, médiane (p95), en millisecondes :",
        [*_head(heads), *_times(measured, "median", "p95"), *weights],
        "Temps de processeur du programme, médiane (p95), en millisecondes :",
        [*_head(heads), *_times(measured, "cpu", "cpu_p95")],
        *_growth(measured),
        *_missed(measured),
    ]
    return "\n\n".join("\n".join(part) if isinstance(part, list) else part for part in parts)


def _times(measured: Sequence[dict[str, Any]], middle: str, far: str) -> list[str]:
    return [
        _row(
            f"{words} (promis {scale.MOST[name]})" if name in scale.MOST and far == "p95" else words,
            [f"{one['times'][name][middle]:.1f} ({one['times'][name][far]:.1f})" for one in measured],
        )
        for name, words in NAMES.items()
    ]


def _growth(measured: Sequence[dict[str, Any]]) -> list[str | list[str]]:
    found = scale.growth(measured)
    if not found:
        return []
    rows = [
        _row(words, [f"× {of[name]}" if name in of else "" for of in found.values()])
        for name, words in NAMES.items()
    ]
    return ["Du plus petit au plus grand cabinet, médiane sur médiane :", [*_head(list(found)), *rows]]


def _missed(measured: Sequence[dict[str, Any]]) -> list[str | list[str]]:
    if all(one["engine"] != "sqlcipher" for one in measured):
        return []
    failed = [f"- {line}" for line in scale.missed(measured)]
    return ["Promesses non tenues :", failed] if failed else ["Toutes les promesses sont tenues."]


def _head(heads: Sequence[str]) -> list[str]:
    return ["| | " + " | ".join(heads) + " |", "|---|" + "---:|" * len(heads)]


def _row(words: str, cells: Sequence[str]) -> str:
    return f"| {words} | {' | '.join(cells)} |"


def _words(number: float) -> str:
    return f"{number:,}".replace(",", " ")
