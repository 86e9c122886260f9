"""Write once: three visits typed as ever, structured by a few keys, signed, printed. By mouse and by keyboard alone;
each gesture that is not typing is counted, and a simple visit keeps to its budget."""

from __future__ import annotations

import io
import re
from datetime import date, timedelta

import pypdfium2
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.journeys.people import Keyboard, Mouse, install, onward, sound, until

pytestmark = pytest.mark.journey

BUDGET = 25  # gestures, from the record to the printed papers: nothing is left, the letter included
SLOW = """() => { const real = window.fetch; window.fetch = (url, how) => String(url).endsWith("/mark")
  ? new Promise((go) => setTimeout(go, 700)).then(() => real(url, how)) : real(url, how); }"""
# The name of the patient is never under what the bar says; both are measured at one instant.
NAME_BELOW = """() => document.querySelector(".connection").getBoundingClientRect().bottom
  <= document.querySelector(".banner-who strong").getBoundingClientRect().top"""
HYPERTENSION = (
    "Motif : renouvellement",
    "Se sent bien, pas de dyspnée ni toux.",
    "TA 14/8  FC 72  Pds 81",
    "HTA équilibrée.",
    "amlodipine 5 1/j 3 mois",
    "bio iono créat",
    "courrier cardio pour bilan annuel",
    "cs ds 3 mois",
)
OTITIS = (
    "Motif : fièvre et otalgie",
    "T° 38,9  Pds 12,4",
    "OMA D. pas de vomissements",
    "amoxicilline 1 dose-poids x3/j 5j",
    "paracetamol 1 dose x4/j si fièvre",
)
ELDER = (
    "Motif : visite à domicile",
    "FA sous Eliquis 5 1-0-1. IRC. DFG 38",
    "Pds 61  TA 128/74",
    "stop ibuprofène",
    "furosemide 40 1 le matin 1 mois",
    "apixaban 2,5 1 matin et soir 3 mois",
    "paracetamol 1g x3/j si douleur 1 mois",
    "PST IDE 1 mois, rdv ds 1 mois",
)


class Counted:
    """Counts the gestures that are not typing: a key of command, a click."""

    def __init__(self, page: Page, begun: int = 0) -> None:
        self.page, self.gestures = page, begun

    def key(self, name: str) -> None:
        self.page.keyboard.press(name)
        self.gestures += 1

    def onward(self, name: str) -> None:
        """A key that leads to another page."""
        onward(self.page, name)
        self.gestures += 1

    def lines(self, listed: tuple[str, ...], pace: float = 0) -> None:
        """Each on its own line; the last one is not ended. `pace`: milliseconds between two letters."""
        for count, words in enumerate(listed):
            if count:
                self.key("Enter")
            self.page.keyboard.type(words, delay=pace)


