"""What a file is, from its bytes alone: recognises, then refuses in words."""

from __future__ import annotations

import gzip
import io
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from carnet.documents import open as readers
from carnet.documents.recognise import PLAIN_LIMIT, READABLE, Unsupported, recognise
from carnet.fhir.errors import CarnetError, TooBig

CDA = b'<?xml version="1.0"?>\n<!-- a comment -->\n<ClinicalDocument xmlns="urn:hl7-org:v3"/>'


def zipped(*names: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (CDA, "cda"),
        (b"\xef\xbb\xbf" + CDA, "cda"),
        (CDA.decode().encode("utf-16"), "cda"),
        (b'<cda:ClinicalDocument xmlns:cda="urn:hl7-org:v3"/>', "cda"),
        (b'<xsl:stylesheet version="1.0"><x><ClinicalDocument/></x></xsl:stylesheet>', "cda"),
        (b'{"resourceType": "Patient"}', "fhir"),
        (b' \n{\n  "resourceType": "Bundle"\n}', "fhir"),
        (b'{"resourceType":"Patient"}\n{"resourceType":"Observation"}\n', "fhir-ndjson"),
        (b'{"resourceType":"Patient"}\r\n\r\n{"resourceType":"Observation"}', "fhir-ndjson"),
        (b"%PDF-1.7\n", "pdf"),
        (b"junk before it\n%PDF-1.4\n", "pdf"),
        (b"\xff\xd8\xff\xe0", "jpeg"),
        (b"\x89PNG\r\n\x1a\n", "png"),
    ],
)
def test_recognises(content: bytes, format: str) -> None:
    assert recognise(content).format == format
    assert recognise(gzip.compress(content)).content == content


@pytest.mark.parametrize(
    ("content", "format"),
    [
        (zipped("INDEX.HTM", "IHE_XDM/SUBSET01/METADATA.XML"), "xdm"),
        (zipped("MANIFEST.XML", "PAT00001.ZIP"), "portability"),
        (zipped("word/document.xml"), "office"),
        (zipped("a.txt"), "zip"),
        (b"PK\x03\x04 cut", "zip"),
        (b"MSH|^~\\&|LABO|", "hl7v2"),
        (b"H|~^\\&|x", "hprim"),
        (b"1234\r\nDUPONT\r\n****LAB****\r\n", "hprim"),
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b'{"a": 1}', "json"),
        (b"[]", "json"),
        (b'<Patient xmlns="http://hl7.org/fhir"/>', "fhir-xml"),
        (b"<html/>", "xml"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "xml"),
        (b"Bonjour", "unknown"),
        (b"\x1f\x8b\x08 cut", "gzip"),
        (gzip.compress(gzip.compress(CDA, mtime=0), mtime=0), "gzip"),
        (gzip.compress(CDA, mtime=0)[:-9], "gzip"),
    ],
)
def test_refuses_the_rest_by_name(content: bytes, format: str) -> None:
    with pytest.raises(Unsupported) as refused:
        recognise(content)
    assert refused.value.format == format
    assert str(refused.value).startswith(("Ce fichier", "Cette archive"))
    assert "Rien n'a été enregistré." in str(refused.value)


def test_a_bomb_does_not_go_off() -> None:
    with pytest.raises(TooBig):
        recognise(gzip.compress(b"\0" * 80_000_000))


def test_a_file_larger_than_any_document_is_refused() -> None:
    with pytest.raises(TooBig, match="64 Mo"):
        recognise(b"{" * (PLAIN_LIMIT + 1))


def test_the_other_formats_of_health_care_are_named(shared_data: Path) -> None:
    found = {
        _refused_as(path.read_bytes())
        for folder in ("xdm", "hprim", "hl7v2", "portability-synthetic")
        for path in (shared_data / "interop" / folder).rglob("*")
        if path.is_file()
    }
    assert {"xdm", "hprim", "hl7v2", "portability"} <= found
    assert "unknown" not in {
        _refused_as(path.read_bytes()) for path in (shared_data / "interop" / "hprim").iterdir()
    }


def _refused_as(content: bytes) -> str:
    with pytest.raises(Unsupported) as refused:
        recognise(content)
    return refused.value.format


def open_quietly(content: bytes) -> str:
    """Read as an import does; anything but a sentence is a failure."""
    try:
        recognised = recognise(content)
        assert recognised.format in READABLE
        readers.read(recognised, "")
    except CarnetError as error:
        return str(error)
    return "lu"


def test_hostile_files_of_others_are_refused_in_words(shared_data: Path) -> None:
    suites = shared_data / "suites"
    hostile = [path.read_bytes() for path in (suites / "xml-attacks").iterdir() if path.is_file()]
    with tarfile.open(suites / "json-parsing" / "test_parsing.tgz") as archive:
        members = [archive.extractfile(member) for member in archive.getmembers() if member.isfile()]
        hostile += [member.read() for member in members if member]
    hostile += (suites / "blns" / "blns.txt").read_bytes().split(b"\n")
    assert {open_quietly(content) for content in hostile} - {"lu"}
    wrapped = [b'{"resourceType":"Basic","x":' + content + b"}" for content in hostile]
    assert all(open_quietly(content) for content in wrapped)


def test_cut_files_are_refused_in_words(shared_data: Path) -> None:
    whole = (shared_data / "interop" / "fhir" / "pdsm" / "Patient-fr-patient-123.json").read_bytes()
    cda = next((shared_data / "interop" / "cda-3.0").glob("VSM*")).read_bytes()
    for content in (whole, cda):
        for cut in range(1, len(content), max(1, len(content) // 40)):
            assert open_quietly(content[:cut])


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    assert open_quietly(content)


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        [b"%PDF-1.4\n", b"\xff\xd8\xff\xe0", b"\x89PNG\r\n\x1a\n", b"PK\x03\x04", b"\x1f\x8b", CDA[:40]]
    ),
    st.binary(max_size=200),
)
def test_any_bytes_after_a_true_beginning(start: bytes, rest: bytes) -> None:
    assert open_quietly(start + rest)
