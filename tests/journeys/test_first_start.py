"""From the link in the terminal to *Ma journée*, by mouse and by keyboard alone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.journeys.people import Keyboard, Mouse, install, sound

pytestmark = pytest.mark.journey


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_first_start(new_practice: str, page: Page, hand: type[Mouse]) -> None:
    install(hand(page), new_practice)
    sound(page)
