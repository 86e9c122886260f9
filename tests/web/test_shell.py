"""The frame: palette, preferences, refusals in words, values in words, contrast of every pair of colours."""

from __future__ import annotations

import html
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.template import Context, Template
from django.test import Client, RequestFactory
from django.utils import translation
from tools import extract_messages

from carnet.fhir.errors import Conflict
from carnet.record import gate
from carnet.record.actor import Actor
from carnet.web.shell import errors, middleware, types, wording
from carnet.web.shell.screens import SCREENS, of_record
from tests.cast import DALIA, EMILE, FATOU
from tests.web.signed_in import HTMX, alice

SHELL = Path(wording.__file__).parent
NOW = datetime(2026, 3, 3, 14, 0, tzinfo=UTC)


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def new_patient(by: Actor, who: dict[str, Any]) -> str:
    with gate.write(by=by, at=NOW, action="patient.create") as work:
        return work.create(who).id


# works: the palette


def test_the_palette_begins_with_recent_records_then_screens(client: Client, doctor: Actor) -> None:
    emile = new_patient(doctor, EMILE)
    gate.open_record(by=doctor, at=NOW, patient=emile)
    page = client.post("/shell/palette", {"text": ""}, **HTMX).content.decode()
    assert "DURAND Émile" in page
    assert page.index(emile) < page.index("Ma journée")


def test_the_palette_finds_a_patient_and_leaves_no_row(client: Client, doctor: Actor) -> None:
    new_patient(doctor, EMILE)
    new_patient(doctor, FATOU)
    before = gate.audit_page(by=doctor, limit=1)[0].seq
    page = client.post("/shell/palette", {"text": "emi dur"}, **HTMX).content.decode()
    assert "DURAND Émile" in page
    assert "NDIAYE" not in page.replace("'", "").replace("&#x27;", "")
    assert gate.audit_page(by=doctor, limit=1)[0].seq == before


def test_the_palette_finds_a_screen_without_its_accents(client: Client, doctor: Actor) -> None:
    assert "/practice/safety" in client.post("/shell/palette", {"text": "securi"}).content.decode()


def test_every_screen_of_the_palette_exists(client: Client, doctor: Actor) -> None:
    assert [
        screen.label for screen in (*SCREENS, *of_record("x", writes=True)) if not screen.is_reachable
    ] == []


def lines_of(client: Client, text: str, patient: str = "") -> list[tuple[str, bool]]:
    """The lines of the palette in their order: the words of each, and whether Enter opens it unseen."""
    page = client.post("/shell/palette", {"text": text, "patient": patient}, **HTMX).content.decode()
    found = re.findall(r'role="option"([^>]*)>.*?class="palette-main">([^<]*)<', page)
    return [(html.unescape(words), "data-meant" in says) for says, words in found]


WORDS = [
    ("cab", "Cabinet"), ("rechercher", "Rechercher dans le cabinet"), ("lettre", "Modèles et raccourcis"),
    ("courriers", "Ma journée"), ("résultats", "Ma journée"), ("modeles", "Modèles et raccourcis"),
    ("raccourcis", "Modèles et raccourcis"), ("raccourcis clavier", "Touches de cet écran"), ("aide", "Touches de cet écran"),
    ("?", "Touches de cet écran"), ("touches", "Touches de cet écran"), ("certificat", "Modèles et raccourcis"),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "first"), WORDS)
def test_the_palette_knows_the_words_of_a_doctor(
    client: Client, doctor: Actor, typed: str, first: str
) -> None:
    listed = [words for words, _ in lines_of(client, typed)]
    assert listed[0] == first
    assert ("Touches de cet écran" in listed) == (typed == "raccourcis" or first == "Touches de cet écran")


def test_the_verbs_of_the_open_record_say_whose_it_is(client: Client, doctor: Actor) -> None:
    emile, other = new_patient(doctor, EMILE), new_patient(doctor, FATOU)
    page = client.post("/shell/palette", {"text": "lettre", "patient": emile}, **HTMX).content.decode()
    assert "Dossier ouvert : DURAND Émile" in page
    assert f"/paper/{emile}/letter" in page
    assert other not in page
    assert lines_of(client, "lettre", emile)[0] == ("Lettre", True)
    assert lines_of(client, "résultats", emile)[0] == ("Résultats et courbes", False)
    assert lines_of(client, "lettre", "../x")[0] == ("Modèles et raccourcis", False)
    assert f'data-patient="{emile}"' in client.get(f"/patient/{emile}").content.decode()


