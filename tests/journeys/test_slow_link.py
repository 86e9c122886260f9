"""A link that is slow, hangs or fails while a note is written: the page says so calmly, tries again, loses no letter and
signs nothing twice. The clock of the page stands still but where a journey moves it forward: none waits for real, and none
depends on how long the machine takes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Mouse, sound, until
from tests.journeys.test_note import begins, offer

pytestmark = pytest.mark.journey
DURAND = {"birth_name": "Durand", "given": "Émile", "birth_date": "03/04/1955"}
LIMIT = 21_000  # past the limit of one request
SAVES = 1_400  # past the pause after which the note is saved, and past what is not shown under way
READS = 200  # past the pause after which the note is read
SAVE, OFFERS, SIGN = "**/draft", "**/offers", "**/sign"


class Held:
    """Requests that wait until they are let go, one after the other; those that nobody lets go are never answered."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.waiting, self.seen = page, list[Route](), 0
        page.route(address, self._hold)

    def _hold(self, route: Route) -> None:
        self.waiting.append(route)
        self.seen += 1

    def until(self, count: int) -> None:
        until(self.page, lambda: self.seen >= count)


def writes(page: Page, link: str) -> None:
    begins(Mouse(page), link, **DURAND)
    page.clock.install()
    page.reload()
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)
    page.locator("#note").focus()


def says(page: Page, words: str) -> None:
    expect(page.locator("[data-state]")).to_contain_text(words)


def is_kept(page: Page, words: str) -> None:
    """Said so, and true when the page comes again."""
    says(page, "Brouillon enregistré à")
    page.unroute_all(behavior="ignoreErrors")
    page.reload()
    expect(page.locator("#note")).to_have_value(words)


