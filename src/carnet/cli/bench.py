"""`carnet bench NAME`: the measurements, as a table or as one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from carnet.bench import first, matching, place


def add(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="MESURE")
    _add_first(_named(names, "first", "les gestes de base, sur chaque moteur"))
    paired = _named(names, "matching", "le rapprochement d'identités, sur des fichiers FEBRL")
    paired.add_argument(
        "files", nargs="+", type=Path, metavar="FICHIER", help="un (doublons) ou deux (liens)"
    )


def _named(names: Any, name: str, words: str) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = names.add_parser(name, help=words, description=words)
    parser.add_argument(
        "--json", action="store_true", default=argparse.SUPPRESS, help="écrire pour une machine"
    )
    return parser


def _add_first(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", type=int, default=100)
    parser.add_argument("--resources", type=int, default=50, help="par patient")
    parser.add_argument("--calls", type=int, default=200, help="appels par passage")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Take the measurement that was named."""
    return _matching(args) if args.name == "matching" else _first(args)


def _matching(args: argparse.Namespace) -> int:
    figures = matching.run(args.files)
    print(json.dumps(figures) if args.json else matching.table(figures))
    return 0


def _first(args: argparse.Namespace) -> int:
    """Measure on each engine that is there, one process each."""
    sizes = {"patients": args.patients, "resources": args.resources, "calls": args.calls}
    if args.here:
        print(json.dumps(first.run(settings.HOME, **sizes)))
        return 0
    passed = [f"--{name}={value}" for name, value in sizes.items()]
    figures = {engine: _announced(engine, passed) for engine in place.engines()}
    print(json.dumps(figures) if args.json else _table(figures))
    return 0


def _announced(engine: str, passed: list[str]) -> dict[str, Any]:
    print(f"mesure sur {engine}…", file=sys.stderr)
    return place.measure("first", engine, passed)


def _table(figures: dict[str, dict[str, Any]]) -> str:
    head = "| | " + " | ".join(f"{engine} | × plancher" for engine in figures) + " |"
    lines = [head, "|---|" + "---:|---:|" * len(figures)]
    for name, (label, unit, floor) in first.FIGURES.items():
        cells = [f"{_value(taken[name])} {unit} | {_ratio(taken, name, floor)}" for taken in figures.values()]
        lines.append(f"| {label} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _value(value: float) -> str:
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}".replace(",", " ")


def _ratio(taken: dict[str, Any], name: str, floor: str | None) -> str:
    return f"{taken[name] / taken[floor]:.1f}" if floor else ""
