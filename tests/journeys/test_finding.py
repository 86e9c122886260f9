"""Anybody is found in a few keys, and nobody is opened twice: by name and date, by telephone, by the card that is
scanned; a likely double warns before it is made. By keyboard alone, every screen sound in both themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Keyboard, Mouse, chooses, install, onward, sound
from tests.web.test_scan import SCAN

pytestmark = pytest.mark.journey

DUPONT = {"birth_name": "Dupont", "given": "Martine", "birth_date": "12/03/1955", "phone": "05 56 11 22 33"}
DUPUIS = {"birth_name": "Dupuis", "given": "Marc", "birth_date": "30/11/1990", "phone": "05 57 44 55 66"}


def test_found_by_keyboard_alone(new_practice: str, page: Page) -> None:
    install(Mouse(page), new_practice)
    by = Keyboard(page)
    creates(by, **DUPONT)
    creates(by, **DUPUIS)
    for typed in ("dup mar 12/03/55", "dupnot martine", "0556112233"):
        finds(by, typed, "DUPONT Martine")
    scans_a_new_patient(by)
    scans_a_known_patient(by)
    is_warned_of_a_double(by)


def new(by: Keyboard) -> None:
    """To the form of a new patient, from anywhere: the palette knows it by name."""
    by.page.keyboard.press("Control+k")
    by.page.keyboard.type("nouveau patient")
    expect(by.page.get_by_role("option").first).to_contain_text("Nouveau patient")
    onward(by.page, "Enter")
    expect(by.page.get_by_role("heading", name="Nouveau patient")).to_be_visible()


def creates(by: Keyboard, **typed: str) -> None:
    new(by)
    sound(by.page)
    by.fill(**typed)
    by.send("Créer le dossier")
    expect(by.page).to_have_url(re.compile("/patient/[0-9a-f-]+$"))


def finds(by: Keyboard, typed: str, name: str) -> None:
    by.page.keyboard.press("Control+k")
    by.page.keyboard.type(typed)
    option = by.page.get_by_role("option").first
    expect(option).to_contain_text(name)
    sound(by.page)
    chooses(by.page)
    expect(by.page.get_by_text(name).first).to_be_visible()


def scans_a_new_patient(by: Keyboard) -> None:
    """The reader types like a keyboard, ending with Enter; nothing is kept before the form is sent."""
    new(by)
    expect(by.page.locator("#scan")).to_be_focused()
    by.page.keyboard.insert_text(SCAN)
    by.page.keyboard.press("Enter")
    expect(by.page.get_by_text("Identité lue dans le Datamatrix")).to_be_visible()
    sound(by.page)
    by.send("Créer le dossier")
    expect(by.page).to_have_url(re.compile("/patient/[0-9a-f-]+$"))


def scans_a_known_patient(by: Keyboard) -> None:
    known = by.page.url
    by.page.goto(re.sub("/patient/.*", "/day", known))
    by.page.keyboard.press("Control+k")
    by.page.keyboard.insert_text(SCAN)
    onward(by.page, "Enter")  # at once, as the reader does
    expect(by.page).to_have_url(known)


def is_warned_of_a_double(by: Keyboard) -> None:
    new(by)
    by.fill(birth_name="Dupond", given="Martine", birth_date="12/03/1955", phone="0556112233")
    by.send("Créer le dossier")
    expect(by.page.get_by_text("Un dossier ressemble à celui-ci.")).to_be_visible()
    double = by.page.get_by_role("link", name=re.compile("DUPONT Martine"))
    expect(double).to_be_focused()
    sound(by.page)
    onward(by.page, "Enter")
    expect(by.page.get_by_role("link", name=re.compile("DUPONT Martine")).first).to_be_visible()
    expect(by.page.get_by_role("heading", name="Dossier", exact=True)).to_be_attached()
