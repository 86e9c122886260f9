"""A scanned identity: read whatever the keyboard did to its separators, refused when it cannot be right."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from carnet.documents import datamatrix
from carnet.documents.datamatrix import Scanned
from carnet.fhir.errors import Malformed
from carnet.fhir.identifiers import INS_TEST

HEAD = "IS01" + "0" * 22
FIELDS = [
    "S1279035121518989",
    "S21.2.250.1.213.1.4.10",
    "S3DOMINIQUE MARIE",
    "S4PAT-TROIS",
    "S5F",
    "S628-03-1979",
    "S751215",
]
EXPECTED = Scanned(
    "279035121518989", INS_TEST, ("DOMINIQUE", "MARIE"), "PAT-TROIS", "female", "1979-03-28", "51215"
)


def scan(separator: str, fields: list[str] = FIELDS) -> str:
    number, oid, names, family, *rest = fields
    return HEAD + number + oid + separator + names + separator + family + separator + "".join(rest)


@pytest.mark.parametrize("separator", ["\x1d", "<GS>", "{GS}", "^]", "", "\t"])
def test_a_scan_is_read_whatever_became_of_its_separators(separator: str) -> None:
    assert datamatrix.read(scan(separator)) == EXPECTED
    assert datamatrix.read(scan(separator) + "\r\n") == EXPECTED
    assert datamatrix.is_datamatrix(scan(separator))


def test_a_name_that_ends_like_a_field_begins() -> None:
    fields = [*FIELDS[:3], "S4DUBOIS", *FIELDS[4:]]
    assert datamatrix.read(scan("", fields)).family == "DUBOIS"


@pytest.mark.parametrize("written", ["28/03/1979", "28.03.1979", "28031979", "19790328", "1979-03-28"])
def test_the_birth_date_in_its_usual_forms(written: str) -> None:
    assert datamatrix.read(scan("\x1d", [*FIELDS[:5], f"S6{written}", FIELDS[6]])).born == "1979-03-28"


@pytest.mark.parametrize(
    "fields",
    [
        ["S1279035121518988", *FIELDS[1:]],
        [*FIELDS[:5], "S631-02-1979", FIELDS[6]],
        [*FIELDS[:5], "S699-99-9999", FIELDS[6]],
        FIELDS[:5],
    ],
)
def test_what_cannot_be_right_is_refused(fields: list[str]) -> None:
    with pytest.raises(Malformed):
        datamatrix.read(scan("\x1d", fields))


def test_a_scanner_set_for_another_keyboard_is_named() -> None:
    with pytest.raises(Malformed, match="clavier"):
        datamatrix.read('IS0&àààààààààààààààààààààS&éèçà"(&é&(&("')


def test_corsica() -> None:
    fields = ["S1" + "1550" + "3" + "2A" + "004123" + "28", *FIELDS[1:]]
    number = "155032A004123"
    key = 97 - int("1550319004123") % 97
    fields[0] = f"S1{number}{key:02}"
    assert datamatrix.read(scan("\x1d", fields)).number == f"{number}{key:02}"


@given(st.text(max_size=300))
def test_anything_else_is_refused_cleanly(text: str) -> None:
    with pytest.raises(Malformed):
        datamatrix.read("IS01" + text)
