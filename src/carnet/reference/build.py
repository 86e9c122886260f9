"""Makes the table of specialities from the official files of the « base de données publique des médicaments » (ANSM,
HAS, UNCAM; Licence Ouverte). Reads a folder, writes one file; asks nobody on the network."""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

from carnet.fhir.errors import Malformed
from carnet.fhir.folding import fold
from carnet.reference import official_files, strength_order, substances
from carnet.reference.official_files import Official
from carnet.reference.specialities import COLUMNS, Speciality

_FEWER = (
    "Ces fichiers donnent {found} spécialités, la table en place en a {held} : un des fichiers semble coupé. Rien n'a été "
    "changé. Téléchargez-les de nouveau, en entier, puis recommencez."
)
_HOSPITAL = re.compile(
    r"reserve a l usage hospitalier|situation d urgence|structure d assistance medicale mobile"
)
_STRENGTH = re.compile(
    r"(?:^|\s)(?P<strength>\(?\d[\d ]*(?:[.,]\d+)*\s?"
    r"(?:%|/|\+|x 10(?=[⁰¹²³⁴⁵⁶⁷⁸⁹])|(?:pour ?cent|pour mille|microg|mg|g|ui|u\.i|u|m ?ui|m\.u\.i|mu|kui|unit|ml|µg|mmol|meq|m?bq|gbq|kcal|l)\b|microgrammes?|unités?|million).*)$",
    re.IGNORECASE,
)
_OF_BRACKETS = re.compile(r" \d+(?:,\d+)?(?: .*)?$")  # « MODOPAR 125 DISPERSIBLE (100 mg/25 mg) »
_POWER = re.compile(r"<sup>(\d+)</sup>")
_RAISED = str.maketrans("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹")
_MARKUP = re.compile(r"<[^<>]*>")
_THOUSANDS = re.compile(r"(?<=\d) (?=\d{3}\b)|(?<=\d)\.(?=\d{3}(?:\.\d{3})* ?U\.? ?I)")
_MILLIONS, _INTERNATIONAL = re.compile(r"\bM\. ?U\. ?I\b\.?"), re.compile(r"\bU\. ?I\b\.?")
_FORM = re.compile(
    r" (?:sans sucre|trousse|adultes|enfants|poudre|comprimé|gélule|solution|suspension|granulé|sirop|collyre|gel|crème)\b.*$",
    re.IGNORECASE,
)
_CLEAR = 0.9
_OFTEN = 2000  # specialities between two words on how far it is
_HALF = 2
_HEAD = (
    "# Specialities of the « base de données publique des médicaments » (ANSM, HAS, UNCAM), Licence Ouverte 2.0.\n"
    "# Edition: {edition}. Made by `carnet reference build`. Facts only; one row for each speciality that is authorised\n"
    "# or was lately, homeopathy left out. `atc`: official where CIS_MITM gives it, else that of the generic group,\n"
    "# else that of all specialities with the same substances and routes. `place`: hospital when only used there.\n"
    "# `ordered`: yes when the doses of the composition prove that the substances of `inn` stand in the order of `strength`.\n"
    "# {columns}\n"
)


class Part(NamedTuple):
    """One line of composition."""

    substance: str
    dose: str
    nature: str
    link: str


def build(folder: Path, told: Callable[[str], None] = lambda _: None) -> list[Speciality]:
    """The specialities of the official files in `folder`. `told` hears what is being done. Raises Malformed naming the
    file that is missing, is another, or was cut."""
    told("lecture des fichiers officiels")
    rows = {row[0]: row for row in official_files.rows(folder, official_files.SPECIALITIES)}
    generics, conditions, atc = _groups(folder, rows), _conditions(folder, rows), _official_atc(folder, rows)
    parts = _composition(folder)
    official_files.check_met(official_files.COMPOSITION, rows.keys(), parts.keys())
    found = []
    for number, row in enumerate(rows.values(), 1):
        if "homéo" not in row[5]:
            found.append(_speciality(row, parts, conditions))
        if number % _OFTEN == 0:
            told(f"{number} spécialités sur {len(rows)}")
    told("codes ATC et classement")
    kept = [one for one in found if one.inn and "homéopathi" not in one.inn]
    return sorted(_with_atc(kept, atc, generics), key=lambda one: (fold(one.name), one.cis))


def write(specialities: list[Speciality], path: Path, *, edition: str, held: int = 0) -> None:
    """Replace the table at `path` in one step, whole or not at all. Raises Malformed when it would shrink to less than
    half of the `held` rows in use: a file was cut."""
    if len(specialities) < held / _HALF:
        raise Malformed(_FEWER, found=len(specialities), held=held)
    scratch = path.with_name(f"{path.name}.{os.getpid()}.new")
    try:
        with scratch.open("w", encoding="utf-8", newline="\n") as out:
            out.write(_HEAD.format(edition=edition, columns=" ".join(COLUMNS)))
            out.writelines("\t".join(one) + "\n" for one in specialities)
            out.flush()
            os.fsync(out.fileno())
        scratch.replace(path)
    finally:
        scratch.unlink(missing_ok=True)


def _composition(folder: Path) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = defaultdict(list)
    for cis, _, _, substance, dose, _, nature, link, *_ in official_files.rows(
        folder, official_files.COMPOSITION
    ):
        found[cis].append(Part(substance, dose, nature, link))
    return found


def _conditions(folder: Path, known: Mapping[str, object]) -> set[str]:
    """The specialities that only a hospital or an ambulance uses."""
    rows = _met(folder, official_files.CONDITIONS, 0, known)
    return {row[0] for row in rows if _HOSPITAL.search(fold(row[1]))}


