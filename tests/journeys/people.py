"""What a person does with a browser, once by mouse and once by keyboard alone."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from playwright.sync_api import Locator, Page, expect

from carnet.accounts import totp
from tests.journeys.axe import violations
from tests.journeys.conftest import WAIT

NAME, PASSWORD = "alice", "oiseau lampe vert 42 nuages"
PASSPHRASE = "cheval correct batterie agrafe"
# A practice is made in one go, and a machine with other work takes its time for it.
CREATION = 240_000  # milliseconds


def onward(page: Page, key: str) -> None:
    """Press a key that leads to another page, and wait until that page hears keys."""
    with page.expect_navigation():
        page.keyboard.press(key)


def chooses(page: Page) -> None:
    """Enter on a line of the palette, once the list answers the words and a person had the time to see it."""
    expect(page.locator("#palette-results")).not_to_have_attribute("aria-busy", "true")
    page.wait_for_timeout(300)
    onward(page, "Enter")


def until(page: Page, true: Callable[[], bool]) -> None:
    """Wait for what only the test sees, as the requests that it holds."""
    end = time.monotonic() + WAIT / 1000
    while not true() and time.monotonic() < end:
        page.wait_for_timeout(50)
    assert true()


def sound(page: Page) -> None:
    """The page as it stands has no accessibility violation, in either theme."""
    assert violations(page) == []


def code(secret: str, later: int = 0) -> str:
    """What the telephone shows, `later` steps of 30 seconds from now (a code serves once)."""
    return totp.code_at("".join(secret.split()), datetime.now(UTC) + timedelta(seconds=30 * later))


class Mouse:
    """Points and clicks."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"main [name={name}]").fill(value)

    def press(self, verb: str) -> None:
        self.page.get_by_role("button", name=verb, exact=True).click()

    def send(self, verb: str) -> None:
        """Press the verb of a form, and wait for the page that follows."""
        with self.page.expect_navigation():
            self.press(verb)

    def follow(self, words: str) -> None:
        """Take a link, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            self._take(self.page.get_by_role("link", name=words).first)

    def _take(self, link: Locator) -> None:
        link.click()

    def unfold(self, selector: str) -> None:
        self.page.locator(selector).first.click()


class Keyboard(Mouse):
    """Never touches the mouse: Tab to reach, keys to act."""

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self._reach(f"[name={name}]")
            self.page.keyboard.press("Control+A")
            self.page.keyboard.type(value)

    def press(self, verb: str) -> None:
        self._reach_words(self.page.get_by_role("button", name=verb, exact=True))
        self.page.keyboard.press("Enter")

    def _take(self, link: Locator) -> None:
        self._reach_words(link)
        self.page.keyboard.press("Enter")

    def unfold(self, selector: str) -> None:
        self._reach(selector)
        self.page.keyboard.press("Enter")

    def _reach(self, selector: str) -> None:
        self._tab_until(
            lambda: self.page.evaluate("s => document.activeElement?.matches(s)", selector), selector
        )

    def _reach_words(self, target: Locator) -> None:
        # Looked for anew each time: a part of the page that is asked for again now and then has other elements.
        self._tab_until(lambda: target.evaluate("e => e === document.activeElement"), str(target))

    def _tab_until(self, reached: object, what: str) -> None:
        for _ in range(120):
            if reached():  # type: ignore[operator]
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"the keyboard never reaches {what}")


def install(hand: Mouse, link: str) -> str:
    """First start, to *Ma journée*; returns the secret that the telephone holds."""
    page = hand.page
    page.goto(link)
    sound(page)
    hand.fill(practice_name="Cabinet des Tilleuls", given="Alice", family="Martin", sign_in_name=NAME)
    hand.send("Continuer")
    sound(page)
    hand.fill(passphrase=PASSPHRASE, again=PASSPHRASE)
    hand.send("Continuer")
    sound(page)
    hand.fill(last_group=page.locator(".key code").last.inner_text())
    hand.send("Ma clé est en lieu sûr")
    sound(page)
    hand.fill(password=PASSWORD, again=PASSWORD)
    hand.send("Continuer")
    sound(page)
    secret = page.locator("code.secret").inner_text()
    hand.fill(code=code(secret))
    page.set_default_timeout(CREATION)
    hand.send("Créer le cabinet")
    page.set_default_timeout(WAIT)
    expect(page.get_by_role("heading", name="Votre cabinet est prêt")).to_be_visible()
    sound(page)
    hand.send("Ouvrir ma journée")
    expect(page).to_have_url(re.compile("/day$"))
    return secret


def sign_in(hand: Mouse, secret: str, later: int = 1) -> None:
    """Name and password, then the code of the telephone."""
    sound(hand.page)
    hand.fill(sign_in_name=NAME, password=PASSWORD)
    hand.send("Continuer")
    sound(hand.page)
    hand.fill(code=code(secret, later))
    hand.send("Se connecter")
