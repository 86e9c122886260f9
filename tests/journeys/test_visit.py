"""One visit from beginning to end, by mouse and by keyboard alone: a document arrives, its facts are taken up, the
note is written, signed and amended. Every screen on the way is sound in both themes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.documents.cda.test_problem import HYPERTENSION, concern, problem
from tests.documents.cda.writing import body, document, section
from tests.journeys.people import Keyboard, Mouse, chooses, install, onward, sign_in, sound

pytestmark = pytest.mark.journey

NOTE = "Renouvellement. Se sent bien, pas de dyspnée.\nTA 14/8  FC 72  Pds 81"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    """A synthesis from a colleague about Émile, with one problem in it."""
    path = tmp_path / "synthese.xml"
    path.write_text(document(body(section(concern(problem(HYPERTENSION))))), "utf-8")
    return path


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_a_visit(new_practice: str, page: Page, hand: type[Mouse], letter: Path) -> None:
    by = hand(page)
    secret = install(by, new_practice)
    signs_out_and_in(by, secret)
    brings_the_letter_in(by, letter)
    takes_up_what_was_received(by)
    writes_and_signs(by)
    amends(by)
    looks_around(by)


def signs_out_and_in(by: Mouse, secret: str) -> None:
    sound(by.page)
    by.unfold("[data-menu] summary")
    by.send("Se déconnecter")
    sign_in(by, secret)
    expect(by.page).to_have_url(re.compile("/day$"))


def brings_the_letter_in(by: Mouse, letter: Path) -> None:
    by.follow("Cabinet")
    sound(by.page)
    by.follow("Import")
    sound(by.page)
    by.page.locator("#files").set_input_files(letter)
    expect(by.page.get_by_text("dossier provisoire créé")).to_be_visible()
    sound(by.page)
    by.follow("BLANDIN")


def takes_up_what_was_received(by: Mouse) -> None:
    expect(by.page.get_by_role("heading", name="Reçu, à reprendre")).to_be_visible()
    sound(by.page)
    by.press("Reprendre : Hypertension essentielle")
    expect(by.page.get_by_text("1 élément repris.", exact=True)).to_be_visible()
    expect(by.page.get_by_role("button", name="Reprendre : Hypertension essentielle")).to_be_hidden()
    sound(by.page)
    synthesis = by.page.get_by_role("complementary", name="Synthèse")
    expect(synthesis.get_by_text("Hypertension essentielle", exact=True)).to_be_visible()


def writes_and_signs(by: Mouse) -> None:
    by.send("Nouvelle consultation")
    expect(by.page.locator("#note")).to_be_focused()
    by.page.keyboard.type("Renouvellement. Se sent bien, pas de dyspnée.")
    by.page.keyboard.press("Enter")
    by.page.keyboard.type("TA 14/8  FC 72  Pds 81")
    expect(by.page.get_by_text("Brouillon enregistré à")).to_be_visible()
    sound(by.page)
    onward(by.page, "Control+Enter")
    expect(by.page.get_by_text("TA 14/8").first).to_be_visible()
    expect(by.page.locator("#note")).to_have_count(0)
    sound(by.page)


def amends(by: Mouse) -> None:
    by.unfold("summary.event-head")
    by.follow("Ouvrir la note")
    sound(by.page)
    by.send("Corriger")
    expect(by.page.locator("#note")).to_have_value(NOTE)
    by.page.locator("#note").focus()
    by.page.keyboard.press("Control+End")
    by.page.keyboard.type("  (assis)")
    onward(by.page, "Control+Enter")
    expect(by.page.get_by_text("corrigée").first).to_be_visible()
    expect(by.page.get_by_text("(assis)").first).to_be_visible()
    sound(by.page)


def looks_around(by: Mouse) -> None:
    """The screens that the visit did not cross: the day, the journal, safety, the team, identity, the palette."""
    by.follow("Ma journée")
    expect(by.page.get_by_text("BLANDIN").first).to_be_visible()
    sound(by.page)
    by.page.keyboard.press("Control+k")
    by.page.keyboard.type("blandin")
    expect(by.page.get_by_role("option", name=re.compile("BLANDIN")).first).to_be_visible()
    sound(by.page)
    chooses(by.page)
    by.follow("Modifier l’identité")
    sound(by.page)
    for name in ("Journal", "Sécurité", "Équipe"):
        by.follow("Cabinet")
        by.follow(name)
        sound(by.page)
