"""The INS Datamatrix that a hospital prints on its papers: a string from a scanner (or pasted) becomes an identity.
Liberal about what keyboards do to separators, strict about the number and the date. Never looks anything up.

Source: the 2D-Doc layout that the ANS publishes for the INS: a header (`IS01` and 22 characters), then fields
S1 number, S2 OID, S3 first names, S4 birth name, S5 sex, S6 birth date, S7 birthplace (INSEE)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from carnet.fhir import identifiers
from carnet.fhir.errors import Malformed

_SEPARATOR = r"(?:\x1d|<GS>|\{GS\}|\^\]|\\x1d|\t|\r?\n)?"
_LAYOUT = re.compile(
    r"^\s*IS01.{22}?"
    r"S1(?P<number>[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{8})" + _SEPARATOR
    + r"S2(?P<oid>[0-9.]{5,40}?)" + _SEPARATOR
    + r"S3(?P<given>[^0-9]{1,100}?)" + _SEPARATOR
    + r"S4(?P<family>[^0-9]{1,100}?)" + _SEPARATOR
    + r"S5(?P<sex>[MFI])" + _SEPARATOR
    + r"S6(?P<born>[0-9/.-]{8,10})" + _SEPARATOR
    + r"S7(?P<place>[0-9AB]{5})?\s*$",
    re.IGNORECASE | re.DOTALL,
)  # fmt: skip
_DATES = (
    re.compile(r"^(?P<d>\d{2})[/.-]?(?P<m>\d{2})[/.-]?(?P<y>(?:18|19|20)\d{2})$"),
    re.compile(r"^(?P<y>(?:18|19|20)\d{2})[/.-]?(?P<m>\d{2})[/.-]?(?P<d>\d{2})$"),
)
_SEXES = {"M": "male", "F": "female", "I": "unknown"}
# What the top row of an AZERTY keyboard types when the scanner believes it is a QWERTY one.
_WRONG_KEYBOARD = set("&é\"'(-è_çà")


@dataclass(frozen=True, slots=True)
class Scanned:
    """An identity as it was printed; `system` is `urn:oid:…`, `born` a FHIR date, `place` an INSEE code or empty."""

    number: str
    system: str
    given: tuple[str, ...]
    family: str
    sex: str
    born: str
    place: str


def is_datamatrix(text: str) -> bool:
    """Whether this may be a scan rather than something typed."""
    return text.lstrip().upper().startswith("IS01")


def read(text: str) -> Scanned:
    """The identity of a scan. Raises Malformed with a sentence that says what to do."""
    found = _LAYOUT.match(text[:1000])
    if not found:
        raise Malformed(_keyboard(text))
    number = found["number"].upper()
    if not identifiers.is_ins(number):
        raise Malformed("La clé du numéro lu n'est pas juste : scannez de nouveau. Rien n'a été repris.")
    return Scanned(
        number=number,
        system=f"urn:oid:{found['oid'].strip('.')}",
        given=tuple(found["given"].split()),
        family=" ".join(found["family"].split()),
        sex=_SEXES[found["sex"].upper()],
        born=_day(found["born"]),
        place=(found["place"] or "").upper(),
    )


def _keyboard(text: str) -> str:
    if len(_WRONG_KEYBOARD & set(text)) >= 4:
        return "Le lecteur tape comme un clavier anglais : réglez-le sur le clavier français, puis scannez de nouveau."
    return (
        "Ce n'est pas un Datamatrix INS, ou il a été lu en partie : scannez de nouveau. Rien n'a été repris."
    )


def _day(written: str) -> str:
    for layout in _DATES:
        found = layout.match(written)
        if found:
            return _real(int(found["y"]), int(found["m"]), int(found["d"]))
    raise Malformed("La date de naissance du Datamatrix est illisible : scannez de nouveau.")


def _real(year: int, month: int, day: int) -> str:
    try:
        return date(year, month, day).isoformat()
    except ValueError as error:
        raise Malformed("La date de naissance du Datamatrix n'existe pas. Rien n'a été repris.") from error
