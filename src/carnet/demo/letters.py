"""The letters of the story, as the documents that would arrive: CDA with coded facts, or a plain PDF. Pure."""

from __future__ import annotations

import re
from datetime import datetime
from xml.sax.saxutils import escape

from carnet.demo import cda, pdf
from carnet.demo.cda import Author, Kind, Person, Section
from carnet.demo.facts import medicine
from carnet.demo.stories import Story, file

KINDS = {
    "consultation": Kind("11488-4", "CR ou fiche de consultation ou de visite"),
    "sortie": Kind("11490-0", "Lettre de liaison à la sortie d'un établissement de soins"),
    "imagerie": Kind("18748-4", "CR d'imagerie médicale"),
    "synthese": Kind("SYNTH", "Synthèse médicale", system="1.2.250.1.213.1.1.4.12"),
}
# LOINC code of a section by the first letters of its title
SECTIONS = {"Motif": "42349-1", "Indication": "18785-6", "Examen": "29545-1", "Synthèse": "10164-2", "Résultat": "18782-3", "Suites": "18776-5"}  # fmt: skip
CONCLUSION = "55110-1"
_SECTION = re.compile(r"^## (.+)\n((?:(?!^## ).*\n?)*)", re.MULTILINE)


def written(letter: Story, patient: Person, at: datetime) -> tuple[str, bytes]:
    """(file name, content)."""
    author = _author(letter["from"])
    name = f"{letter['patient']} {letter['from']} {letter['ago']}"
    if letter["form"] == "pdf":
        return f"Courrier du Dr {author.family}.pdf", _pdf(letter, author, patient, at)
    sections = [*_narrative(letter), *_coded(letter)]
    return "courrier.xml", cda.document(KINDS[letter["kind"]], patient, author, sections, name=name, at=at)


def _author(name: str) -> Author:
    known = file("letters")["author"]
    who = known[name]
    number = list(known).index(name) + 10
    return Author(who["place"], who["family"], who["given"], who["code"], who["speciality"], number)


def _narrative(letter: Story) -> list[Section]:
    found = _SECTION.findall(letter["text"])
    return [Section(_code(title), title, _paragraphs(text)) for title, text in found]


def _code(title: str) -> str:
    return next((code for start, code in SECTIONS.items() if title.startswith(start)), CONCLUSION)


def _paragraphs(text: str) -> str:
    return "".join(f"<paragraph>{escape(line)}</paragraph>" for line in text.strip().split("\n"))


def _coded(letter: Story) -> list[Section]:
    """The facts that the letter codes: one section per kind."""
    problems = [_parts(line) for line in letter.get("problems", [])]
    allergies = [_parts(line) for line in letter.get("allergies", [])]
    medicines = [medicine(line) for line in letter.get("medicines", [])]
    return [
        *_listed(
            "11450-4",
            "Problèmes actifs",
            ("2.16.840.1.113883.10.20.1.11", "1.3.6.1.4.1.19376.1.5.3.1.3.6", "1.2.250.1.213.1.1.2.132"),
            [(f"{label} ({since})", cda.problem_entry(code, label, since, f"p{i}")) for i, (code, label, since) in enumerate(problems)],
            "p",
        ),
        *_listed(
            "48765-2",
            "Allergies et intolérances",
            ("2.16.840.1.113883.10.20.1.2", "1.3.6.1.4.1.19376.1.5.3.1.3.13", "1.2.250.1.213.1.1.2.137"),
            [(label, cda.allergy_entry(label, since, f"a{i}")) for i, (label, since) in enumerate(allergies)],
            "a",
        ),
        *_listed(
            "10160-0",
            "Traitements",
            ("2.16.840.1.113883.10.20.1.8", "1.3.6.1.4.1.19376.1.5.3.1.3.19", "1.2.250.1.213.1.1.2.143"),
            [(f"{what['text']} : {taken}", cda.medicine_entry(what["coding"][0]["code"], what["text"], f"m{i}")) for i, (what, taken) in enumerate(medicines)],
            "m",
        ),
    ]  # fmt: skip


def _listed(
    code: str, title: str, templates: tuple[str, ...], lines: list[tuple[str, str]], mark: str
) -> list[Section]:
    items = "".join(
        f'<item><content ID="{mark}{i}">{escape(words)}</content></item>'
        for i, (words, _) in enumerate(lines)
    )
    return (
        [Section(code, title, f"<list>{items}</list>", [entry for _, entry in lines], templates)]
        if lines
        else []
    )


def _parts(line: str) -> list[str]:
    return [part.strip() for part in line.split("|")]


def _pdf(letter: Story, author: Author, patient: Person, at: datetime) -> bytes:
    sex = "Mme" if patient.gender == "female" else "M."
    who = f"{sex} {patient.used or patient.family} {patient.given.split()[0]}, né{'e' if sex == 'Mme' else ''} le {patient.birthday:%d/%m/%Y}"
    head = [
        author.place,
        f"Dr {author.given} {author.family}",
        author.speciality,
        "",
        f"Le {at:%d/%m/%Y}",
        "",
        f"Concerne : {who}",
    ]
    return pdf.letter(head, letter["text"], [f"Dr {author.given} {author.family}"])


def unclaimed(at: datetime) -> bytes:
    """A letter that does not say enough of whom it speaks: somebody must decide."""
    text = "Chère consœur,\nJ'ai reçu ce jour votre patiente Mme Petit pour une douleur d'épaule. L'examen est rassurant.\nBien confraternellement."
    return pdf.letter(["Cabinet de rhumatologie des Ormes", "Dr Judith Weiss", f"Le {at:%d/%m/%Y}"], text, [])
