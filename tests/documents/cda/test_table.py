"""The page on what is understood: generated, balanced, and free of any content of the documents."""

from __future__ import annotations

from pathlib import Path

import pytest
from tools.cda_table import PAGE, main, page

from carnet.documents.cda.read import read
from tests.documents.cda.test_statements import EVERYTHING


def test_the_sums_balance_and_no_content_leaks() -> None:
    written = page([read(EVERYTHING.encode())])
    assert "| **all** | **17** | **8** | **7** | **2** |" in written
    assert "BLANDIN" not in written and "Hypertension" not in written  # noqa: PT018


def test_nothing_read_writes_nothing(tmp_path: Path) -> None:
    (tmp_path / "other.xml").write_text("<a/>")
    assert main([str(tmp_path)]) == 1


@pytest.mark.shared
def test_the_committed_page_is_up_to_date(shared_data: Path) -> None:
    folders = [shared_data / "interop" / name for name in ("cda-3.0", "cda-2.41")]
    found = [read(path.read_bytes()) for folder in folders for path in sorted(folder.glob("*.xml"))]
    assert PAGE.read_text(encoding="utf-8") == page(found), "run python tools/cda_table.py again"
