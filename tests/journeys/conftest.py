"""A real server, a real browser. Every journey also proves that no page asks anything of another origin."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
             "--disable-component-update", "--disable-sync"]  # fmt: skip
WAIT = 90_000  # milliseconds that a busy machine may take for a page; none of the promises of the program
expect.set_options(timeout=WAIT)


def start(home: Path, *command: str) -> tuple[subprocess.Popen[str], dict[str, str]]:
    """Start `carnet COMMAND --json` on a free port; the process, and the line it prints once it serves."""
    environment = {**os.environ, "CARNET_HOME": str(home)}
    for name in ("CARNET_PASSPHRASE", "CARNET_DATABASE_URL"):
        environment.pop(name, None)
    process = subprocess.Popen(
        [sys.executable, "-m", "carnet.cli.main", *command, "--port", "0", "--json"],
        env=environment, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the server did not start"
    return process, json.loads(line)


@pytest.fixture
def new_practice(tmp_path: Path) -> Iterator[str]:
    """A server on an empty home: the one-time link it prints."""
    process, said = start(tmp_path / "cell", "serve")
    try:
        yield said["url"]
    finally:
        process.terminate()
        process.wait(60)


@pytest.fixture(
    scope="package"
)  # not the session: its event loop would forbid the database to the tests that follow
def browser() -> Iterator[Browser]:
    if not Path(CHROMIUM).exists():
        pytest.skip("Chromium is not installed: apt install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    """A fresh browser whose requests are all counted; one to another origin fails the journey."""
    context = browser.new_context(locale="fr-FR", viewport={"width": 1440, "height": 900})
    context.set_default_timeout(WAIT)
    asked: list[str] = []
    context.on("request", lambda request: asked.append(_origin(request)))
    yield context
    context.close()
    assert {origin for origin in asked if not origin.startswith("http://127.0.0.1:")} == set()


def _origin(request: Request) -> str:
    # The last two are the browser's own reader of PDF, part of itself.
    own = ("data:", "blob:", "about:", "chrome-extension:", "chrome:")
    return "http://127.0.0.1:" if request.url.startswith(own) else request.url


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """One tab; an error in its scripts fails the journey."""
    page = context.new_page()
    page.on("pageerror", _fail)
    return page


def _fail(error: object) -> None:
    pytest.fail(f"a script of the page failed: {error}")
