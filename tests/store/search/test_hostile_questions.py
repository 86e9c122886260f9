"""Whatever is asked, the answer is a page or a refusal in words, on both engines. CARNET_TEST_EXAMPLES asks more."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from carnet.fhir import search_parameters
from carnet.fhir.errors import BadSearch
from carnet.store.search.search import Page, search
from tests.store.search.rows import keep

TYPES = ("Patient", "Observation", "Consent", "ValueSet", "Provenance")
PARTS = (
    "_has", "_id", "_lastUpdated", "_text", "_content", "_tag", "_profile", "_source", "_type", "_include", "_revinclude", "_sort",
    "_count", "_total", "_page", "_filter", "identifier", "name", "patient", "subject", "code", "date", "value-quantity",
    "code-value-quantity", "url", "Patient", "Observation", "exact", "contains", "missing", "not", "text", "of-type", "in",
    "below", "above", "iterate", "*", "$word", "near", "probability",
)  # fmt: skip
VALUES = (
    "true", "a|b", "|", "||", "a|b|c", "5||mg", "gt", "ge2020", "ap5.4", "2020-13-45", "9999-12-31T23:59:60Z", "0000", "1e999",
    "-0", "5.4|http://unitsofmeasure.org|g", "Patient/1", "Patient/1/_history/2", "http://x.org/a|1", "a$b", "a$", "$", ",", "\\",
    "a\\,b", "%", "_", "'", '"', "{row}", "{x}", "%s", "?1", "NEAR(", "a*", "œ", "\u0300", "-date,name", "Observation:patient", "*",
    "-_lastUpdated", "W10", "1e3", "+5",
)  # fmt: skip
SIGNS = ("", ":", ".", ",", "|", "$", "-", " ")
some_text = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Z")), max_size=8)


def made_of(words: tuple[str, ...]) -> st.SearchStrategy[str]:
    """A few of the words, or any text, with signs between them."""
    piece = st.one_of(st.sampled_from(words), st.sampled_from(words), some_text)
    return st.lists(st.tuples(piece, st.sampled_from(SIGNS)), min_size=1, max_size=5).map(
        lambda pairs: "".join(word + sign for word, sign in pairs)
    )


codes = st.sampled_from(sorted({code for type in TYPES for code in search_parameters.of(type)}))
modifiers = st.sampled_from(
    ["", "", ":missing", ":not", ":exact", ":text", ":of-type", ":identifier", ":Patient"]
)
names = st.one_of(st.builds(str.__add__, codes, modifiers), made_of(PARTS))
question = st.lists(st.tuples(names, made_of(VALUES)), min_size=1, max_size=3)


@pytest.fixture
def kept(any_cell: Path) -> None:
    keep({"resourceType": "Patient", "id": "1", "name": [{"family": "L’Hermitte"}], "birthDate": "1955"})
    keep({"resourceType": "Observation", "id": "1", "subject": {"reference": "Patient/1"}})


@settings(
    max_examples=int(os.environ.get("CARNET_TEST_EXAMPLES", "400")),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(type=st.sampled_from(["", *TYPES]), asked=question, lenient=st.booleans())
def test_a_question_is_answered_or_refused(
    kept: None, type: str, asked: list[tuple[str, str]], *, lenient: bool
) -> None:
    with suppress(BadSearch):
        assert isinstance(search(type, asked, lenient=lenient), Page)
