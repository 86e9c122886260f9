"""What a note says around the words looked for."""

from __future__ import annotations

from carnet.rules.passages import PASSAGES, Piece, marked, passages, said


def shown(text: str, typed: str) -> list[str]:
    return [
        "".join(f"[{one.text}]" if one.found else one.text for one in line) for line in passages(text, typed)
    ]


def test_words_are_marked_as_they_were_written() -> None:
    assert shown("Cœur régulier, l’insuffisance s’aggrave.", "coeur INSUFF") == [
        "[Cœur] régulier, l’[insuffisance] s’aggrave."
    ]
    assert marked("a <b> Œdème", "oed") == [Piece("a <b> ", False), Piece("Œdème", True)]


def test_only_the_surroundings_and_not_in_the_middle_of_a_word() -> None:
    [line] = shown("avant " * 40 + "zona" + " après" * 40, "zona")
    assert line.startswith("…")
    assert line.endswith("…")
    assert "[zona]" in line
    assert line.strip("…").split()[0] == "avant"
    assert len(line) < 170
    assert len(shown(("zona " + "x " * 200) * 9, "zona")) == PASSAGES


def test_the_beginning_when_the_words_are_elsewhere() -> None:
    assert shown("Bonjour", "zona") == ["Bonjour"]
    assert shown("", "zona") == []


def test_what_a_resource_says() -> None:
    div = "<div xmlns='http://www.w3.org/1999/xhtml'><p>Un</p><p>deux &amp; trois</p></div>"
    sections = [{"title": "Motif", "text": {"div": div}, "section": [{"title": "Suite"}]}]
    assert said({"resourceType": "Composition", "section": sections}) == "Motif\nUn\ndeux & trois\nSuite"
    assert (
        said({"resourceType": "DocumentReference", "description": "Courrier"}, "Texte") == "Courrier\nTexte"
    )
