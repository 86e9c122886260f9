"""`carnet check`: is the cell sound? Exit status 1 when it is not."""

from __future__ import annotations

import argparse
import json

from django.conf import settings

from carnet.cli import opening
from carnet.fhir.errors import Damaged
from carnet.record import check


def add(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""


def run(args: argparse.Namespace) -> int:
    """Open the cell and check all of it; a cell too damaged to open is a finding, too."""
    try:
        opening.open_cell(settings.HOME)
        report = check.check()
    except Damaged as error:
        report = check.Report(False, [str(error)], [])
    if args.json:
        print(
            json.dumps(
                {"ok": report.ok, "findings": report.findings, "notes": report.notes}, ensure_ascii=False
            )
        )
    else:
        print("\n".join([*report.findings, *report.notes]))
        print("Tout est en ordre." if report.ok else f"{len(report.findings)} anomalie(s).")
    return 0 if report.ok else 1
