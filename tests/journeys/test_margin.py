"""The margin under hurry: bursts of dictation, keys too early, slow answers, lines out of view. Nothing is accepted that
nobody saw, and no letter moves."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.journeys.people import Mouse, onward, sound, until
from tests.journeys.test_note import HYPERTENSION, begins, offer, read_anew

pytestmark = pytest.mark.journey
DURAND = {"birth_name": "Durand", "given": "Émile", "birth_date": "03/04/1955"}
IN_VIEW = """() => {
  const offer = document.querySelector('#offers .offer').getBoundingClientRect();
  return offer.bottom <= document.querySelector('.note-foot').getBoundingClientRect().top + 1;
}"""
SEEN = "[...document.querySelectorAll('#offers .offer')].map(one => one.dataset.key + one.dataset.words)"


def test_a_burst_of_dictation_is_read_as_what_is_typed(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    for line in HYPERTENSION:
        page.keyboard.type(f"{line}\n")
    expect(offer(page, "TA 140/80 mmHg")).to_be_visible()
    read_anew(page)
    typed = page.evaluate(SEEN)
    page.locator("#note").fill("")
    expect(page.locator("#offers .offer")).to_have_count(0)
    page.keyboard.insert_text("".join(f"{line}\n" for line in HYPERTENSION))
    read_anew(page)
    assert page.evaluate(SEEN) == typed
    sound(page)


def test_what_is_out_of_view_is_not_accepted_with_the_rest(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("TA 14/8\n" + "…\n" * 80 + "Pds 81\n")
    expect(page.locator("#offers .offer")).to_have_count(2)
    page.evaluate("document.getElementById('note').setSelectionRange(0, 0); scrollTo(0, 0)")
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.locator(".offer.is-accepted")).to_contain_text("TA 140/80")
    expect(page.locator("[data-live]")).to_contain_text("1 retenu")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.locator("[data-live]")).to_contain_text("hors de l’écran : les voici")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    expect(offer(page, "Poids 81 kg")).to_be_in_viewport()
    page.keyboard.press("Alt+Shift+Enter")
    expect(page.locator(".offer.is-accepted")).to_have_count(2)


def test_an_offer_of_the_line_that_is_out_of_view_is_shown_before_it_is_accepted(
    new_practice: str, page: Page
) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("…\n" * 40 + "MTX 15 mg/j")
    warned = page.locator("#offers .offer", has_text="SEMAINE")
    expect(warned).to_be_visible()
    page.evaluate("scrollTo(0, 0)")
    assert not page.evaluate(IN_VIEW), "the line must begin out of view"
    page.keyboard.press("Alt+Enter")
    page.wait_for_timeout(300)
    expect(page.locator(".offer.is-accepted")).to_have_count(0)
    page.wait_for_function(IN_VIEW)
    expect(page.locator("[data-live]")).to_contain_text("Propositions amenées à l’écran")
    page.keyboard.press("Alt+Enter")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)


def test_a_key_before_the_offer_shows_accepts_nothing(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    held: list[Route] = []
    pressed: list[str] = []
    page.route("**/offers", lambda route: route.continue_() if pressed else held.append(route))
    page.keyboard.insert_text("HTA")
    page.keyboard.press("Alt+Enter")
    until(page, lambda: bool(held))
    pressed.append("Alt+Enter")
    for route in held:
        route.continue_()
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
    until(page, lambda: bool(held))
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
    onward(page, "Control+Enter")
    Mouse(page).follow("Note source : Hypertension artérielle")
    expect(page.locator("mark#words")).to_have_text("HTA")
    sound(page)
    Mouse(page).follow("Retour au dossier")
    page.locator(".moves summary").first.focus()
    onward(page, "r")
    expect(page.get_by_text("Problème résolu")).to_be_visible()
    sound(page)
    page.locator("#undo").click()
    expect(page.get_by_text("Annulé")).to_be_visible()


def test_problems_are_put_in_order_by_keys_and_keep_the_focus(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    for count, words in ((1, "HTA"), (2, "DT2")):
        page.keyboard.insert_text(words)
        expect(page.locator("#offers .offer")).to_have_count(count)
        page.keyboard.press("Alt+Enter")
        expect(page.locator(".offer.is-accepted")).to_have_count(count)
        page.keyboard.press("Enter")
    onward(page, "Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    lines = page.locator("#synthesis .known-line:has(.moves) .known-text")
    before = lines.all_inner_texts()
    page.keyboard.press("F6")
    expect(page.locator(".moves summary:focus")).to_have_count(1)
    page.keyboard.press("d")
    expect(lines.nth(1)).to_have_text(before[0])
    expect(page.locator(".moves summary:focus")).to_have_attribute("aria-label", f"Changer : {before[0]}")
    page.keyboard.press("m")
    expect(lines.nth(0)).to_have_text(before[0])
    sound(page)
    page.reload()
    assert lines.all_inner_texts() == before


def test_what_another_window_wrote_does_not_move_the_words(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    other = page.context.new_page()
    other.goto(page.url)
    other.locator("#note").fill("écrit ailleurs")
    expect(other.get_by_text("Brouillon enregistré à")).to_be_visible()
    page.locator("#note").focus()
    before = page.locator("#note").bounding_box()
    page.keyboard.type("écrit ici")
    expect(page.locator("#conflict")).to_be_visible()
    after = page.locator("#note").bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"]) == (after["x"], after["y"])
    sound(page)
    page.locator("[data-resolve=both]").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Brouillon enregistré à")).to_be_visible()
    assert page.locator("#note").input_value() == "écrit ici\n\nécrit ailleurs"


def test_a_long_note_keeps_its_last_line_above_the_verbs(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("".join(f"ligne {n}\n" for n in range(60)))
    page.keyboard.type("fin")
    expect(page.locator(".note-mirror .line-start")).to_have_count(60)
    page.wait_for_function(  # at one instant: the mirror is drawn again after each pause
        """() => {
            const last = [...document.querySelectorAll(".note-mirror .line-start")].at(-1);
            const foot = document.querySelector(".note-foot");
            return last && last.getBoundingClientRect().top + 24 <= foot.getBoundingClientRect().top;
        }"""
    )


def test_each_offer_accepted_by_enter_is_under_the_eyes(new_practice: str, page: Page) -> None:
    """More offers than the screen holds: the page follows the focus, and goes back to its top for no answer."""
    begins(Mouse(page), new_practice, **DURAND)
    page.set_viewport_size({"width": 1440, "height": 500})
    page.keyboard.insert_text(
        "\n" * 8 + "TA 14/8 FC 72 T° 37,2 Pds 81 Taille 170 SpO2 98% HbA1c 7,2 LDL 1,1 K 4,1 HTA DT2"
    )
    expect(page.locator("#offers .offer")).to_have_count(11)
    read_anew(page)
    page.locator("#offers .offer-take").first.focus()
    for taken in range(1, 10):
        page.keyboard.press("Enter")
        expect(page.locator(".offer.is-accepted")).to_have_count(taken)
        read_anew(page)
        page.wait_for_function(
            """() => {
                const { top, bottom } = document.activeElement.getBoundingClientRect();
                return top >= 0 && bottom <= document.querySelector(".note-foot").getBoundingClientRect().top + 1;
            }"""
        )


def test_who_types_without_a_pause_is_kept_all_the_same(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    with page.expect_request(lambda request: request.url.endswith("/draft")):
        page.evaluate(
            """() => {
                const note = document.getElementById("note");
                window.typing = setInterval(() => { note.value += "a"; note.dispatchEvent(new Event("input")); }, 100);
            }"""
        )
    page.evaluate("clearInterval(window.typing)")


def test_a_key_too_many_takes_back_nothing_that_was_accepted(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.keyboard.insert_text("TA 14/8\nFC 72\nPds 81\nHTA")
    expect(page.locator("#offers .offer")).to_have_count(4)
    read_anew(page)
    page.locator(".offer-take").nth(1).focus()
    page.keyboard.press("Enter")
    expect(page.locator(".offer.is-accepted")).to_have_count(1)
    page.locator(".offer-take").nth(0).focus()
    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    expect(page.locator(".offer.is-refused")).to_have_count(2)
    expect(page.locator(".offer.is-accepted")).to_contain_text("FC 72")
    expect(page.locator("[data-live]")).to_contain_text("Non retenu : Poids 81 kg")
    expect(page.locator(".offer-take:focus")).to_contain_text("Hypertension artérielle")
    page.keyboard.press("Delete")
    expect(page.locator("[data-live]")).to_contain_text("Suppr de nouveau la redonne")
    page.keyboard.press("Delete")
    expect(page.locator(".offer.is-refused")).to_have_count(2)
    expect(page.locator("[data-live]")).to_contain_text("Remis en proposition : Hypertension artérielle")
    page.locator(".offer-take").nth(1).focus()
    page.keyboard.press("Delete")
    expect(page.locator(".offer.is-accepted")).to_have_count(0)
    expect(page.locator("[data-live]")).to_contain_text("Non retenu : FC 72")


def test_many_offers_are_all_accepted_screen_after_screen(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, **DURAND)
    page.set_viewport_size({"width": 1440, "height": 600})
    page.keyboard.insert_text("\n".join(f"TA 14/{n}\nFC 7{n}\nT° 37,{n}" for n in range(5, 10)))
    expect(page.locator("#offers .offer")).to_have_count(15)
    read_anew(page)
    page.keyboard.press("F6")
    expect(page.locator(".offer-take:focus")).to_have_count(1)
    taken = 0
    for _ in range(8):
        page.evaluate("document.querySelector('[data-live]').textContent = ''")
        page.keyboard.press("Alt+Shift+Enter")
        expect(page.locator("[data-live]")).not_to_be_empty()  # brought to the screen, or kept by the program
        after = page.locator(".offer.is-accepted").count()
        assert taken or after > 1, "all that are on the screen, not only the one with the focus"
        taken = after
        if taken == 15:
            break
    assert taken == 15
