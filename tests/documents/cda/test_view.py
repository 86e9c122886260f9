"""What the viewer and the `div` of a resource show: the words and tables of the author, and nothing that acts."""

from __future__ import annotations

import pytest

from carnet.documents.cda.view import view
from tests.documents.cda.writing import body, document, entry, observation, read_one, section

HOSTILE = """
<paragraph onclick="alert(1)" style="color:red">Bonjour <content styleCode="Bold Underline">monde</content></paragraph>
<script>alert(1)</script><style>p{}</style><iframe src="http://evil.example/"/>
<linkHtml href="javascript:alert(1)">un lien</linkHtml><linkHtml href="http://evil.example/">dehors</linkHtml>
<img src="http://evil.example/pixel.png"/><renderMultiMedia referencedObject="none"/>
<list listType="ordered"><caption>Liste</caption><item>un</item><item>deux</item></list>
<table border="1" width="2000"><thead><tr><th colspan="2" styleCode="Botrule">Date</th></tr></thead>
<tbody><tr align="center"><td ID="x" onmouseover="a()">1</td><td rowspan="99999999999">2</td></tr></tbody></table>"""
PNG = '<observationMedia classCode="OBS" moodCode="EVN" ID="img1"><value mediaType="image/png" representation="B64">iVBORw0KGgo=</value></observationMedia>'


def shown(text: str, entries: str = "", **how: object) -> str:
    return view(
        document(body(section(entries, text=text, title="Résultats &amp; avis &lt;b&gt;"))).encode(), **how
    )  # type: ignore[arg-type]


def test_words_tables_and_lists_are_shown() -> None:
    html = shown(HOSTILE)
    assert "<p>Bonjour <span><b><u>monde</u></b></span></p>" in html
    assert "monde" in html and "<b>" in html and "<u>" in html  # noqa: PT018
    assert "<ol><p>Liste</p><li>un</li><li>deux</li></ol>" in html
    assert '<th colspan="2" class="cda-botrule">Date</th>' in html
    assert "Résultats &amp; avis &lt;b&gt;" in html
    assert "né(e) le 03/04/1955" in html


@pytest.mark.parametrize(
    "never",
    [
        "<script",
        "<style",
        "<iframe",
        "<img",
        "href",
        "onclick",
        "onmouseover",
        "style=",
        "evil.example",
        "javascript",
        "rowspan",
        "width",
    ],
)
def test_nothing_that_acts_survives(never: str) -> None:
    assert never not in shown(HOSTILE)


def test_a_picture_of_the_document_is_shown_where_the_text_calls_it() -> None:
    html = shown(
        'avant <renderMultiMedia referencedObject="img1"><caption>Courbe</caption></renderMultiMedia> après',
        entry(PNG),
    )
    assert html.count("data:image/png;base64,iVBORw0KGgo=") == 1
    assert html.index("avant") < html.index("data:image") < html.index("Courbe") < html.index("après")
    served = shown(
        '<renderMultiMedia referencedObject="img1"/>', entry(PNG), part_url=lambda part: f"/piece/{part.id}"
    )
    assert 'src="/piece/part-1"' in served


def test_a_file_that_no_text_calls_is_listed() -> None:
    html = shown("", entry(PNG.replace("image/png", "application/pdf")))
    assert "Pièces jointes" in html
    assert "application/pdf" in html


def test_an_active_picture_is_never_inlined() -> None:
    html = shown(
        '<renderMultiMedia referencedObject="img1"/>', entry(PNG.replace("image/png", "image/svg+xml"))
    )
    assert "data:" not in html
    assert "<img" not in html


def test_a_text_document_is_shown_as_text() -> None:
    html = view(
        document(
            '<nonXMLBody><text mediaType="text/plain">&lt;script&gt; un &amp; deux</text></nonXMLBody>'
        ).encode()
    )
    assert "<pre>&lt;script&gt; un &amp; deux</pre>" in html


def test_the_div_of_a_resource_is_its_row_under_its_headings() -> None:
    text = '<table><thead><tr><th>Date</th><th>Quoi</th></tr></thead><tbody><tr><td>hier</td><td ID="a">Un</td></tr><tr><td>demain</td><td ID="b">Deux</td></tr></tbody></table>'
    value = '<code code="1" codeSystem="2.16.840.1.113883.6.1"/><text><reference value="#b"/></text>'
    found = read_one(entry(observation("48", value)), text=text)
    div = found.resources[-1]["text"]["div"]
    assert "demain" in div and "Date" in div  # noqa: PT018
    assert "hier" not in div
