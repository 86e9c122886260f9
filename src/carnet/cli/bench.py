"""`carnet bench NAME`: the measurements, as a table or as one JSON object."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from django.conf import settings

from carnet.bench import (
    api,
    first,
    gestures,
    matching,
    place,
    reading,
    scale,
    scale_picture,
    scale_table,
    timing,
)
from carnet.demo import bulk


def add(parser: argparse.ArgumentParser) -> None:
    names = parser.add_subparsers(dest="name", required=True, metavar="MESURE")
    _add_first(_named(names, "first", "les gestes de base, sur chaque moteur"))
    _add_scale(_named(names, "scale", "les gestes dans un petit et dans un grand cabinet, sur chaque moteur"))
    _add_api(_named(names, "api", "la porte FHIR, client et serveur sur les mêmes processeurs"))
    _add_reading(_named(names, "reading", "la lecture des notes : temps et mémoire"))
    paired = _named(names, "matching", "le rapprochement d'identités, sur des fichiers FEBRL")
    paired.add_argument(
        "files", nargs="+", type=Path, metavar="FICHIER", help="un (doublons) ou deux (liens)"
    )


def _add_api(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--patients", type=int, default=1000)
    parser.add_argument("--resources", type=int, default=100, help="par patient")
    parser.add_argument("--runs", type=int, default=timing.RUNS)
    parser.add_argument("--engines", default=",".join(place.engines()), help="sqlcipher, postgresql")
    parser.add_argument("--workers", default="1,2", help="processus ; un seul sur sqlcipher")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)


def _add_reading(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--calls", type=int, default=200, help="notes lues")


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


def _add_scale(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--sizes", default="1000x100,10000x100,100000x10", help="patients x ressources, …")
    parser.add_argument("--engines", default=",".join(place.engines()), help="sqlcipher, postgresql")
    parser.add_argument("--calls", type=int, default=60, help="appels de chaque geste")
    parser.add_argument("--svg", type=Path, metavar="FICHIER", help="écrire aussi une image")
    parser.add_argument(
        "--table", type=Path, metavar="FICHIER", help="écrire aussi les tableaux dans cette page"
    )
    parser.add_argument(
        "--homes", type=Path, metavar="DIR", help="garder ici les cabinets remplis, pour les mesurer encore"
    )
    parser.add_argument("--fill-only", action="store_true", help="remplir sans mesurer (avec --homes)")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=("fill", "measure"), help=argparse.SUPPRESS)


def run(args: argparse.Namespace) -> int:
    """Take the measurement that was named."""
    measures = {"api": _api, "matching": _matching, "first": _first, "scale": _scale, "reading": _reading}
    return measures[args.name](args)


def _scale(args: argparse.Namespace) -> int:
    """Each size on each engine in its own practice: one process fills it, another measures in it."""
    sizes = [bulk.counted(size) for size in args.sizes.split(",")]
    if args.here:
        print(json.dumps(_here(args, *sizes[0])))
        return 0
    engines = args.engines.split(",")
    taken = [_one_size(args, engine, f"{p}x{r}") for engine in engines for p, r in sizes]
    measured = [one for one in taken if "times" in one]
    if not measured:
        return 0
    if args.svg:
        args.svg.write_text(scale_picture.svg(measured, gestures.NAMES), "utf-8")
    if args.table:
        page = args.table.read_text("utf-8") if args.table.exists() else ""
        args.table.write_text(scale_table.put(scale_table.table(measured), page), "utf-8")
    figures = {"measured": measured, "growth": scale.growth(measured), "missed": scale.missed(measured)}
    print(json.dumps(figures, ensure_ascii=False, indent=1) if args.json else scale_table.table(measured))
    return 0


def _here(args: argparse.Namespace, patients: int, resources: int) -> dict[str, Any]:
    filler = gestures.Filler(bulk.complete, bulk.fill, bulk.patient_id, bulk.letter)
    if args.step == "fill":
        return scale.fill(settings.HOME, filler, patients=patients, resources=resources)
    return scale.measure(settings.HOME, filler, patients=patients, resources=resources, calls=args.calls)


def _one_size(args: argparse.Namespace, engine: str, size: str) -> dict[str, Any]:
    kept = args.homes.absolute() / f"{engine}-{size}" if args.homes else None
    with place.opened(engine, kept) as run:
        print(f"{engine} {size} : remplissage…", file=sys.stderr)
        made = run("scale", [f"--sizes={size}", "--step=fill"])
        if args.fill_only:
            return made
        print(f"{engine} {size} : mesure…", file=sys.stderr)
        return run("scale", [f"--sizes={size}", "--step=measure", f"--calls={args.calls}"])


def _api(args: argparse.Namespace) -> int:
    """Each engine and number of workers, in an empty home each."""
    size = {"patients": args.patients, "resources": args.resources, "runs": args.runs}
    if args.here:
        size["workers"] = int(args.workers)
        print(json.dumps(api.run(settings.HOME, bulk.fill, bulk.patient_id, **size)))
        return 0
    passed = [f"--{name}={value}" for name, value in size.items()]
    measured = [
        _announced("api", engine, [*passed, f"--workers={workers}"])
        for engine in args.engines.split(",")
        for workers in args.workers.split(",")
        if engine != "sqlcipher" or workers == "1"
    ]
    print(json.dumps(measured, ensure_ascii=False, indent=1) if args.json else api.table(measured))
    return 0


def _matching(args: argparse.Namespace) -> int:
    figures = matching.run(args.files)
    print(json.dumps(figures) if args.json else matching.table(figures))
    return 0


def _reading(args: argparse.Namespace) -> int:
    figures = reading.run(args.calls)
    print(json.dumps(figures) if args.json else reading.table(figures))
    return 0


def _first(args: argparse.Namespace) -> int:
    """Measure on each engine that is there, one process each."""
    sizes = {"patients": args.patients, "resources": args.resources, "calls": args.calls}
    if args.here:
        print(json.dumps(first.run(settings.HOME, **sizes)))
        return 0
    passed = [f"--{name}={value}" for name, value in sizes.items()]
    figures = {engine: _announced("first", engine, passed) for engine in place.engines()}
    print(json.dumps(figures) if args.json else _table(figures))
    return 0


def _announced(name: str, engine: str, passed: list[str]) -> dict[str, Any]:
    print(f"mesure sur {engine} {' '.join(passed)}…", file=sys.stderr)
    return place.measure(name, engine, passed)


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
