"""Any bytes: a document, or one clear sentence. Never a traceback, an entity, a network or a wrong letter."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from carnet.documents.cda.parse import parse
from carnet.documents.cda.read import read
from carnet.documents.cda.view import view
from carnet.documents.reading import Read
from carnet.fhir.errors import CarnetError, Malformed, TooBig
from carnet.record.validate import validate
from tests.documents.cda.test_statements import EVERYTHING
from tests.documents.cda.writing import body, document, section

PLAIN = document(body(section("", text="Épilepsie à l'œil")))
NAME = "BLANDIN"


def without_declaration(text: str) -> str:
    return text.partition("?>")[2].lstrip()


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode(),
        b"\xef\xbb\xbf" + PLAIN.encode(),
        b"\n  " + PLAIN.encode(),
        without_declaration(PLAIN).encode(),
        PLAIN.replace("UTF-8", "ISO-8859-15").encode("iso-8859-15"),
        PLAIN.replace("UTF-8", "windows-1252").encode("cp1252"),
        PLAIN.replace("UTF-8", "UTF-16").encode("utf-16"),
        PLAIN.replace("UTF-8", "UTF-16").encode("utf-16-le"),
        PLAIN.replace("UTF-8", "utf-16").encode("utf-8"),  # a string of .NET saved as UTF-8
    ],
    ids=["utf-8", "bom", "blanks", "bare", "latin-9", "cp1252", "utf-16", "utf-16-le", "dotnet"],
)
def test_encodings(content: bytes) -> None:
    assert "Épilepsie à l'œil" in view(content)
    assert read(content).patient["name"][0]["family"] == NAME  # type: ignore[index]


def test_the_document_inside_its_stylesheet() -> None:
    inside = without_declaration(PLAIN)
    sheet = f'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform" version="1.0"><x>{inside}</x></xsl:stylesheet>'
    assert read(sheet.encode()).document_id == "1.2.3.4^doc-1"
    with pytest.raises(Malformed):
        parse(sheet.replace("<x>", f"<x>{inside}").encode())  # two documents: which one?


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"<a/>",
        b"\x00" * 50,
        PLAIN.encode()[:-40],
        PLAIN.encode("latin-1", "replace"),  # announces UTF-8
        PLAIN.replace("UTF-8", "UTF-7").encode(),
        PLAIN.encode("utf-32"),
        PLAIN.replace("urn:hl7-org:v3", "urn:other").encode(),
        PLAIN.replace("<title>", "<title>\x01").encode(),
        b'<xsl:stylesheet xmlns:xsl="http://www.w3.org/1999/XSL/Transform"/>',
    ],
)
def test_refused_in_a_doctors_words(content: bytes) -> None:
    with pytest.raises(Malformed) as refusal:
        read(content)
    assert NAME not in str(refusal.value)
    assert "enregistré" in str(refusal.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_definitions_are_refused(encoding: str) -> None:
    bomb = '<!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]>'
    hostile = PLAIN.replace("<ClinicalDocument", bomb + "<ClinicalDocument", 1).replace("UTF-8", encoding)
    with pytest.raises(Malformed, match="DTD"):
        parse(hostile.encode(encoding))


def test_nothing_is_too_deep_or_too_large() -> None:
    deep = "<section>" * 200 + "</section>" * 200
    with pytest.raises(CarnetError):
        parse(document(deep).encode())
    with pytest.raises(TooBig):
        parse(document(body("<a/>" * 200_001)).encode())


def test_attack_files_are_refused(shared_data: Path) -> None:
    for path in sorted((shared_data / "suites" / "xml-attacks").glob("*.x*")):
        with pytest.raises(CarnetError):
            read(path.read_bytes())


# ---- whatever happens to the bytes on the way
def survives(content: bytes) -> None:
    try:
        assert isinstance(read(content), Read)
        view(content)
    except CarnetError:
        pass


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_damaged_on_the_way(data: st.DataObject) -> None:
    whole = EVERYTHING.encode()
    start = data.draw(st.integers(0, len(whole) - 1))
    length = data.draw(st.integers(0, 300))
    middle = data.draw(st.one_of(st.just(b""), st.binary(max_size=8), st.sampled_from(list(_PIECES))))
    survives(whole[:start] + middle + whole[start + length :])


_PIECES = (
    b"<",
    b">",
    b"/>",
    b'"',
    b"<observation/>",
    b"<act/>",
    b"<value/>",
    b'nullFlavor="UNK"',
    b"<entry>",
    b"</section>",
)
_VALUES = (
    "",
    " ",
    "-1",
    "NaN",
    "1e99",
    "99999999999999999999999",
    "20261399",
    "é",
    "#",
    "a b",
    "0.0.0",
    "x" * 300,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_any_attribute_may_hold_anything(data: st.DataObject) -> None:
    """Well-formed documents whose attributes, texts and elements are wrong: read, all valid, all accounted for."""
    root = etree.fromstring(EVERYTHING.encode())
    elements = list(root.iter("*"))
    for _ in range(data.draw(st.integers(1, 6))):
        element = data.draw(st.sampled_from(elements))
        change = data.draw(st.sampled_from(["attribute", "drop", "text", "remove", "null"]))
        if change == "attribute" and element.attrib:
            key = data.draw(st.sampled_from(sorted(element.attrib)))
            element.set(key, data.draw(st.sampled_from(_VALUES)))
        elif change == "drop" and element.attrib:
            del element.attrib[data.draw(st.sampled_from(sorted(element.attrib)))]
        elif change == "text":
            element.text = data.draw(st.sampled_from(_VALUES))
        elif change == "null":
            element.set("nullFlavor", data.draw(st.sampled_from(["UNK", "NA", "MSK", "??"])))
        elif element.getparent() is not None:
            element.getparent().remove(element)
    try:
        found = read(etree.tostring(root))
    except CarnetError:
        return
    for resource in [*found.resources, *([found.patient] if found.patient else [])]:
        validate(resource)
    for statement in found.statements:
        assert statement.fate in ("created", "part_of", "not_understood")
        assert statement.fate != "not_understood" or statement.reason
    view(etree.tostring(root))