MEANT = [
    ("", True), ("durand", True), ("dur emi", True), ("03/04/1955", True), ("durnad", False), ("emil", True),
    ("zzz", False), ("d", False),
]  # fmt: skip


@pytest.mark.parametrize(("typed", "is_meant"), MEANT)
def test_one_patient_alone_is_meant_never_a_likeness(
    client: Client, doctor: Actor, typed: str, is_meant: bool
) -> None:
    emile = new_patient(doctor, EMILE)
    gate.open_record(by=doctor, at=NOW, patient=emile)
    listed = lines_of(client, typed)
    assert listed[0][1] is is_meant
    assert not any(is_meant for _, is_meant in listed[1:])


def test_of_two_who_bear_the_words_none_is_meant(client: Client, doctor: Actor) -> None:
    new_patient(doctor, EMILE)
    new_patient(doctor, {**EMILE, "name": [{"use": "official", "family": "Durand", "given": ["Zoé"]}]})
    assert [is_meant for _, is_meant in lines_of(client, "durand")][:2] == [False, False]
    assert lines_of(client, "durand zo")[0] == ("DURAND Zoé", True)


def test_a_screen_named_in_full_comes_before_who_only_resembles(client: Client, doctor: Actor) -> None:
    new_patient(doctor, {**EMILE, "name": [{"use": "official", "family": "Cabinot", "given": ["Zoé"]}]})
    assert lines_of(client, "cabinet")[0] == ("Cabinet", True)
    assert lines_of(client, "cabin")[0] == ("CABINOT Zoé", False)


def test_a_page_keeps_no_history_and_evaluates_nothing(client: Client, doctor: Actor) -> None:
    page = client.get("/shell/records").content.decode()
    for rule in ('"historyCacheSize": 0', '"allowEval": false', '"selfRequestsOnly": true'):
        assert rule in page
    assert "<h1>" in page


# works: preferences


@pytest.mark.parametrize(("sent", "kept"), [("dark", "dark"), ("light", "light"), ("neon", "auto")])
def test_the_theme_is_a_preference_of_the_browser(
    client: Client, doctor: Actor, sent: str, kept: str
) -> None:
    answer = client.post("/shell/theme", {"theme": sent, "next": "/shell/records"})
    assert answer["Location"] == "/shell/records"
    assert f'data-theme="{kept}"' in client.get("/shell/records").content.decode()


def test_the_language_changes_and_stays(client: Client, doctor: Actor) -> None:
    client.post("/shell/language", {"language": "en", "next": "/shell/records"})
    assert '<html lang="en"' in client.get("/shell/records").content.decode()
    client.post("/shell/language", {"language": "xx"})
    assert '<html lang="fr"' in client.get("/shell/records").content.decode()


def test_single_letters_can_be_switched_off(client: Client, doctor: Actor) -> None:
    client.post("/shell/letters", {"letters": "off"})
    assert 'data-letters="off"' in client.get("/shell/records").content.decode()


def test_a_page_left_open_gets_the_token_of_a_new_sign_in(client: Client, doctor: Actor) -> None:
    assert client.post("/shell/alive").status_code == 204
    assert len(client.get("/shell/alive")["X-Carnet-Token"]) > 30


# refuses


