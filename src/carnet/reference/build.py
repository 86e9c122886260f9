"""Makes the table of specialities from the official files of the « base de données publique des médicaments » (ANSM,
HAS, UNCAM; Licence Ouverte). Reads a folder, writes one file; asks nobody on the network."""

from __future__ import annotations

import csv
import gzip
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold
from carnet.reference import substances
from carnet.reference.specialities import COLUMNS, Speciality

Rows = Iterator[list[str]]

# official name of the file, with the fewest columns that a row may have
_SPECIALITIES, _COMPOSITION, _CONDITIONS, _GENERICS, _ATC = (
    ("CIS_bdpm", 12), ("CIS_COMPO_bdpm", 8), ("CIS_CPD_bdpm", 2), ("CIS_GENER_bdpm", 5), ("CIS_MITM", 3),
)  # fmt: skip
_ABSENT = (
    "Il manque le fichier {name} dans ce dossier. Rien n'a été changé. Téléchargez-le, puis recommencez."
)
_UNREADABLE = "Le fichier {name} n'est pas celui de la base publique des médicaments. Rien n'a été changé."
_ATC_OF: dict[str, str] = tomllib.loads((files("carnet.reference") / "tables/atc.toml").read_text("utf-8"))[
    "codes"
]
_HOSPITAL = re.compile(
    r"reserve a l usage hospitalier|situation d urgence|structure d assistance medicale mobile"
)
_STRENGTH = re.compile(
    r"(?:^|\s)(?P<strength>\d[\d ]*(?:[.,]\d+)?\s?"
    r"(?:%|/|(?:pour ?cent|microg|mg|g|ui|u|mui|kui|unit|ml|µg|mmol|meq|m?bq|gbq|kcal|l)\b|microgrammes?|unités?|million).*)$",
    re.IGNORECASE,
)
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)")
_FORM = re.compile(
    r" (?:sans sucre|adultes|enfants|poudre|comprimé|gélule|solution|suspension|granulé|sirop|collyre|gel|crème)\b.*$",
    re.IGNORECASE,
)
_CLEAR = 0.9
_HEAD = (
    "# Specialities of the « base de données publique des médicaments » (ANSM, HAS, UNCAM), Licence Ouverte 2.0.\n"
    "# Edition: {edition}. Made by `carnet reference build`. Facts only; one row for each speciality that is authorised\n"
    "# or was lately, homeopathy left out. `atc`: official where CIS_MITM gives it, else that of the generic group,\n"
    "# else that of all specialities with the same substances and routes. `place`: hospital when only used there.\n"
    "# {columns}\n"
)


class Part(NamedTuple):
    """One line of composition."""

    substance: str
    dose: str
    nature: str
    link: str


def build(folder: Path) -> list[Speciality]:
    """The specialities of the official files in `folder` (plain or gzip, any suffix after the official name).
    Raises Malformed naming the file that is missing or is another."""
    generics, conditions, atc = _groups(folder), _conditions(folder), _official_atc(folder)
    parts = _composition(folder)
    found = [
        _speciality(row, parts, conditions) for row in _rows(folder, *_SPECIALITIES) if "homéo" not in row[5]
    ]
    return sorted(
        _with_atc([one for one in found if one.inn and "homéopathi" not in one.inn], atc, generics),
        key=lambda one: (fold(one.name), one.cis),
    )


def write(specialities: list[Speciality], path: Path, *, edition: str) -> None:
    """Replace the table at `path` in one step."""
    scratch = path.with_suffix(".new")
    with scratch.open("w", encoding="utf-8", newline="\n") as out:
        out.write(_HEAD.format(edition=edition, columns=" ".join(COLUMNS)))
        out.writelines("\t".join(one) + "\n" for one in specialities)
    scratch.replace(path)


