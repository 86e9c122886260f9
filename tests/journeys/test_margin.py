"""The margin under hurry: bursts of dictation, keys too early, slow answers, lines out of view. Nothing is accepted that
nobody saw, and no letter moves."""

from __future__ import annotations

import time

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Mouse, sound
from tests.journeys.test_note import HYPERTENSION, begins, offer

pytestmark = pytest.mark.journey
DURAND = {"birth_name": "Durand", "given": "Émile", "birth_date": "03/04/1955"}
SEEN = "[...document.querySelectorAll('#offers .offer')].map(one => one.dataset.key + one.dataset.words)"


def test_a_burst_of_dictation_is_read_as_what_is_typed(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    for line in HYPERTENSION:
        page.keyboard.type(f"{line}\n")
    expect(offer(page, "TA 140/80 mmHg")).to_be_visible()
    page.wait_for_timeout(600)
    typed = page.evaluate(SEEN)
    page.locator("#note").fill("")
    expect(page.locator("#offers .offer")).to_have_count(0)
    page.keyboard.insert_text("".join(f"{line}\n" for line in HYPERTENSION))
    expect(page.locator("#offers .offer")).to_have_count(len(typed))
    assert page.evaluate(SEEN) == typed
    sound(page)


def test_what_is_out_of_view_is_not_accepted_with_the_rest(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("TA 14/8\n" + "…\n" * 80 + "Pds 81\n")
    expect(page.locator("#offers .offer")).to_have_count(2)
    page.evaluate("document.getElementById('note').setSelectionRange(0, 0); scrollTo(0, 0)")
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.locator(".offer.is-accepted")).to_contain_text("TA 140/80")
    page.wait_for_timeout(300)
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.locator("[data-live]")).to_contain_text("hors de l’écran")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)


def test_a_key_before_the_offer_shows_accepts_nothing(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("HTA")
    page.keyboard.press("Alt+Enter")
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    page.wait_for_timeout(300)
    expect(page.locator(".offer.is-accepted")).to_have_count(0)
    page.keyboard.press("Alt+Enter")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    page.keyboard.press("Home")
    page.keyboard.insert_text("Pas d'")
    expect(offer(page, "hypertension artérielle (absent)")).to_be_visible()
    expect(page.locator(".offer.is-accepted")).to_have_count(0)


def test_a_slow_answer_never_takes_the_place_of_a_newer_one(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    held: list[Route] = []

    def first_waits(route: Route) -> None:
        if held:
            route.continue_()
        else:
            held.append(route)

    page.route("**/offers", first_waits)
    page.keyboard.insert_text("HTA")
    until = time.monotonic() + 10
    while not held and time.monotonic() < until:
        page.wait_for_timeout(50)
    page.keyboard.insert_text("\nPds 81")
    expect(offer(page, "Poids 81 kg")).to_be_visible()
    held[0].continue_()
    page.wait_for_timeout(500)
    expect(offer(page, "Poids 81 kg")).to_be_visible()
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    assert page.locator("#note").input_value() == "HTA\nPds 81"


def test_a_problem_leads_to_its_words_and_is_resolved_by_one_key(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("Suivi. HTA")
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    page.keyboard.press("Alt+Enter")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    page.keyboard.press("Control+Enter")
    page.get_by_role("link", name="Note source : Hypertension artérielle").first.click()
    expect(page.locator("mark#words")).to_have_text("HTA")
    sound(page)
    page.get_by_role("link", name="Retour au dossier").click()
    page.locator(".moves summary").first.focus()
    page.keyboard.press("r")
    expect(page.get_by_text("Problème résolu")).to_be_visible()
    sound(page)
    page.locator("#undo").click()
    expect(page.get_by_text("Annulé")).to_be_visible()