def test_dalia_finds_nobody(client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    new_patient(doctor, EMILE)
    monkeypatch.setattr("carnet.actions.sign_in.actor_of", lambda person, practice: DALIA)
    answer = client.post("/shell/palette", {"text": "durand"}, **HTMX)
    assert answer.status_code == 404
    assert "DURAND" not in answer.content.decode()
    assert "DURAND" not in client.get("/shell/records").content.decode()


@pytest.mark.parametrize("path", ["/shell/palette", "/shell/theme", "/shell/language", "/shell/letters"])
def test_nothing_is_changed_or_searched_by_an_address(client: Client, doctor: Actor, path: str) -> None:
    assert client.get(path).status_code == 405


def test_coming_back_leads_nowhere_else(client: Client, doctor: Actor) -> None:
    assert client.post("/shell/theme", {"theme": "dark", "next": "//evil.example/"})["Location"] == "/"


def test_a_missing_page_says_so_in_words(client: Client, doctor: Actor) -> None:
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "Cette page n’existe pas" in answer.content.decode()


def test_a_refusal_goes_to_the_bar_of_an_open_page(rf: RequestFactory) -> None:
    answer = errors.told(rf.post("/x", **HTMX), 409, "Quelqu'un a enregistré.")
    assert (answer.status_code, answer["X-Carnet-Refusal"]) == (409, "1")
    assert answer.content.decode() == "Quelqu'un a enregistré."


def test_a_refusal_of_the_record_keeps_its_status(rf: RequestFactory) -> None:
    answer = middleware.Refusals(lambda request: None).process_exception(rf.get("/x"), Conflict("Trop tard."))  # type: ignore[arg-type, return-value]
    assert answer is not None
    assert answer.status_code == 409
    assert "Trop tard." in answer.content.decode()


def test_an_incident_page_needs_neither_session_nor_database(rf: RequestFactory) -> None:
    answer = errors.failed(rf.get("/x"))
    assert answer.status_code == 500
    assert "Ce qui était déjà enregistré est intact" in answer.content.decode()


# values in words

DATES = [
    ("2025-03-03", "lun. 3 mars 2025", "03/03/2025"),
    ("2025-08-01", "ven. 1er août 2025", "01/08/2025"),
    ("2025-03", "mars 2025", "03/2025"),
    ("2025", "2025", "2025"),
    ("2025-03-03T23:30:00Z", "mar. 4 mars 2025", "04/03/2025"),
    ("", "", ""),
    ("hier", "hier", "hier"),
]


@pytest.mark.parametrize(("value", "long", "short"), DATES)
def test_dates(value: str, long: str, short: str) -> None:
    with translation.override("fr"):
        assert (wording.long_date(value), wording.short_date(value)) == (long, short)


def test_dates_in_english() -> None:
    with translation.override("en"):
        assert wording.long_date("2025-03-01") == "Sat 1 March 2025"


NEAR = [
    (timedelta(seconds=20), "à l’instant"),
    (timedelta(minutes=20), "il y a 20 min"),
    (timedelta(hours=3), "il y a 3 h"),
    (timedelta(days=1), "hier"),
    (timedelta(days=3), "il y a 3 j"),
    (timedelta(days=8), "lun. 23 février 2026"),
    (timedelta(days=-1), "demain"),
]


@pytest.mark.parametrize(("gone", "words"), NEAR)
def test_near_moments(gone: timedelta, words: str) -> None:
    with translation.override("fr"):
        assert wording.relative(NOW - gone, NOW) == words


AGES = [
    ("1979-03-04", "46 ans"),
    ("1979-03-03", "47 ans"),
    ("2025-03-04", "11 mois"),
    ("2024-03-04", "23 mois"),
    ("2024-03-03", "2 ans"),
    ("2026-02-20", "11 j"),
    ("1950", "env. 76 ans"),
    ("2027-01-01", ""),
    (None, ""),
]


@pytest.mark.parametrize(("born", "words"), AGES)
def test_ages(born: str | None, words: str) -> None:
    with translation.override("fr"):
        assert wording.age(born, date(2026, 3, 3)) == words


def test_the_age_of_a_dead_patient_is_the_age_at_death() -> None:
    with translation.override("fr"):
        assert (
            wording.patient_age({"birthDate": "1950-01-01", "deceasedDateTime": "2000-06-01"}, NOW)
            == "50 ans"
        )


def test_names() -> None:
    names = [
        {"use": "official", "family": "Lemaire", "given": ["ANNE-MARIE", "JEANNE"]},
        {"use": "usual", "family": "de la Tour"},
    ]
    assert wording.human_name(names) == "DE LA TOUR Anne-Marie"
    assert wording.birth_name(names) == "LEMAIRE"
    assert wording.birth_name([{"use": "official", "family": "Durand"}]) == ""
    assert wording.human_name([{"text": "Anne L."}]) == "Anne L."
    assert wording.human_name([]) == "Nom inconnu"


QUANTITIES = [
    ({"value": Decimal("1.00"), "unit": "g/L"}, "1,00\u202fg/L"),
    ({"value": 148, "unit": "mm[Hg]"}, "148\u202fmmHg"),
    ({"value": Decimal("-0.5")}, "−0,5"),
    ({"value": 250000, "code": "10*9/L"}, "250\u202f000\u202fG/L"),
    ({"value": Decimal("0.5"), "unit": "mg/L", "comparator": "<"}, "<\u202f0,5\u202fmg/L"),
    ({"low": {"value": Decimal("3.5"), "unit": "mmol/L"}, "high": {"value": Decimal("5.1"), "unit": "mmol/L"}},
     "3,5\u00a0–\u00a05,1\u202fmmol/L"),
    ({"high": {"value": 5, "unit": "mmol/L"}}, "≤\u202f5\u202fmmol/L"),
    ({}, ""),
    (None, ""),
]  # fmt: skip


@pytest.mark.parametrize(("value", "words"), QUANTITIES)
def test_quantities_keep_their_digits(value: Any, words: str) -> None:
    with translation.override("fr"):
        assert wording.quantity(value) == words


def test_counted_types() -> None:
    assert (
        types.listed([("AllergyIntolerance", 1), ("Condition", 2), ("Linkage", 3)])
        == "1\u00a0allergie · 2\u00a0problèmes · 3\u00a0Linkage"
    )


def test_a_name_cannot_smuggle_markup() -> None:
    page = Template("{{ p|human_name }} {% when d %}").render(
        Context({"p": {"name": [{"family": "<script>"}]}, "d": "<b>2025"})
    )
    assert "<script" not in page.lower()
    assert "<b>" not in page


# keeps: the look


def tokens() -> dict[str, tuple[str, str]]:
    css = (SHELL / "static/shell/tokens.css").read_text()
    return {
        name: (day, night)
        for name, day, night in re.findall(r"--([\w-]+): light-dark\((#\w+), (#\w+)\)", css)
    }


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


GROUNDS = ("paper", "paper-raised", "paper-sunk", "paper-hover")
WORDS_ON = {
    **dict.fromkeys(("ink", "ink-soft", "ink-past", "accent", "danger", "settle"), GROUNDS),
    "accent-strong": ("accent-wash",),
    "on-accent": ("accent", "accent-strong"),
    "on-danger": ("danger", "danger-strong"),
}
ON_WASHES = {"ink": ("accent-wash", "danger-wash", "settle-wash", "mark", "selected"), "settle": ("settle-wash",),
             "danger": ("danger-wash",), "accent": ("accent-wash",), "ink-soft": ("selected", "accent-wash")}  # fmt: skip


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_words_are_readable_on_every_ground(theme: int) -> None:
    known = tokens()
    pairs = [
        (words, ground)
        for table in (WORDS_ON, ON_WASHES)
        for words, grounds in table.items()
        for ground in grounds
    ]
    weak = {
        f"{words} on {ground}": round(contrast(known[words][theme], known[ground][theme]), 2)
        for words, ground in pairs
        if contrast(known[words][theme], known[ground][theme]) < 4.5
    }
    assert weak == {}


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_controls_and_focus_are_seen(theme: int) -> None:
    known = tokens()
    for edge in ("box-line", "accent"):
        for ground in ("paper", "paper-raised", "paper-sunk"):
            assert contrast(known[edge][theme], known[ground][theme]) >= 3, (edge, ground)


COLOUR = re.compile(
    r"#[0-9a-f]{3,8}\b(?![^{]*\{)|\b(?:rgba?|hsla?|oklch|color)\(|:\s*(?:white|black|red|green|blue|gr[ae]y)\b",
    re.I,
)


def test_no_colour_is_written_but_in_the_tokens() -> None:
    sheets = [
        path
        for path in (SHELL.parent).rglob("*.css")
        if "vendor" not in path.parts and path.name != "tokens.css"
    ]
    assert sheets
    found = [
        f"{path.name}: {match.group(0)}" for path in sheets for match in COLOUR.finditer(path.read_text())
    ]
    assert found == []


# keeps: the second language


def test_every_sentence_exists_in_english() -> None:
    catalogue = extract_messages.merged(extract_messages.sentences())
    assert extract_messages.untranslated(catalogue) == [], (
        "run: python tools/extract_messages.py, then translate"
    )
    assert extract_messages.unfaithful(catalogue) == []


@pytest.mark.parametrize(
    ("path", "words"),
    [("/day", "To sign"), ("/practice/safety", "Never done"), ("/shell/records", "Records")],
)
def test_pages_are_english_for_who_asks(client: Client, doctor: Actor, path: str, words: str) -> None:
    client.post("/shell/language", {"language": "en"})
    assert words in client.get(path).content.decode()