@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_a_visit_for_hypertension(new_practice: str, page: Page, hand: type[Mouse]) -> None:
    begins(hand(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    said = Counted(page, begun=1)
    said.lines(HYPERTENSION, pace=40)
    expect(offer(page, "TA 140/80 mmHg")).to_be_visible()
    expect(page.locator("#today")).to_be_hidden()
    accepts_all(said)
    expect(page.locator("#offers .offer:not(.is-accepted)")).to_have_count(0)
    expect(page.locator("#today")).to_contain_text("amlodipine 5 mg")
    sound(page)
    said.onward("Control+Shift+Enter")
    expect(page.get_by_label("Destinataire")).to_have_value("Cardiologie")
    sound(page)
    said.onward("Control+Enter")
    paper = prints(said)
    assert said.gestures <= BUDGET
    for word in ("amlodipine 5 mg", "1 fois par jour", "pendant 3 mois", "DURAND", "non contrôlée", "iono créat",
                 "Cardiologie", "Motif : bilan annuel"):  # fmt: skip
        assert word in paper
    goes_back(page)
    synthesis = page.get_by_role("complementary", name="Synthèse")
    for fact in ("Hypertension artérielle", "amlodipine 5 mg"):
        expect(synthesis.get_by_text(fact).first).to_be_visible()
    expect(page.locator(".event-prescription").filter(has_text="amlodipine")).to_have_count(1)
    sound(page)


def test_what_was_left_as_text_is_named_and_taken_in_by_one_key(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    said = Counted(page)
    said.lines(("TA 14/8", "bio NFS CRP", "courrier cardio", "amlodipine 5 1/j 3 mois"))
    expect(offer(page, "amlodipine 5 mg")).to_be_visible()
    read_anew(page)  # not of the first words of the line: what they become would have to be looked at again
    said.key("Alt+Enter")
    expect(page.locator("#today")).to_contain_text("amlodipine 5 mg")
    said.onward("Control+Shift+Enter")
    left = page.locator("#left")
    expect(left).to_contain_text("biologie : bio NFS CRP")
    expect(left).to_contain_text("avis : courrier cardio")
    expect(page.locator("#print")).to_be_focused()
    sound(page)
    onward(page, "1")
    expect(page.get_by_text("Retenu : biologie : bio NFS CRP.")).to_be_visible()
    expect(page.get_by_role("heading", name="2 papiers")).to_be_visible()
    expect(left).not_to_contain_text("bio NFS CRP")
    sound(page)
    for width, scheme in ((1024, "light"), (390, "dark")):
        page.set_viewport_size({"width": width, "height": 844})
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        sound(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    goes_back(page)
    expect(left).to_have_count(0)


def test_the_focus_is_never_lost(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    page.keyboard.type("Motif : suivi\nHTA")
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    page.keyboard.press("Alt+Enter")
    expect(page.locator("#today")).to_contain_text("Hypertension artérielle")
    onward(page, "Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    page.locator(".moves summary").focus()
    page.keyboard.press("Enter")
    page.locator(".moves [name=since]").fill("2019")
    onward(page, "Enter")
    expect(page.get_by_text("Début du problème changé.")).to_be_visible()
    expect(page.locator(".moves summary")).to_be_focused()
    page.locator(".event-consultation .event-head").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ouvrir la note").focus()
    onward(page, "Enter")
    expect(page.locator("h1:focus")).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Corriger")).to_be_focused()
    onward(page, "Enter")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("\nTA 14/8")
    onward(page, "Control+Enter")
    expect(page.get_by_text("Note corrigée.")).to_be_visible()
    expect(page.locator("h1:focus")).to_have_count(1)
    sound(page)
    page.get_by_role("link", name="Retour au dossier").focus()
    onward(page, "Enter")
    expect(page.locator(".event-consultation .event-head")).to_be_focused()


def test_the_margin_begins_where_the_cursor_is(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    page.keyboard.insert_text("HTA\n\nbio NFS\n\nDT2")
    expect(offer(page, "Diabète de type 2")).to_be_visible()
    focused = page.locator(".offer-take:focus .offer-words")
    for lines_up, words in ((0, "Diabète de type 2"), (2, "bio NFS"), (2, "Hypertension artérielle")):
        for _ in range(lines_up):
            page.keyboard.press("ArrowUp")
        page.keyboard.press("F6")
        expect(focused).to_contain_text(words)
        page.keyboard.press("Escape")
        expect(page.locator("#note")).to_be_focused()
    page.evaluate(SLOW)
    page.keyboard.press("F6")
    for words in ("bio NFS", "Diabète de type 2", "Diabète de type 2", "Diabète de type 2"):
        page.keyboard.press("Enter")
        expect(focused).to_contain_text(words)
    expect(page.locator(".offer.is-accepted")).to_have_count(3)
    expect(page.locator("[data-live]")).to_contain_text("Plus rien n’attend.")
    expect(page.locator(".offer-take[aria-pressed=true]")).to_have_count(3)  # the last one is answered too
    page.keyboard.press("Space")
    expect(page.locator(".offer.is-accepted")).to_have_count(2)


def test_a_child_with_an_otitis(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Petit", given="Zoé", birth_date=two_years_ago())
    said = Counted(page)
    said.lines(OTITIS)
    expect(offer(page, "T° 38,9 °C")).to_be_visible()
    accepts_all(said)
    paper = signs_and_prints(said)
    for word in ("amoxicilline", "paracétamol", "pendant 5 jours", "PETIT", "2 ans"):
        assert word in paper
    goes_back(page)
    expect(page.get_by_text(re.compile("[Oo]tite moyenne")).first).to_be_visible()


def test_an_elder_with_many_medicines(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Roux", given="Anne", birth_date="02/02/1938")
    said = Counted(page)
    said.lines(ELDER)
    expect(offer(page, re.compile("arrêt : ibuprofène"))).to_be_visible()
    accepts_all(said)
    paper = signs_and_prints(said)
    for word in ("furosémide 40 mg", "apixaban 2,5 mg", "paracétamol 1 g"):
        assert word in paper
    assert "ibuprofène" not in paper, "what was stopped is not prescribed"
    goes_back(page)


def test_a_refused_offer_stays_away_and_nothing_moves_the_words(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    page.keyboard.type("HTA, DT2")
    refused = page.locator(".offer", has_text="Diabète de type 2")
    expect(refused).to_be_visible()
    before = page.locator("#note").bounding_box()
    page.keyboard.press("F6")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".offer-take:focus")).to_contain_text("Diabète")
    page.keyboard.press("Delete")
    expect(refused).to_have_class(re.compile("is-refused"))
    page.keyboard.press("Escape")
    expect(page.locator("#note")).to_be_focused()
    after = page.locator("#note").bounding_box()
    assert before
    assert after
    assert (before["x"], before["y"], before["width"]) == (after["x"], after["y"], after["width"])
    sound(page)
    onward(page, "Control+Enter")
    expect(page.get_by_text("Note signée.")).to_be_visible()
    Mouse(page).send("Nouvelle consultation")
    page.keyboard.type("HTA, DT2")
    read_anew(page)
    expect(offer(page, "Hypertension artérielle")).to_be_visible()
    expect(offer(page, "Diabète de type 2")).to_have_count(0)


def test_a_cut_connection_loses_no_letter(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    page.context.set_offline(True)
    page.keyboard.type("TA 14/8 tapée sans connexion")
    expect(page.get_by_text("Connexion perdue").first).to_be_visible()
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("scrollTo(0, 200)")
    expect(page.locator(".banner-who strong")).to_be_in_viewport()
    page.wait_for_function(NAME_BELOW)
    page.context.set_offline(False)
    expect(page.get_by_text("Brouillon enregistré à")).to_be_visible()
    expect(offer(page, "TA 140/80 mmHg")).to_be_visible()
    page.reload()
    expect(page.locator("#note")).to_have_value("TA 14/8 tapée sans connexion")


def test_letters_typed_before_the_scripts_have_come_are_kept(new_practice: str, page: Page) -> None:
    begins(Mouse(page), new_practice, birth_name="Durand", given="Émile", birth_date="03/04/1955")
    held: list[Route] = []
    page.route("**/consultation/consultation.js", lambda route: held.append(route))
    page.reload(wait_until="commit")
    expect(page.locator("#note")).to_be_focused()
    page.keyboard.type("Motif : toux")
    until(page, lambda: bool(held))
    held[0].continue_()
    expect(page.get_by_text("Brouillon enregistré à")).to_be_visible()
    page.unroute_all()
    page.reload()
    expect(page.locator("#note")).to_have_value("Motif : toux")


def begins(hand: Mouse, link: str, **identity: str) -> None:
    """A practice, a patient, a note to write."""
    install(Mouse(hand.page), link)
    hand.page.goto(re.sub("/day.*", "/patient/new", hand.page.url))
    hand.fill(**identity)
    hand.send("Créer le dossier")
    hand.send("Nouvelle consultation")
    expect(hand.page.locator("#note")).to_be_focused()


def two_years_ago() -> str:
    """The birth date of who is two years old, whatever the day."""
    return (date.today() - timedelta(days=913)).strftime("%d/%m/%Y")


def offer(page: Page, words: str | re.Pattern[str]) -> Locator:
    return page.locator("#offers .offer-words").filter(has_text=words).first


def read_anew(page: Page) -> None:
    """What is offered is of the words as they stand: until then nothing is marked behind them."""
    expect(page.locator(".note-mirror .read").first).to_be_attached()


def accepts_all(said: Counted) -> None:
    """What is certain by one key, then what is left one by one, each under the eyes of a person: no key is not counted."""
    page = said.page
    read_anew(page)
    said.key("Alt+Shift+Enter")
    expect(page.locator("#today")).to_be_visible()
    waiting = page.locator("#offers .offer:not(.is-accepted):not(.is-refused):not(.is-known)")
    left = waiting.count()
    if left:
        said.key("F6")
    while left:
        focused = page.locator(".offer-take:focus")
        expect(focused).to_have_attribute("aria-pressed", "false")
        said.key("Enter")
        expect(waiting).to_have_count(left - 1)
        left -= 1


def signs_and_prints(said: Counted) -> str:
    """The words of the papers that the record keeps."""
    said.onward("Control+Shift+Enter")
    return prints(said)


def prints(said: Counted) -> str:
    """One key prints them all."""
    page = said.page
    expect(page.locator("img.paper-sheet").first).to_be_visible()
    sound(page)
    expect(page.locator("#print")).to_be_focused()
    page.evaluate("window.print = () => { window.printed = true }")
    said.key("Enter")
    page.wait_for_function("window.printed")
    source = page.locator("#file").get_attribute("href")
    content = page.request.get(re.sub("(//[^/]*)/.*", r"\1", page.url) + str(source)).body()
    document = pypdfium2.PdfDocument(io.BytesIO(content))
    return " ".join(one.get_textpage().get_text_bounded() for one in document).replace("\r\n", " ")


def goes_back(page: Page) -> None:
    Mouse(page).follow("Retour au dossier")
    expect(page.get_by_role("heading", name="Dossier", exact=True)).to_be_attached()
