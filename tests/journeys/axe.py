"""Runs axe-core on the page as it stands, in both themes. It runs beside the scripts of the page, not among them: a clock
that a journey holds does not hold it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import CDPSession, Page

AXE = Path(__file__).parents[2] / "node_modules/axe-core/axe.min.js"
RULES = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    }
}
RUN = f"axe.run(document, {json.dumps(RULES)}).then(r => r.violations)"


def violations(page: Page) -> list[str]:
    """Each violation as `theme: rule: element`; nothing when the page is sound in light and in dark."""
    found: list[str] = []
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame})["executionContextId"]
    evaluated(session, world, AXE.read_text("utf-8") + "; true")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        for violation in evaluated(session, world, RUN):
            found += [f"{theme}: {violation['id']}: {node['html'][:160]}" for node in violation["nodes"]]
    page.emulate_media(color_scheme="light")
    session.detach()
    return found


def evaluated(session: CDPSession, world: int, script: str) -> Any:
    asked = {"contextId": world, "expression": script, "awaitPromise": True, "returnByValue": True}
    answer = session.send("Runtime.evaluate", asked)
    assert "exceptionDetails" not in answer, answer["exceptionDetails"]
    return answer["result"]["value"]