def _groups(folder: Path, known: Mapping[str, object]) -> dict[str, str]:
    return {row[2]: row[0] for row in _met(folder, official_files.GENERICS, 2, known)}


def _official_atc(folder: Path, known: Mapping[str, object]) -> dict[str, str]:
    return {row[0]: row[1] for row in _met(folder, official_files.ATC, 0, known) if row[1]}


def _met(folder: Path, file: Official, cis: int, known: Mapping[str, object]) -> list[list[str]]:
    rows = [*official_files.rows(folder, file)]
    official_files.check_met(file, {row[cis] for row in rows}, known.keys())
    return rows


def _speciality(row: list[str], parts: dict[str, list[Part]], hospital: set[str]) -> Speciality:
    cis, name, form, routes, state, _, sold = row[:7]
    name = _MARKUP.sub("", _POWER.sub(lambda found: found[1].translate(_RAISED), name))
    held = _told_apart(parts.get(cis, []))
    inns = substances.told(list(dict.fromkeys(substances.plain(part.substance) for part in held)))
    brand, strength = _cut(name)
    ordered = strength_order.proved(strength, _doses(inns, held, parts[cis])) if len(inns) > 1 else ()
    inn = substances.OF_BRAND.get(fold(brand), "/".join(ordered or _in_order(inns, fold(name))))
    if not strength and len(held) == 1:
        strength = held[0].dose
    official = " ".join(part.substance for part in parts.get(cis, []))
    return Speciality(
        cis=cis,
        name=name,
        brand="" if _is_substance(brand, f"{inn} {official}") else brand,
        inn=inn,
        strength=_tidy(strength),
        form=form,
        routes=routes.replace(";", ", "),
        atc="",
        place="hospital" if cis in hospital else "town",
        marketed="yes" if (state, sold) == ("Autorisation active", "Commercialisée") else "no",
        ordered="yes" if ordered else "",
    )


def _doses(inns: Sequence[str], held: Sequence[Part], parts: Iterable[Part]) -> dict[str, list[str]]:
    """What the composition gives of each substance: of what a prescriber names, and of the salt or the fraction of it;
    not of a salt of two (sacubitril and valsartan)."""
    linked: dict[str, list[str]] = defaultdict(list)
    for part in parts:
        linked[part.link].append(part.dose)
    named = [(substances.plain(part.substance), part) for part in held]
    shared = Counter(link for _, link in {(inn, part.link) for inn, part in named})
    return {
        inn: [
            dose
            for said, part in named
            if said == inn
            for dose in ([part.dose] if shared[part.link] > 1 else linked[part.link])
        ]
        for inn in inns
    }


def _cut(name: str) -> tuple[str, str]:
    """`BILASKA 20 mg, comprimé` is (`BILASKA`, `20 mg`); a number may be part of the brand (`A 313 200 000 UI`), and the
    strength stand behind a comma (`GIBITER EASYHALER, 160 microgrammes/4,5 microgrammes/dose, poudre`)."""
    title, _, rest = name.partition(", ")
    title, after = title.strip(), rest.partition(", ")[0].strip()
    start = next((len(one) for one in substances.NUMBERED if fold(title).startswith(f"{one} ")), 0)
    if found := _STRENGTH.search(title, start):
        brand, strength = title[: found.start()].strip(), found["strength"]
        return _OF_BRACKETS.sub("", brand) if strength.startswith("(") else brand, strength
    behind = _STRENGTH.match(after)
    return (title, behind["strength"]) if behind else (title, "")


def _is_substance(brand: str, inn: str) -> bool:
    """Whether it is sold under the name of what it holds: `AMLODIPINE BIOGARAN`, `LOSARTAN/HYDROCHLOROTHIAZIDE EG`."""
    words, first = fold(brand).replace("/", " ").split(), fold(inn).replace("/", " ").split()
    return bool(words and first) and len(words[0]) > 1 and words[0] in first


def _in_order(inns: Iterable[str], name: str) -> list[str]:
    """The substances as the name of the speciality gives them, those that it does not name after."""
    places = {inn: name.find(fold(inn).split()[-1][:6]) for inn in inns}
    return sorted(places, key=lambda inn: places[inn] if places[inn] >= 0 else len(name))


def _tidy(strength: str) -> str:
    """`1 000 mg poudre pour solution` is `1000 mg`, `(100 mg/25 mg)` without brackets, `3 M.U.I.` in `M UI`; `75
    microgrammes/dose` stays."""
    plain = _INTERNATIONAL.sub("UI", _MILLIONS.sub("M UI", _THOUSANDS.sub("", strength)))
    plain = _FORM.sub("", plain).strip(" .,;")
    return plain[1:-1] if plain.startswith("(") and plain.find(")") == len(plain) - 1 else plain


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
    """Same substances, in whatever order, by the same route."""
    return _sorted(f"{one.inn} | {one.routes}") if one.routes else ""


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


def _sorted(key: str) -> str:
    inn, _, routes = key.partition(" | ")
    return f"{'/'.join(sorted(inn.split('/')))} | {routes}"


_ATC_OF = {
    _sorted(key): code
    for key, code in tomllib.loads((files("carnet.reference") / "tables/atc.toml").read_text("utf-8"))[
        "codes"
    ].items()
}


def _is_clear(count: Counter[str]) -> bool:
    return count.most_common(1)[0][1] >= _CLEAR * count.total()
