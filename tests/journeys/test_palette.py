"""The palette opens only what answers the words in its field, however fast, slow or badly the answer comes; and no key typed
for it falls into the note. The clock of the page stands still, so that none of it depends on the machine."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.people import Mouse, install, onward, sound, until
from tests.journeys.test_note import begins
from tests.web.test_scan import SCAN

pytestmark = pytest.mark.journey

PALETTE = "**/shell/palette"
EYES = 300  # milliseconds after which a person can have seen a line
PAUSE = 100  # past the pause after which what is typed is looked for
PEOPLE = (("Roux", "Anne", "04/02/1942"), ("Roux", "Bernard", "30/11/1990"), ("Duval", "Marc", "03/04/1955"))


class Answers:
    """What the program says to the palette, let go one by one; each may come late, or never."""

    def __init__(self, page: Page) -> None:
        self.page, self.asked = page, list[Route]()
        page.route(PALETTE, self._hold)

    def _hold(self, route: Route) -> None:
        self.asked.append(route)

    def come(self, number: int) -> None:
        until(self.page, lambda: len(self.asked) > number)
        with self.page.expect_event("requestfinished"):
            self.asked[number].continue_()

    def end(self) -> None:
        self.page.unroute_all(behavior="ignoreErrors")


@pytest.fixture
def day(new_practice: str, page: Page) -> Page:
    """*Ma journée*, the clock standing; Duval is the record that was opened last."""
    install(Mouse(page), new_practice)
    for family, given, born in PEOPLE:
        page.goto(re.sub("/(day|patient).*", "/patient/new", page.url))
        Mouse(page).fill(birth_name=family, given=given, birth_date=born)
        Mouse(page).send("Créer le dossier")
    begin_again(page)
    return page


def begin_again(page: Page) -> None:
    page.unroute_all(behavior="ignoreErrors")
    page.clock.install()
    page.goto(re.sub("/(day|patient|shell|practice).*", "/day", page.url))
    page.clock.pause_at(page.evaluate("Date.now()") / 1000 + 60)


def options(page: Page) -> Locator:
    return page.get_by_role("option")


def opened(page: Page, name: str) -> None:
    expect(page).to_have_url(re.compile("/patient/"))
    expect(page.locator(".banner-who strong")).to_have_text(name)


def nothing_opened(page: Page) -> None:
    page.wait_for_timeout(300)  # as long as a wrong page would need to show
    expect(page).to_have_url(re.compile("/day$"))
    expect(page.locator("#palette")).to_be_visible()


def left_to_the_doctor(page: Page, first: str) -> None:
    expect(options(page).first).to_contain_text(first)
    expect(page.locator("#palette [role=status]")).to_contain_text("Rien n’est encore ouvert")
    nothing_opened(page)


def test_enter_before_the_answer_never_opens_another_record(day: Page) -> None:
    # The recent records come after Enter.
    answers = Answers(day)
    day.keyboard.press("Control+k")
    until(day, lambda: len(answers.asked) == 1)
    day.keyboard.type("roux a")
    day.keyboard.press("Enter")
    answers.asked[0].continue_()
    nothing_opened(day)
    answers.come(1)
    opened(day, "ROUX Anne")
    # They come between the words and Enter.
    begin_again(day)
    answers = Answers(day)
    day.keyboard.press("Control+k")
    until(day, lambda: len(answers.asked) == 1)
    day.keyboard.type("duval")
    answers.come(0)
    day.wait_for_timeout(200)
    day.keyboard.press("Enter")
    nothing_opened(day)
    answers.come(1)
    opened(day, "DUVAL Marc")
    # The recent records are on the screen, and the words are pasted or scanned in one go.
    begin_again(day)
    day.keyboard.press("Control+k")
    expect(options(day).first).to_contain_text("DUVAL")
    answers = Answers(day)
    day.clock.run_for(EYES)
    day.keyboard.insert_text("roux 04/02/1942")
    day.keyboard.press("Enter")
    nothing_opened(day)
    answers.come(0)
    opened(day, "ROUX Anne")


def test_enter_without_one_clear_answer_leaves_the_list_to_the_doctor(day: Page) -> None:
    for typed, first in (
        ("roux", "ROUX"),
        ("rout anne", "ROUX Anne"),
        ("zzz", "Chercher ces mots"),
        (SCAN, "Chercher"),
    ):
        day.keyboard.press("Control+k")
        day.keyboard.insert_text(typed)
        day.keyboard.press("Enter")
        left_to_the_doctor(day, first)
        sound(day)
        day.keyboard.press("Escape")
        expect(day.locator("#palette")).to_be_hidden()
    # Enter goes on where the list stands under the eyes of the doctor; held down it does not.
    day.keyboard.press("Control+k")
    day.keyboard.type("roux b")
    day.clock.run_for(PAUSE)
    expect(options(day).first).to_contain_text("ROUX Bernard")
    day.keyboard.type("ernard")
    day.keyboard.press("ArrowDown")
    day.keyboard.press("Enter")
    left_to_the_doctor(day, "ROUX Bernard")
    day.keyboard.press("Enter")
    opened(day, "ROUX Bernard")
    begin_again(day)
    day.keyboard.press("Control+k")
    day.keyboard.type("roux")
    day.keyboard.down("Enter")
    left_to_the_doctor(day, "ROUX")
    day.clock.run_for(EYES)
    day.keyboard.down("Enter")
    nothing_opened(day)
    day.keyboard.up("Enter")
    day.keyboard.press("Enter")
    opened(day, "ROUX Bernard")


def test_an_answer_that_fails_opens_nothing_and_enter_asks_again(day: Page) -> None:
    day.keyboard.press("Control+k")
    expect(options(day).first).to_contain_text("DUVAL")
    day.clock.run_for(EYES)
    answers = Answers(day)
    for fails in ("abort", "error"):
        day.keyboard.insert_text("roux a" if fails == "abort" else "nn")
        day.keyboard.press("Enter")
        until(day, lambda: bool(answers.asked))
        route = answers.asked.pop()
        if fails == "abort":
            route.abort("connectionreset")
        else:
            route.fulfill(status=500, body="")
        expect(day.locator("#palette [role=status]")).to_contain_text("n’a pas abouti")
        expect(options(day)).to_have_count(0)
        nothing_opened(day)
    day.keyboard.press("Enter")
    answers.come(0)
    opened(day, "ROUX Anne")


def test_a_click_on_a_list_that_is_replaced_opens_nothing(day: Page) -> None:
    day.keyboard.press("Control+k")
    expect(options(day).first).to_contain_text("DUVAL")
    day.clock.run_for(EYES)
    answers = Answers(day)
    box = options(day).first.bounding_box()
    assert box
    aim = (box["x"] + 40, box["y"] + box["height"] / 2)
    day.keyboard.insert_text("roux")
    day.mouse.click(*aim)  # on Duval, whom nobody looks for any more
    nothing_opened(day)
    day.clock.run_for(PAUSE)
    answers.come(0)
    expect(options(day).first).to_contain_text("ROUX")
    day.mouse.click(*aim)  # on a line that came under the pointer just now
    nothing_opened(day)
    day.clock.run_for(EYES)
    day.mouse.click(*aim)
    opened(day, "ROUX Bernard")


def test_no_key_typed_for_the_palette_falls_into_the_note(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    note, palette, field = page.locator("#note"), page.locator("#palette"), page.locator("#palette-text")
    page.keyboard.type("Motif : toux")
    page.keyboard.press("Control+k")
    page.keyboard.type("duv")
    page.keyboard.press("Escape")
    expect(palette).to_be_hidden()
    expect(note).to_be_focused()
    for typed in ("lettre", "résultats"):  # whatever state it is in, Ctrl K opens it
        page.keyboard.press("Control+k")
        expect(palette).to_be_visible()
        page.keyboard.type(typed)
        expect(field).to_have_value(typed)
        expect(page.get_by_role("option", name=re.compile(typed, re.I)).first).to_be_visible()
    expect(page.get_by_text("Dossier ouvert : DURAND Émile")).to_be_visible()
    sound(page)
    page.locator(".palette-foot").click()  # and a click in it sends no letter elsewhere
    page.keyboard.type("x")
    expect(field).to_have_value("résultatsx")
    page.keyboard.press("Escape")
    expect(note).to_have_value("Motif : toux")
    # The keys of the screen, from the note.
    page.keyboard.press("Control+k")
    page.keyboard.type("?")
    page.keyboard.press("Enter")
    expect(page.locator("#keys")).to_be_visible()
    expect(palette).to_be_hidden()
    expect(page.locator("#keys")).to_contain_text("Signer la note")
    sound(page)
    page.keyboard.press("Escape")
    expect(note).to_be_focused()
    expect(note).to_have_value("Motif : toux")
    # A verb of the record that is open leads there, from the note.
    page.keyboard.press("Control+k")
    page.keyboard.type("lettre")
    onward(page, "Enter")
    expect(page).to_have_url(re.compile("/paper/.*/letter$"))


def test_a_locked_page_shows_no_palette(day: Page) -> None:
    day.clock.resume()
    day.get_by_role("button", name="Verrouiller").click()
    expect(day.locator("#lock-screen [name=password]")).to_be_focused()
    day.keyboard.press("Control+k")
    expect(day.locator("#palette")).to_be_hidden()
    expect(day.locator("#lock-screen")).to_be_visible()
