"""No page asks a third party for anything: no address in templates, styles or scripts but names of standards."""

from __future__ import annotations

import re
from pathlib import Path

from tests.house.sources import PACKAGE, ROOT

ADDRESS = re.compile(r"""(?:https?:|wss?:)//[^\s"'<>)]+|(?<=["'(])//[a-z0-9-]+\.[^\s"'<>)]+""")
# XML namespaces and the code systems of FHIR are names; nobody fetches them.
NAMES = (
    "http://www.w3.org/",
    "https://www.w3.org/",
    "http://hl7.org/",
    "http://loinc.org",
    "http://unitsofmeasure.org",
)
INLINE_SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>", re.I)
INLINE_HANDLER = re.compile(r"""\s(on[a-z]+|style)\s*=\s*["']""", re.I)


def pages(*suffixes: str) -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*")) if path.suffix in suffixes and path.is_file()]


def markup(path: Path) -> str:
    """What reaches the browser: the page without the remarks of its authors."""
    return re.sub(r"{% comment %}.*?{% endcomment %}|{#.*?#}", "", path.read_text("utf-8"), flags=re.S)


def is_vendor(path: Path) -> bool:
    return "vendor" in path.parts


def test_pages_name_no_other_origin() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {address}"
        for path in pages(".html", ".css", ".js", ".svg")
        if not is_vendor(path)
        for address in ADDRESS.findall(path.read_text("utf-8"))
        if not address.startswith(NAMES)
    ]
    assert found == []


def test_vendor_styles_load_nothing_from_elsewhere() -> None:
    loads = re.compile(r"(?:@import|url\()\s*[\"']?(?:https?:)?//")
    assert [str(path) for path in pages(".css") if loads.search(path.read_text("utf-8"))] == []


def test_no_script_or_style_inside_a_page() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match.group(0).strip()}"
        for path in pages(".html")
        for pattern in (INLINE_SCRIPT, INLINE_HANDLER)
        for match in pattern.finditer(markup(path))
    ]
    assert found == [], "the content security policy refuses it"
