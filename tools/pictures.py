"""Pictures of every screen of the demonstration practice, light, dark and on a telephone, into docs/pictures.
Needs Debian's chromium; started by `make pictures`."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import django
import pypdfium2
from PIL import Image
from playwright.sync_api import Page, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "carnet.config.settings")
django.setup()

from carnet.accounts import totp  # noqa: E402 (it asks Django for its words)

FOLDER = Path(__file__).parents[1] / "docs/pictures"
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--force-color-profile=srgb"]
# name: (width, height, theme)
LOOKS = {"light": (1440, 900, "light"), "dark": (1440, 900, "dark"), "phone": (390, 844, "light")}
NOTE = "Renouvellement. Se sent bien, pas de dyspnée.\nTA 14/8  FC 72  Pds 81\nOMI discrets.\n"


def main() -> int:
    """Start a fresh demonstration, sign in, and take every picture."""
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = subprocess.Popen(
            [sys.executable, "-m", "carnet.cli.main", "demo", "--home", home, "--port", "0", "--json"],
            stdout=subprocess.PIPE, text=True, env={**os.environ, "CARNET_DATABASE_URL": ""},
        )  # fmt: skip
        try:
            assert server.stdout is not None
            practice = json.loads(server.stdout.readline())
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            page = browser.new_context(locale="fr-FR", device_scale_factor=1).new_page()
            _take_all(page, practice)
            browser.close()
        finally:
            server.terminate()
            server.wait(20)
    return 0


def _take_all(page: Page, practice: dict[str, str]) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    page.goto(practice["url"])
    _take(page, "sign-in")
    page.fill("[name=sign_in_name]", practice["user"])
    page.fill("[name=password]", practice["password"])
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("code"))
    page.fill("[name=code]", totp.code_at(practice["totp_secret"], datetime.now(UTC)))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/day$"))
    for name, go in SCREENS.items():
        page.set_viewport_size({"width": 1440, "height": 900})
        page.goto(practice["url"] + "day")
        go(page)
        _take(page, name)
    _visit(page)
    _short_visit(page, "bertrand noe", "child", CHILD)
    _short_visit(page, "roux anne", "elder", ELDER)
    _papers(page, "elder-prescription", "elder-care")
    _short_visit(page, "gueguen", "leave", BACK)
    _papers(page, "leave-prescription", "leave")
    _left(page)
    _counted(page)


def _take(page: Page, name: str) -> None:
    page.evaluate("document.activeElement?.blur()")
    for look, (width, height, theme) in LOOKS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        page.wait_for_timeout(250)
        _keep(Image.open(io.BytesIO(page.screenshot())), f"{name}-{look}")


def _keep(picture: Image.Image, name: str) -> None:
    picture.convert("RGB").quantize(128, dither=Image.Dither.NONE).save(FOLDER / f"{name}.png", optimize=True)


def _visit(page: Page) -> None:
    """A strip: a visit for hypertension typed, structured, signed, printed, found again by its words."""
    _begin(page, RICHEST)
    page.keyboard.type("\n".join(VISIT[:3]))
    _step(page, "visit-1", "#offers .offer")
    page.keyboard.type("\n" + "\n".join(VISIT[3:]))
    _step(page, "visit-2", "#offers .offer-medication")
    page.keyboard.press("Alt+Shift+Enter")
    _step(page, "visit-3", "#offers .offer.is-accepted")
    _accept_rest(page)
    _step(page, "visit-4", "#offers .offer-medication.is-accepted")
    page.keyboard.press("Control+Shift+Enter")
    _step(page, "visit-letter", "#paper-form")
    page.keyboard.press("Control+Enter")
    _step(page, "visit-5", "img.paper-sheet")
    _papers(page, "prescription", "order", "certificate", "letter")
    page.get_by_role("link", name="Retour au dossier").click()
    page.locator(".moves").first.wait_for()
    record = page.url
    page.keyboard.press("F6")
    page.keyboard.press("Enter")
    _step(page, "problem-menu", ".moves[open]")
    page.goto(record + "/results")
    page.locator("a.cell-link").first.click()
    _step(page, "visit-6", "mark#words")


def _short_visit(page: Page, patient: str, name: str, lines: tuple[str, ...]) -> None:
    """Two pictures: the note with its offers, and the screen of its papers."""
    _begin(page, patient)
    page.keyboard.type("\n".join(lines))
    _step(page, f"{name}-1", "#offers .offer")
    page.keyboard.press("Alt+Shift+Enter")
    _accept_rest(page)
    page.keyboard.press("Control+Shift+Enter")
    _step(page, f"{name}-2", "img.paper-sheet")


def _counted(page: Page) -> None:
    """What these visits were counted as, once they are signed."""
    page.goto(re.sub("(//[^/]*)/.*", r"\1/practice/learning", page.url))
    _take(page, "learning")


def _begin(page: Page, patient: str) -> None:
    page.emulate_media(color_scheme="light", reduced_motion="reduce")
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(re.sub("(//[^/]*)/.*", r"\1/day", page.url))
    _record(page, patient)
    page.locator("#begin").click()
    page.wait_for_url(re.compile("/consultation/"))
    page.locator("#note").fill("")


def _accept_rest(page: Page) -> None:
    """What is not certain, one by one, as a doctor does: F6, then Enter on each."""
    page.wait_for_timeout(900)
    waiting = page.locator("#offers .offer:not(.is-accepted):not(.is-known)")
    page.keyboard.press("F6")
    for _ in range(waiting.count()):
        page.keyboard.press("Enter")
        page.wait_for_timeout(400)


def _left(page: Page) -> None:
    """The papers of a visit of which something stayed only text."""
    _begin(page, "perrin julien")
    page.keyboard.type("\n".join(HURRIED))
    page.locator("#offers .offer").first.wait_for()
    page.wait_for_timeout(900)
    page.keyboard.press("Alt+Shift+Enter")
    page.wait_for_timeout(900)
    page.keyboard.press("Control+Shift+Enter")
    page.locator("#left").wait_for()
    _take(page, "left")


def _step(page: Page, name: str, shown: str) -> None:
    page.locator(shown).first.wait_for()
    page.wait_for_timeout(900)
    _keep(Image.open(io.BytesIO(page.screenshot())), name)


def _papers(page: Page, *names: str) -> None:
    """The papers themselves, as they come out of the printer."""
    source = str(page.locator("#file").get_attribute("href"))
    content = page.request.get(re.sub("(//[^/]*)/.*", r"\1", page.url) + source).body()
    for sheet, name in zip(pypdfium2.PdfDocument(io.BytesIO(content)), names, strict=False):
        _keep(sheet.render(scale=1.2).to_pil(), f"paper-{name}")


def _follow(*words: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        for word in words:
            page.get_by_role("link", name=word).first.click()
            page.wait_for_load_state()

    return go


def _record(page: Page, patient: str = "duval") -> None:
    """The record with the most to see, or another: found by the palette, like a doctor would."""
    page.keyboard.press("Control+k")
    page.keyboard.type(patient)
    page.get_by_role("option").first.wait_for()
    page.wait_for_timeout(500)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/patient/"))


def _results(page: Page) -> None:
    _record(page)
    _follow("Résultats et courbes")(page)


def _consultation(page: Page) -> None:
    _record(page)
    page.locator("#begin").click()
    page.wait_for_url(re.compile("/consultation/"))
    page.locator("#note").fill(NOTE)
    page.get_by_text("Brouillon enregistré à").wait_for()


def _document(page: Page) -> None:
    _record(page)
    page.locator("a.event-head").first.click()
    page.wait_for_load_state()


def _at(path: str) -> Callable[[Page], None]:
    def go(page: Page) -> None:
        page.goto(re.sub("/day.*", path, page.url))

    return go


def _letter(page: Page) -> None:
    _record(page)
    page.goto(re.sub("/patient/([^/?#]+).*", r"/paper/\1/letter", page.url))


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("mar")
    page.get_by_role("option").first.wait_for()
    page.wait_for_timeout(500)


RICHEST = "duval"
VISIT = (
    "Motif : renouvellement",
    "Se sent bien, pas de dyspnée ni toux.",
    "TA 14/8  FC 72  Pds 81",
    "HTA équilibrée.",
    "amlodipine 10 1 cp/j 3 mois",
    "stop AINS",
    "bio iono créat",
    "courrier cardio pour bilan annuel",
    "certificat médical sport",
    "cs ds 3 mois",
)
CHILD = (
    "Motif : fièvre et otalgie",
    "T° 38,9  Pds 12,4",
    "OMA D. pas de vomissements",
    "amoxicilline 1 dose-poids x3/j 5j",
    "paracetamol 1 dose-poids x4/j si fièvre",
)
ELDER = (
    "Motif : visite à domicile",
    "Va mieux, dort bien. Pds 55  TA 128/74  SpO2 96",
    "stop alendronate",
    "furosemide 20 1 le matin 3 mois",
    "Eliquis 2,5 1 matin et soir 3 mois",
    "PST IDE 1 mois, rdv ds 1 mois",
)
BACK = (
    "Motif : lombalgie",
    "Lumbago en portant une charge. pas de déficit",
    "paracetamol 1g x3/j 5j",
    "AT 3j",
)
HURRIED = (
    "Motif : cervicalgie",
    "TA 12/7",
    "kiné 10 séances",
    "paracetamol 1g x3/j si douleur 5j",
    "bio NFS CRP",
)
SCREENS: dict[str, Callable[[Page], None]] = {
    "day": lambda page: None,
    "palette": _palette,
    "record": _record,
    "results": _results,
    "document": _document,
    "consultation": _consultation,
    "records": _follow("Dossier"),
    "practice": _follow("Cabinet"),
    "import": _follow("Cabinet", "Import"),
    "journal": _follow("Cabinet", "Journal"),
    "safety": _follow("Cabinet", "Sécurité"),
    "team": _follow("Cabinet", "Équipe"),
    "letterhead": _at("/practice/letterhead"),
    "models": _at("/practice/models"),
    "programs": _at("/practice/programs"),
    "letter": _letter,
}

if __name__ == "__main__":
    sys.exit(main())
