"""A link that is cut while a verb is pressed: no page of the browser's own takes the place of the words; the page says so,
and the verb goes through once the link is back, once."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import PASSWORD, Mouse, onward, sound
from tests.journeys.test_note import begins, offer
from tests.journeys.test_slow_link import DURAND, SIGN, says

pytestmark = pytest.mark.journey
NOTE = "Motif : toux\namoxicilline 1 g 3/j 6 jours"


def writes(page: Page, link: str, words: str = NOTE) -> None:
    begins(Mouse(page), link, **DURAND)
    page.locator("#note").focus()
    page.keyboard.type(words)
    says(page, "Brouillon enregistré à")


def bar(page: Page, words: str) -> None:
    expect(page.locator("[data-connection]")).to_contain_text(words)


def test_a_signature_on_a_cut_link_keeps_the_words_and_is_given_again(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    says(page, "Connexion coupée")
    expect(page.locator("#note")).to_have_value(NOTE)
    expect(page.locator("#note")).to_be_editable()
    sound(page)
    page.keyboard.press("Control+Enter")
    says(page, "une note ne se signe jamais deux fois")
    page.keyboard.type(", fièvre")
    page.context.set_offline(False)
    says(page, "la note n’est pas signée. Votre texte est gardé ici ; signez de nouveau")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    expect(page.locator(".event-consultation")).to_have_count(1)
    expect(page.locator(".event-consultation")).to_contain_text("6 jours, fièvre")


def test_words_not_yet_kept_are_kept_first(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.context.set_offline(True)
    page.keyboard.type(", fièvre")
    page.keyboard.press("Control+Shift+Enter")
    says(page, "Connexion coupée : la note n’est pas signée")
    page.context.set_offline(False)
    expect(page.locator("[data-state]")).not_to_contain_text("Non enregistré")
    page.keyboard.press("Control+Shift+Enter")
    page.wait_for_url(re.compile("/patient/"))
    expect(page.locator(".event-consultation")).to_contain_text("6 jours, fièvre")


def test_a_signature_cut_on_its_way_back_is_not_given_again(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    reached: list[Route] = []

    def is_cut(route: Route) -> None:
        route.fetch(max_redirects=0)  # the program signs, and its answer is lost
        reached.append(route)
        route.abort("connectionreset")

    page.route(SIGN, is_cut)
    page.keyboard.press("Control+Enter")
    says(page, "Ce brouillon est fermé")
    page.keyboard.press("Control+Enter")
    says(page, "Ce brouillon est fermé")
    assert len(reached) == 1
    expect(page.locator("#note")).to_have_value(NOTE)


def test_what_the_program_refuses_is_told_by_its_own_page(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#note").fill("Motif : autre chose")
    says(other, "Brouillon enregistré à")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#conflict-server")).to_contain_text("Motif : autre chose")
    expect(page.locator("#note")).to_have_value(NOTE)


def test_giving_up_on_a_cut_link_leaves_the_draft(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    page.context.set_offline(True)
    page.get_by_role("button", name="Abandonner").click()
    says(page, "Connexion coupée pendant l’abandon")
    page.context.set_offline(False)
    says(page, "Le brouillon n’est pas abandonné")
    page.get_by_role("button", name="Abandonner").click()
    expect(page.get_by_text("Brouillon abandonné. Rien n’a été signé.")).to_be_visible()


def test_printing_correcting_and_taking_in_wait_for_the_link(new_practice: str, page: Page) -> None:
    """The plain forms around a note: none leaves the page while nobody would receive it."""
    writes(page, new_practice)
    expect(offer(page, "amoxicilline")).to_be_visible()
    onward(page, "Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    page.context.set_offline(True)
    page.locator("#left button").first.click()
    bar(page, "rien n’est parti")
    sound(page)
    page.context.set_offline(False)
    bar(page, "Connexion rétablie")
    page.locator("#left button").first.click()
    expect(page.get_by_text(re.compile("Retenu : amoxicilline"))).to_be_visible()
    page.goto(urljoin(page.url, page.locator(".event-consultation a").first.get_attribute("href")))
    for verb, where in (("Imprimer", "/show"), ("Corriger", "/consultation/")):
        page.context.set_offline(True)
        button = page.get_by_role("main").get_by_role("button", name=re.compile(verb)).first
        here = page.url
        button.click()
        bar(page, "rien n’est parti")
        assert page.url == here
        page.context.set_offline(False)
        bar(page, "Connexion rétablie")
        button.click()
        page.wait_for_url(re.compile(where))
        if verb == "Imprimer":
            page.go_back()


def test_a_certificate_being_written_is_not_lost(new_practice: str, page: Page) -> None:
    writes(page, new_practice)
    patient = page.locator("#note-form [name=patient]").input_value()
    page.goto(re.sub("/consultation/.*", f"/paper/{patient}/certificate", page.url))
    page.locator("[name=body]").fill("Certifie l’avoir vu.")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    bar(page, "rien n’est parti")
    expect(page.locator("[name=body]")).to_have_value("Certifie l’avoir vu.")
    page.context.set_offline(False)
    bar(page, "Connexion rétablie")
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Verrouiller").click()
    expect(other.locator("#lock-screen")).to_be_visible()
    other.close()
    page.keyboard.press("Control+Enter")
    page.locator("#lock-screen [name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#lock-screen")).to_be_hidden()
    expect(page.locator("[name=body]")).to_have_value("Certifie l’avoir vu.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(re.compile("/show"))
