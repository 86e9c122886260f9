"""One person had two records: found, compared, merged, separated, and what was written meanwhile given back, by
keyboard alone. Every screen on the way is sound in both themes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.people import Keyboard, Mouse, install, onward, sound

pytestmark = pytest.mark.journey

JEANNE = {
    "given": "Jeanne",
    "birth_date": "1961-02-11",
    "phone": "0556001122",
    "street": "12 rue des Tilleuls",
    "postal_code": "33000",
    "city": "Bordeaux",
}


def test_merged_and_separated(new_practice: str, page: Page) -> None:
    install(Mouse(page), new_practice)
    creates(Mouse(page), birth_name="Dupond")
    creates(Mouse(page), birth_name="Dupont")
    by = Keyboard(page)
    finds_the_double(by)
    merges(by)
    writes_a_note(by)
    separates(by)
    gives_back(by)


def creates(by: Mouse, **named: str) -> None:
    by.page.goto(re.sub("/(day|patient).*", "/patient/new", by.page.url))
    by.fill(**named, **JEANNE)
    by.page.select_option("[name=gender]", "female")
    by.send("Créer le dossier")
    anyway = by.page.get_by_role("button", name="C’est une autre personne : créer le dossier")
    if anyway.is_visible():
        sound(by.page)
        by.send("C’est une autre personne : créer le dossier")
    expect(by.page.get_by_role("heading", name="Dossier", exact=True)).to_be_attached()


def finds_the_double(by: Mouse) -> None:
    by.follow("Cabinet")
    by.follow("Doublons possibles")
    by.send("Comparer maintenant")
    expect(by.page.get_by_text("1 paire à regarder.")).to_be_visible()
    sound(by.page)
    by.follow("DUPON")
    expect(by.page.get_by_role("heading", name="Une ou deux personnes ?")).to_be_visible()
    expect(by.page.get_by_role("row", name="Nom de naissance")).to_contain_text("différent")
    sound(by.page)


def merges(by: Mouse) -> None:
    by.send("Fusionner")
    expect(by.page.get_by_text("Dossiers réunis.")).to_be_visible()
    expect(by.page.get_by_text("Réuni avec")).to_be_visible()
    sound(by.page)


def writes_a_note(by: Mouse) -> None:
    by.send("Nouvelle consultation")
    expect(by.page.locator("#note")).to_be_focused()
    by.page.keyboard.type("Toux depuis trois jours.")
    expect(by.page.get_by_text("Brouillon enregistré à")).to_be_visible()
    onward(by.page, "Control+Enter")
    expect(by.page.get_by_text("Toux depuis").first).to_be_visible()
    expect(by.page.locator("#note")).to_have_count(0)


def separates(by: Mouse) -> None:
    by.follow("voir, séparer")
    expect(by.page.get_by_role("heading", name="Deux dossiers réunis")).to_be_visible()
    sound(by.page)
    by.send("Séparer les deux dossiers")


def gives_back(by: Mouse) -> None:
    expect(by.page.get_by_role("heading", name="À attribuer")).to_be_visible()
    sound(by.page)
    verb = by.page.get_by_role("button", name=re.compile("^Donner à")).first.inner_text()
    by.send(verb)
    expect(by.page.get_by_role("heading", name="Une ou deux personnes ?")).to_be_visible()
    expect(by.page.get_by_role("row", name="Le dossier contient")).to_contain_text("1 consultation")
    sound(by.page)