def _rows(folder: Path, name: str, width: int) -> Rows:
    path = next((one for one in sorted(folder.iterdir()) if one.name.split(".")[0] == name), None)
    if path is None:
        raise Malformed(_ABSENT, name=name)
    raw = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    rows = list(csv.reader(_text(raw).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    if not rows or any(len(row) < width or not row[0].strip().isdigit() for row in rows[:100]):
        raise Malformed(_UNREADABLE, name=name)
    yield from ([cell.strip() for cell in row] for row in rows if len(row) >= width)


def _text(raw: bytes) -> str:
    """The files are in the Windows alphabet; some editions are in UTF-8."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", errors="replace")


def _composition(folder: Path) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for cis, _, _, substance, dose, _, nature, link, *_ in _rows(folder, *_COMPOSITION):
        found[cis].append(Part(substance, dose, nature, link))
    return found


def _conditions(folder: Path) -> set[str]:
    """The specialities that only a hospital or an ambulance uses."""
    return {row[0] for row in _rows(folder, *_CONDITIONS) if _HOSPITAL.search(fold(row[1]))}


def _groups(folder: Path) -> dict[str, str]:
    return {row[2]: row[0] for row in _rows(folder, *_GENERICS)}


def _official_atc(folder: Path) -> dict[str, str]:
    return {row[0]: row[1] for row in _rows(folder, *_ATC) if row[1]}


def _speciality(row: list[str], parts: dict[str, list[Part]], hospital: set[str]) -> Speciality:
    cis, name, form, routes, state, _, sold = row[:7]
    held = _told_apart(parts.get(cis, []))
    inns = substances.told(list(dict.fromkeys(substances.plain(part.substance) for part in held)))
    inn = "/".join(_in_order(inns, fold(name)))
    brand, strength = _cut(name)
    inn = substances.OF_BRAND.get(fold(brand), inn)
    if not strength and len(held) == 1:
        strength = held[0].dose
    return Speciality(
        cis=cis,
        name=name,
        brand="" if _is_substance(brand, inn) else brand,
        inn=inn,
        strength=_tidy(strength),
        form=form,
        routes=routes.replace(";", ", "),
        atc="",
        place="hospital" if cis in hospital else "town",
        marketed="yes" if (state, sold) == ("Autorisation active", "Commercialisée") else "no",
    )


def _cut(name: str) -> tuple[str, str]:
    """`BILASKA 20 mg, comprimé` is (`BILASKA`, `20 mg`)."""
    title = name.partition(", ")[0].strip()
    found = _STRENGTH.search(title)
    return (title[: found.start()].strip(), found["strength"]) if found else (title, "")


def _is_substance(brand: str, inn: str) -> bool:
    """Whether it is sold under the name of what it holds: `AMLODIPINE BIOGARAN`, `LOSARTAN/HYDROCHLOROTHIAZIDE EG`."""
    words, first = fold(brand).replace("/", " ").split(), fold(inn).replace("/", " ").split()
    return bool(words and first) and words[0] in first


def _in_order(inns: Iterable[str], name: str) -> list[str]:
    """The substances as the name of the speciality gives them, those that it does not name after."""
    places = {inn: name.find(fold(inn).split()[-1][:6]) for inn in inns}
    return sorted(places, key=lambda inn: places[inn] if places[inn] >= 0 else len(name))


def _tidy(strength: str) -> str:
    """`1 000 mg poudre pour solution` is `1000 mg`; `75 microgrammes/dose` stays."""
    return _FORM.sub("", _THOUSANDS.sub("", strength)).strip(" .,;")


def _told_apart(parts: list[Part]) -> list[Part]:
    """Of a substance and its therapeutic fraction, the fraction: 5 mg of amlodipine, not of its salt; of iron, the salt."""
    salts = {part.link for part in parts if substances.plain(part.substance) in substances.TOLD_BY_SALT}
    fractions = {part.link for part in parts if part.nature == "FT"} - salts
    return [
        part
        for part in parts
        if (part.nature == "FT" and part.link in fractions)
        or (part.nature != "FT" and part.link not in fractions)
    ]


def _with_atc(
    found: list[Speciality], official: dict[str, str], groups: dict[str, str]
) -> Iterator[Speciality]:
    """The official code, else the one that all of the same generic group have, else all of the same composition."""
    known = official
    for alike in (lambda one: groups.get(one.cis, ""), _made_alike):
        known = {**_agreed(found, known, alike), **known}
    known = {**{one.cis: _ATC_OF[_made_alike(one)] for one in found if _made_alike(one) in _ATC_OF}, **known}
    return (one._replace(atc=known.get(one.cis, "")) for one in found)


def _made_alike(one: Speciality) -> str:
    """Same substances by the same route."""
    return f"{one.inn} | {one.routes}" if one.routes else ""


def _agreed(
    found: list[Speciality], known: dict[str, str], alike: Callable[[Speciality], str]
) -> dict[str, str]:
    """What nine in ten of those that are alike say, for those of them that say nothing."""
    codes: dict[str, Counter[str]] = defaultdict(Counter)
    for one in found:
        if one.cis in known and alike(one):
            codes[alike(one)][known[one.cis]] += 1
    sure = {key: count.most_common(1)[0][0] for key, count in codes.items() if _is_clear(count)}
    return {one.cis: sure[alike(one)] for one in found if one.cis not in known and alike(one) in sure}


def _is_clear(count: Counter[str]) -> bool:
    return count.most_common(1)[0][1] >= _CLEAR * count.total()
