"""Runs axe-core on the page as it stands, in both themes."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}


def violations(page: Page) -> list[str]:
    """Each violation as `theme: rule: element`; nothing when the page is sound in light and in dark."""
    found: list[str] = []
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if not page.evaluate("() => Boolean(window.axe)"):
            page.evaluate(AXE.read_text("utf-8"))
        for violation in page.evaluate("rules => axe.run(document, rules).then(r => r.violations)", RULES):
            found += [f"{theme}: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    page.emulate_media(color_scheme="light")
    return found
