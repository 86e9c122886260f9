"""Measures the reader: how long the module takes to be ready, how long a note of a hundred words takes once warm, and
how much memory. The notes are made here; nothing of a patient is read. Needs no cell."""

from __future__ import annotations

import resource
import statistics
import sys
import time
from typing import Any

from carnet.reading import reader
from carnet.reading.facts import Context
from carnet.reading.reader import Reader
from carnet.reference.names import shipped_names

WORDS = 100
CONTEXT = Context(age=67, sex="F", date="2026-11-20")
# Pieces of ordinary visits, joined in every order to notes of about a hundred words.
PIECES = (
    "ATCD : HTA, DT2, cholécystectomie 2012, phlébite MID 2015. AF : père IDM à 55 ans, mère DT2.",
    "TTT : Metformine 1000 1-0-1, Ramipril 5 1/j, Atorvastatine 20 1 cp le soir, Kardegic 75 1/j.",
    "Vient pour toux grasse depuis 3 jours, rhinorrhée, pas de fièvre ni dyspnée. Tabac 20 PA sevré 2015.",
    "TA 145/85 FC 72 Pds 78,5 IMC 27,3 SpO2 97% AA T° 37,2. Auscultation pulmonaire libre, tympans normaux.",
    "HbA1c 7,2 LDL 1,02 g/L DFG 58 K 4,2 créat 95. BU négative. Pas d'allergie connue.",
    "Lombalgie aiguë après effort, EVA 7/10, pas de sciatique, Lasègue négatif, susp hernie discale.",
    "CAT : Amoxicilline 1 g 1 cp x3/j 6 j, paracétamol 1g x3/j si douleur max 4/j, Ventoline 2 bouff x4/j.",
    "Bio NFS CRP iono, RX thorax, avis cardio. AT 3 jours. Vaccin grippe fait ce jour. Rdv dans 3 mois.",
)


def run(calls: int = 200) -> dict[str, Any]:
    """CPU time, so that a busy machine changes little: `ready_s`, then milliseconds for a hundred words."""
    before = time.process_time()
    reading = reader.packaged(shipped_names())
    reading.read(notes()[0], CONTEXT)
    ready = time.process_time() - before
    taken = sorted(_times(reading, calls))
    return {
        "ready_s": ready,
        "median_ms": statistics.median(taken),
        "p95_ms": taken[int(len(taken) * 0.95)],
        "notes": len(taken),
        "memory_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        / (1 if sys.platform == "darwin" else 1024),
    }


def _times(reading: Reader, calls: int) -> list[float]:
    """Milliseconds of each call, brought to a hundred words; one round first to warm."""
    texts = notes()
    for text in texts:
        reading.read(text, CONTEXT)
    taken = []
    for call in range(calls):
        text = texts[call % len(texts)]
        before = time.process_time()
        reading.read(text, CONTEXT)
        taken.append((time.process_time() - before) * 1000 * WORDS / len(text.split()))
    return taken


def notes() -> list[str]:
    """Notes of about a hundred words, each beginning with another piece."""
    found = []
    for first in range(len(PIECES)):
        text, place = "", first
        while len(text.split()) < WORDS:
            text += PIECES[place % len(PIECES)] + "\n"
            place += 1
        found.append(text)
    return found


def table(figures: dict[str, Any]) -> str:
    """The same for a person to read."""
    rows = [
        ("prêt (tables et première lecture)", f"{figures['ready_s']:.2f} s", "1 s"),
        ("100 mots, médiane", f"{figures['median_ms']:.1f} ms", "20 ms"),
        ("100 mots, 95e centile", f"{figures['p95_ms']:.1f} ms", ""),
        ("mémoire du processus", f"{figures['memory_mb']:.0f} Mo", "150 Mo"),
    ]
    lines = ["| lecture | mesuré | limite |", "|---|---:|---:|"]
    return "\n".join([*lines, *(f"| {label} | {value} | {limit} |" for label, value, limit in rows)])
