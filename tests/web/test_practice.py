"""*Cabinet*: how the practice stands, who is in it, who did what, and documents brought in by hand."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from carnet.actions import documents, safety
from carnet.record import check, clock, gate
from carnet.record.actor import Actor
from carnet.web.practice import importing, journal_page
from tests.cast import DALIA, EMILE, FATOU
from tests.documents.test_pictures import pdf_of, picture
from tests.web.signed_in import HTMX, alice, chloe

SOURCE = Path(documents.__file__).parents[1]
SCRIPT = {"HTTP_X_REQUESTED_WITH": "carnet"}
PAGES = [
    "/practice/",
    "/practice/search",
    "/practice/safety",
    "/practice/team",
    "/practice/journal",
    "/practice/import",
]


@pytest.fixture
def doctor(open_cell: Path, client: Client) -> Actor:
    return alice(client)


def new_patient(by: Actor, who: dict[str, object]) -> str:
    with gate.write(by=by, at=clock.now(), action="patient.create") as work:
        return work.create(dict(who)).id


def bundle() -> bytes:
    patient = EMILE | {
        "id": "e1",
        "identifier": [{"system": "urn:oid:1.2.250.1.213.1.4.8", "value": "255045412345687"}],
    }
    condition = {
        "resourceType": "Condition", "id": "c1", "code": {"text": "HTA"}, "subject": {"reference": "Patient/e1"},
    }  # fmt: skip
    entries = [{"resource": patient}, {"resource": condition}]
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def send(client: Client, name: str, content: bytes, **more: str) -> str:
    files = {"files": SimpleUploadedFile(name, content), **more}
    return client.post("/practice/import", files, **SCRIPT).content.decode()


# works


@pytest.mark.parametrize("path", PAGES)
def test_each_page_says_how_things_stand(client: Client, doctor: Actor, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code == 200
    assert "<h1>" in answer.content.decode()


def test_backups_are_honestly_said_to_come(client: Client, doctor: Actor) -> None:
    assert "aucune sauvegarde automatique n’existe encore" in client.get("/practice/safety").content.decode()


def test_a_check_is_made_and_remembered(client: Client, doctor: Actor) -> None:
    assert "Jamais fait" in client.get("/practice/safety").content.decode()
    assert "aucune anomalie" in client.post("/practice/safety/check").content.decode()
    assert "Sans anomalie" in client.get("/practice/safety").content.decode()


def test_what_a_check_finds_is_shown(client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    bad = check.Report(False, ["Journal : la ligne 3 a été modifiée."], [])
    monkeypatch.setattr(check, "check", lambda: bad)
    page = client.post("/practice/safety/check").content.decode()
    assert "la ligne 3 a été modifiée" in page
    assert "Des anomalies trouvées" in page
    assert safety.last_check(by=doctor).ok is False  # type: ignore[union-attr]


def test_the_journal_names_who_when_what_and_whose(client: Client, doctor: Actor) -> None:
    patient = new_patient(doctor, EMILE)
    gate.open_record(by=doctor, at=clock.now(), patient=patient)
    page = client.get("/practice/journal").content.decode()
    assert "Dossier ouvert" in page
    assert "DURAND Émile" in page
    assert "Dr Alice Martin" in page
    assert "Ligne de commande" in page


def test_the_journal_shows_one_record_or_one_person(client: Client, doctor: Actor) -> None:
    first, second = new_patient(doctor, EMILE), new_patient(doctor, FATOU)
    for patient in (first, second):
        gate.open_record(by=doctor, at=clock.now(), patient=patient)
    page = client.get("/practice/journal", {"patient": first}).content.decode()
    assert f"/patient/{first}" in page
    assert f"/patient/{second}" not in page
    assert "Dossier ouvert" not in client.get("/practice/journal", {"person": "operator"}).content.decode()


def test_the_journal_pages_without_losing_a_row(
    client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("carnet.web.practice.journal_page.ROWS", 3)
    for _ in range(5):
        gate.audit_event(by=doctor, at=clock.now(), action="read")
    seen: list[int] = []
    address = "/practice/journal"
    while address:
        page = client.get(address).content.decode()
        seen += [int(found) for found in re.findall(r'<td class="num muted">(\d+)</td>', page)]
        older = re.search(r'rel="next" href="([^"]+)"', page)
        address = "/practice/journal" + older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(seen[0], 0, -1))


def test_a_file_is_imported_and_its_report_balances(client: Client, doctor: Actor) -> None:
    page = send(client, "bundle.json", bundle())
    assert "importé" in page
    assert "DURAND Émile" in page
    assert "dossier provisoire créé" in page
    assert "1\u00a0problème" in page
    assert "déjà là, rien n’a changé" in send(client, "bundle.json", bundle())


def test_several_files_without_script(client: Client, doctor: Actor) -> None:
    files = [SimpleUploadedFile("a.json", bundle()), SimpleUploadedFile("b.txt", b"Bonjour")]
    page = client.post("/practice/import", {"files": files}).content.decode()
    assert "a.json" in page
    assert "refusé" in page


def test_who_a_waiting_document_may_be_about_is_side_by_side(client: Client, doctor: Actor) -> None:
    patient = new_patient(doctor, EMILE)
    named = {key: value for key, value in EMILE.items() if key != "identifier"} | {"id": "e"}
    named["gender"] = "female"
    content = json.dumps(named).encode()
    assert "attend un patient" in send(client, "patient.json", content)
    [waiting] = documents.waiting_documents(by=doctor)
    shown = client.post(f"/practice/import/{waiting.id}/candidates", {"text": ""}, **HTMX).content.decode()
    assert re.search(r"Sexe</th><td>\w+</td><td class=\"is-different\">", shown)
    assert "Sexe : différent (-6)" in shown
    assert 'data-key="1"' in shown
    assert "créer un nouveau dossier" in shown
    filed = client.post(f"/practice/import/{waiting.id}/assign", {}, **HTMX).content.decode()
    assert "dossier provisoire créé" in filed
    assert f"/patient/{patient}" not in filed
    assert client.post(f"/practice/import/{waiting.id}/candidates", {}, **HTMX).status_code == 404


def test_a_picture_waits_until_a_person_says_whose_it_is(client: Client, doctor: Actor) -> None:
    patient = new_patient(doctor, EMILE)
    assert "attend un patient" in send(client, "photo.jpg", picture("JPEG"))
    [waiting] = documents.waiting_documents(by=doctor)
    assert waiting.id in client.get("/practice/import").content.decode()
    found = client.post(
        f"/practice/import/{waiting.id}/candidates", {"text": "durand"}, **HTMX
    ).content.decode()
    assert patient in found
    filed = client.post(
        f"/practice/import/{waiting.id}/assign", {"patient": patient}, **HTMX
    ).content.decode()
    assert "DURAND Émile" in filed
    assert documents.waiting_documents(by=doctor) == []


def test_a_file_goes_into_the_record_chosen_before(client: Client, doctor: Actor) -> None:
    patient = new_patient(doctor, EMILE)
    assert (
        "iront dans le dossier de DURAND Émile"
        in client.get("/practice/import", {"patient": patient}).content.decode()
    )
    assert "importé" in send(client, "courrier.pdf", pdf_of("Bonjour"), patient=patient)


def test_every_action_has_words() -> None:
    written = {
        found
        for layer in ("actions", "record")
        for path in (SOURCE / layer).rglob("*.py")
        for found in re.findall(
            r'(?:action=|: str = |^(?:OPEN|CHECK|ACTION)[A-Z_]* = )"([a-z_]+\.[a-z_-]+)"',
            path.read_text(),
            re.M,
        )
    }
    assert "record.open" in written
    assert written - journal_page.WORDS.keys() == set()


# refuses


def test_a_file_too_large_is_not_read(client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LARGEST", 10)
    assert "dépasse 25 Mo" in send(client, "gros.json", bundle())
    assert gate.find_patients(by=doctor, text="durand") == []


def test_a_form_without_any_file_says_so(client: Client, doctor: Actor) -> None:
    assert "dépasse 25 Mo" in client.post("/practice/import", {"name": "gros.pdf"}, **SCRIPT).content.decode()


def test_the_secretary_does_not_read_the_journal(client: Client, doctor: Actor) -> None:
    chloe(client)
    assert client.get("/practice/journal").status_code == 403
    assert client.get("/practice/").status_code == 200
    assert client.get("/practice/safety").status_code == 200


@pytest.mark.parametrize("path", [path for path in PAGES if path != "/practice/team"])
def test_dalia_learns_nothing(
    client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    patient = new_patient(doctor, EMILE)
    gate.open_record(by=doctor, at=clock.now(), patient=patient)
    monkeypatch.setattr("carnet.actions.sign_in.actor_of", lambda person, practice: DALIA)
    answer = client.get(path)
    assert answer.status_code == 404
    assert "DURAND" not in answer.content.decode()


def test_dalia_brings_nothing_in(client: Client, doctor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("carnet.actions.sign_in.actor_of", lambda person, practice: DALIA)
    assert "importé<" not in send(client, "bundle.json", bundle())
    monkeypatch.undo()
    assert gate.find_patients(by=doctor, text="durand") == []


@pytest.mark.parametrize(
    "query", [{"before": "x"}, {"before": "-1"}, {"person": "nobody"}, {"patient": "nobody"}]
)
def test_a_strange_filter_shows_a_page_all_the_same(
    client: Client, doctor: Actor, query: dict[str, str]
) -> None:
    assert client.get("/practice/journal", query).status_code == 200


# the words of notes and documents


def test_words_are_found_across_the_practice_and_marked(client: Client, doctor: Actor) -> None:
    with gate.write(by=doctor, at=clock.now(), action="test") as work:
        emile = work.create(EMILE)
        work.create(
            {
                "resourceType": "DocumentReference",
                "status": "current",
                "subject": {"reference": emile.reference},
                "date": "2024-05-01T10:00:00Z",
                "description": "Courrier : œdème <b>discret</b>",
                "content": [{"attachment": {"contentType": "text/plain"}}],
            }
        )
    page = client.post("/practice/search", {"text": "oedeme"}).content.decode()
    assert "<mark>œdème</mark> &lt;b&gt;discret&lt;/b&gt;" in page
    assert "DURAND Émile" in page
    assert f"/patient/{emile.id}/document/" in page
    assert "oedeme" not in str(gate.audit_page(by=doctor, limit=1)[0])
    assert gate.audit_page(by=doctor, limit=1)[0].action == "text.find"


def test_the_search_of_words_reads_no_address_and_says_when_nothing_is_found(
    client: Client, doctor: Actor
) -> None:
    assert "Mots des notes" in client.get("/practice/search?text=oedeme").content.decode()
    assert "oedeme" not in client.get("/practice/search?text=oedeme").content.decode()
    assert "Aucune note" in client.post("/practice/search", {"text": "zona"}).content.decode()
    palette = client.post("/shell/palette", {"text": "zona"}).content.decode()
    assert 'form="palette-words"' in palette
    assert 'value="zona"' in palette
