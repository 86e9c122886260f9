"""A document whose patient only resembles somebody: compared side by side, filed by one key; then the national
teleservice asked from the page of the identity."""

from __future__ import annotations

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Keyboard, Mouse, install, sound, until

pytestmark = pytest.mark.journey

JEANNE = {"birth_name": "Dupond", "given": "Jeanne", "birth_date": "11/02/1961"}
SENT = {
    "resourceType": "Patient",
    "gender": "female",
    "birthDate": "1961-02-11",
    "name": [{"use": "official", "family": "Dupont", "given": ["Jeanne"]}],
}


def test_compared_filed_by_one_key_and_asked_about(new_practice: str, page: Page) -> None:
    install(Mouse(page), new_practice)
    by = Keyboard(page)
    page.goto(re.sub("/(day|patient).*", "/patient/new", page.url))
    Mouse(page).fill(**JEANNE)
    page.select_option("[name=gender]", "female")
    by.send("Créer le dossier")
    record = page.url
    page.goto(re.sub("/patient/.*", "/practice/import", record))
    page.set_input_files(
        "#files",
        {"name": "patient.json", "mimeType": "application/json", "buffer": json.dumps(SENT).encode()},
    )
    expect(page.get_by_role("columnheader", name="DUPOND Jeanne")).to_be_visible()
    expect(page.get_by_text("Import terminé.")).to_be_attached()
    sound(page)
    page.wait_for_timeout(300)  # the list was seen
    button = page.get_by_role("button", name="Classer dans ce dossier")
    button.focus()
    page.keyboard.press("1")
    expect(page.get_by_text("importé")).to_be_visible()
    page.goto(f"{record}/edit")
    by.send("Interroger le téléservice INS")
    expect(page.get_by_text("n'est pas installé ici")).to_be_visible()
    sound(page)


def test_a_list_that_follows_other_words_files_nothing(new_practice: str, page: Page) -> None:
    install(Mouse(page), new_practice)
    page.goto(re.sub("/(day|patient).*", "/patient/new", page.url))
    Mouse(page).fill(**JEANNE)
    Mouse(page).send("Créer le dossier")
    page.goto(re.sub("/patient/.*", "/practice/import", page.url))
    page.set_input_files(
        "#files",
        {"name": "patient.json", "mimeType": "application/json", "buffer": json.dumps(SENT).encode()},
    )
    shown = page.get_by_role("columnheader", name="DUPOND Jeanne")
    expect(shown).to_be_visible()
    page.wait_for_timeout(300)
    button, held = page.get_by_role("button", name="Classer dans ce dossier"), list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/candidates", hold)
    page.get_by_label("Chercher le dossier").fill("dupond")
    button.click()  # of those who resembled, while another is looked for
    until(page, lambda: bool(held))
    held[0].continue_()
    expect(shown).to_be_hidden()
    expect(page.get_by_text("importé", exact=True)).to_have_count(0)
    page.wait_for_timeout(300)
    button.click()
    expect(page.get_by_text("importé")).to_be_visible()
