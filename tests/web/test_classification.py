"""*Classification CISP-2* on its page: brought, replaced, taken out, refused in words."""

from __future__ import annotations

from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.web.signed_in import alice, chloe

PAGE = "/practice/classification"


def brought(client: Client, content: bytes) -> str:
    answer = client.post(PAGE, {"file": SimpleUploadedFile("cisp.csv", content)}, follow=True)
    return answer.content.decode()


def test_a_doctor_brings_a_file_and_takes_it_out(open_cell: Path, client: Client) -> None:
    alice(client)
    assert "Aucun fichier importé" in client.get(PAGE).content.decode()
    page = brought(
        client, "CISP-2;Libellé;CIM-10\nK86;HTA;I10 I15\nR74;Rhume;J00\nR83;Autre;J00\nvide;;\n".encode()
    )
    assert "3 codes CIM-10" in page
    assert "1 ligne n’a pas été lue en entier" in page
    assert "plusieurs rubriques" in page
    assert "1 rubrique" in client.get("/practice/").content.decode()
    client.post(f"{PAGE}/remove")
    assert "Aucun fichier importé" in client.get(PAGE).content.decode()


def test_a_wrong_file_is_refused_in_words_and_changes_nothing(open_cell: Path, client: Client) -> None:
    alice(client)
    brought(client, b"CISP;CIM\nK86;I10\n")
    answer = client.post(PAGE, {"file": SimpleUploadedFile("a.xlsx", b"PK\0\0")})
    assert answer.status_code == 400
    assert "format CSV" in answer.content.decode()
    assert client.post(PAGE).status_code == 400
    assert "1 rubrique" in client.get("/practice/").content.decode()


def test_the_secretary_is_refused(open_cell: Path, client: Client) -> None:
    chloe(client)
    assert client.post(PAGE, {"file": SimpleUploadedFile("a.csv", b"CISP;CIM\nK86;I10\n")}).status_code == 403