def test_a_slow_save_is_told_and_goes_through(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    held = Held(page, SAVE)
    page.keyboard.type("Motif : toux")
    page.clock.run_for(SAVES)
    says(page, "Enregistrement…")
    page.clock.fast_forward(5_000)
    says(page, "La connexion est lente")
    sound(page)
    page.keyboard.type(", fièvre")
    page.clock.fast_forward(8_000)
    assert held.seen == 1, "never two saves at once"
    held.waiting[0].continue_()
    says(page, "Non enregistré…")
    page.clock.run_for(SAVES)
    held.until(2)
    held.waiting[1].continue_()
    is_kept(page, "Motif : toux, fièvre")


def test_a_save_that_is_never_answered_is_tried_again(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    held = Held(page, SAVE)
    page.keyboard.type("Motif : toux")
    page.clock.run_for(SAVES)
    held.until(1)
    page.clock.fast_forward(LIMIT)
    says(page, "Pas de réponse : votre texte est gardé dans cette page")
    page.keyboard.type(", fièvre")
    page.clock.fast_forward(5_000)
    held.until(2)
    held.waiting[1].continue_()
    is_kept(page, "Motif : toux, fièvre")


def test_a_save_whose_answer_is_lost_is_no_other_window(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    reached: list[Route] = []

    def answer_is_lost(route: Route) -> None:
        reached.append(route)
        if len(reached) == 1:
            route.fetch()  # the program keeps it, and its answer never arrives
        else:
            route.continue_()

    page.route(SAVE, answer_is_lost)
    page.keyboard.type("Motif : toux")
    page.clock.run_for(SAVES)
    until(page, lambda: bool(reached))
    page.keyboard.type(", fièvre")
    page.clock.fast_forward(LIMIT)
    says(page, "Pas de réponse")
    page.clock.fast_forward(5_000)
    says(page, "Brouillon enregistré à")
    expect(page.locator("#conflict")).to_be_hidden()
    page.reload()
    expect(page.locator("#note")).to_have_value("Motif : toux, fièvre")


def test_signing_while_a_save_hangs_says_so_and_signs_nothing(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    held = Held(page, SAVE)
    page.keyboard.type("Motif : toux")
    page.keyboard.press("Control+Enter")
    says(page, "Signature en cours…")
    expect(page.locator("#sign")).to_have_attribute("aria-busy", "true")
    sound(page)
    page.clock.fast_forward(5_000)
    says(page, "La connexion est lente")
    page.clock.fast_forward(LIMIT)
    says(page, "La signature n’a pas abouti : la note n’est pas signée")
    expect(page.locator("#sign")).not_to_have_attribute("aria-busy", "true")
    expect(page.locator("#note")).to_have_value("Motif : toux")
    page.unroute_all(behavior="ignoreErrors")
    assert held.seen
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    expect(page.locator(".event-consultation")).to_have_count(1)


def test_a_signature_that_never_leaves_is_found_not_signed(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.keyboard.type("Motif : toux")
    page.clock.run_for(SAVES)
    says(page, "Brouillon enregistré à")
    held = Held(page, SIGN)
    page.keyboard.press("Control+Enter")
    held.until(1)
    page.keyboard.press("Control+Enter")
    page.keyboard.type("rien")
    page.clock.fast_forward(LIMIT)
    says(page, "Signature sans réponse")
    page.clock.run_for(SAVES)
    says(page, "la note n’est pas signée")
    expect(page.locator("#note")).to_have_value("Motif : toux")
    assert held.seen == 1, "a second key sends nothing while the first is under way"
    sound(page)
    page.unroute_all(behavior="ignoreErrors")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    expect(page.locator(".event-consultation")).to_have_count(1)


def test_a_signature_whose_answer_is_lost_is_not_signed_again(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.keyboard.type("Motif : toux")
    page.clock.run_for(SAVES)
    says(page, "Brouillon enregistré à")
    reached: list[Route] = []

    def answer_is_lost(route: Route) -> None:
        route.fetch(max_redirects=0)
        reached.append(route)

    page.route(SIGN, answer_is_lost)
    page.keyboard.press("Control+Enter")
    until(page, lambda: bool(reached))
    page.clock.fast_forward(LIMIT)
    says(page, "Signature sans réponse")
    page.clock.run_for(SAVES)
    says(page, "Ce brouillon est fermé")
    expect(page.locator("#note")).to_have_value("Motif : toux")
    page.keyboard.press("Control+Enter")
    says(page, "Ce brouillon est fermé")
    assert len(reached) == 1
    sound(page)
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Ouvrir le dossier").click()
    expect(opened.value.locator(".event-consultation")).to_have_count(1)


def test_nothing_is_read_in_a_note_while_its_signature_is_under_way(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    read = Held(page, OFFERS)
    page.keyboard.type("HTA")
    page.clock.run_for(READS)
    read.until(1)
    read.waiting[0].abort("connectionreset")
    expect(page.locator("#offers-state")).to_contain_text("Propositions pas à jour")
    held = Held(page, SIGN)
    page.keyboard.press("Control+Enter")
    held.until(1)
    before = read.seen
    page.clock.fast_forward(10_000)
    says(page, "La connexion est lente")
    page.wait_for_timeout(300)  # as long as another question would need to leave
    assert read.seen == before
    page.clock.fast_forward(LIMIT)
    says(page, "Signature sans réponse")
    page.clock.run_for(SAVES)
    says(page, "la note n’est pas signée")
    page.unroute_all(behavior="ignoreErrors")
    page.clock.run_for(READS)
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    expect(page.locator("#offers-state")).to_be_empty()


def test_offers_that_cannot_be_read_are_not_taken(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.keyboard.type("HTA")
    page.clock.run_for(READS)
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    page.route(OFFERS, lambda route: route.fulfill(status=500, body=""))
    page.keyboard.type(" de son père")
    page.clock.run_for(READS)
    margin = page.locator("#offers-state")
    expect(margin).to_contain_text("Propositions pas à jour")
    sound(page)
    page.locator(".offer-take").first.click(force=True)
    page.keyboard.press("Alt+Enter")
    page.clock.run_for(READS)
    page.wait_for_timeout(300)
    expect(page.locator(".offer.is-accepted")).to_have_count(0)
    expect(page.locator(".offer-take").first).to_have_attribute("aria-disabled", "true")
    page.unroute_all(behavior="ignoreErrors")
    until(page, lambda: page.clock.run_for(500) or margin.inner_text() == "")
    expect(page.locator(".offer-take[aria-disabled]")).to_have_count(0)


def test_reading_that_hangs_keeps_nobody_from_writing_nor_saving(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    held = Held(page, OFFERS)
    for line in ("HTA", "DT2", "Pds 81", "TA 14/8"):
        page.keyboard.type(f"{line}\n")
        page.clock.run_for(READS)
    page.clock.run_for(SAVES)
    says(page, "Brouillon enregistré à")
    held.until(2)
    assert held.seen == 2, "questions without an answer do not pile up"
    page.clock.fast_forward(5_000)
    expect(page.locator("#offers-state")).to_contain_text("La connexion est lente")
    page.clock.fast_forward(LIMIT)
    expect(page.locator("#offers-state")).to_contain_text("Propositions pas à jour")
    page.unroute_all(behavior="ignoreErrors")
    page.clock.fast_forward(16_000)
    expect(offer(page, "TA 140/80 mmHg")).to_be_visible()
    expect(page.locator("#offers-state")).to_be_empty()
    assert re.sub(r"\s+", " ", page.locator("#note").input_value()) == "HTA DT2 Pds 81 TA 14/8 "
