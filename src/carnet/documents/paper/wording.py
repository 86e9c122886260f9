"""The wording that a practice writes for its own papers: plain text with fields in braces, `{nom}`. Nothing else:
no expression, no condition, no code. A line whose every field is empty is left out."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from carnet.fhir.errors import Invalid, Issue

# field: what it stands for, as the page that edits a wording lists them
FIELDS: dict[str, str] = {
    "civilite": "M. ou Mme, selon le sexe",
    "nom": "le nom et le prénom",
    "ne": "né ou née, selon le sexe",
    "naissance": "la date de naissance",
    "age": "l’âge",
    "date": "la date du jour",
    "lieu": "la ville du cabinet",
    "interesse": "l’intéressé ou l’intéressée, selon le sexe",
    "medecin": "votre nom",
    "motif": "le motif de la consultation",
    "demande": "ce que la consultation a demandé de certifier",
    "problemes": "les problèmes actifs",
    "antecedents": "les antécédents",
    "traitements": "les traitements en cours",
    "prescrit": "ce qui a été prescrit ce jour",
    "allergies": "les allergies, ou « aucune connue »",
    "mesures": "les mesures du jour",
    "jours": "le nombre de jours d’un arrêt",
    "debut": "le premier jour d’un arrêt",
    "jusquau": "le dernier jour d’un arrêt",
    "destinataire": "à qui la lettre s’adresse",
}
LONGEST = 20_000  # characters of a wording
_BRACKETS = str.maketrans("{}", "()")
_FIELD = re.compile(r"\{([^{}\n]*)\}")
_SPACED = re.compile(r"(?<=\S )\{([^{}\n]*)\} ")
_UNKNOWN = "Le champ {{{field}}} n'existe pas. Les champs sont : {fields}."
_TOO_LONG = "Ce modèle est trop long : {count} caractères au plus."
_BRACE = "Une accolade n'est pas fermée, ou pas ouverte."


def check(wording: str) -> None:
    """Raises Invalid, one issue for each thing that is wrong."""
    unknown = [field for field in _FIELD.findall(wording) if field.strip() not in FIELDS]
    said = [_UNKNOWN.format(field=field[:40], fields=", ".join(FIELDS)) for field in dict.fromkeys(unknown)]
    if re.search(r"[{}]", _FIELD.sub("", wording)):
        said.append(_BRACE)
    if len(wording) > LONGEST:
        said.append(_TOO_LONG.format(count=LONGEST))
    if said:
        raise Invalid(said[0], [Issue("wording", sentence) for sentence in said])


def filled(wording: str, values: Mapping[str, str]) -> tuple[str, ...]:
    """The paragraphs of a wording with its fields replaced, once: a value that looks like a field stays as it is.
    Raises Invalid as `check` does."""
    check(wording)
    kept = [line for line in wording.splitlines() if not _is_void(line, values)]
    text = _joined(kept, values)
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())


def plain(text: str) -> str:
    """Words that hold no field."""
    return text.translate(_BRACKETS)


def begun(wording: str, values: Mapping[str, str], later: Collection[str]) -> str:
    """A wording as a person begins to edit it: what the record says stands there in its own words (braces, which would be
    fields again, as brackets); the fields of `later` stay, lines that would say nothing are gone. Raises Invalid."""
    check(wording)
    known = {field: said.translate(_BRACKETS) for field, said in values.items()}
    said = known | {field: f"{{{field}}}" for field in later}
    lines = wording.splitlines()
    kept = [line for line in lines if not _is_void(line, said)]
    text = _joined(kept, said)
    return text if len(kept) == len(lines) else re.sub(r"\n{3,}", "\n\n", text)


def _joined(lines: list[str], values: Mapping[str, str]) -> str:
    """Where a field is empty (« {civilite} {nom} » of nobody knows which sex), its space goes with it."""
    return "\n".join(
        _FIELD.sub(lambda found: values.get(found[1].strip(), ""), _without(line, values)) for line in lines
    )


def _without(line: str, values: Mapping[str, str]) -> str:
    return _SPACED.sub(lambda found: found[0] if values.get(found[1].strip(), "").strip() else "", line)


def _is_void(line: str, values: Mapping[str, str]) -> bool:
    fields = [field.strip() for field in _FIELD.findall(line)]
    return bool(fields) and not any(values.get(field, "").strip() for field in fields)
