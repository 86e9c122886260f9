"""Identifiers of French health care: the INS with its key and its several OIDs, the RPPS. Pure."""

from __future__ import annotations

import re

INS_NIR = "urn:oid:1.2.250.1.213.1.4.8"
INS_NIA = "urn:oid:1.2.250.1.213.1.4.9"
INS_TEST = "urn:oid:1.2.250.1.213.1.4.10"
INS_DEMO = "urn:oid:1.2.250.1.213.1.4.11"
INS_SYSTEMS = (INS_NIR, INS_NIA, INS_TEST, INS_DEMO)
RPPS = "urn:oid:1.2.250.1.71.4.2.1"
RPPS_URL = "https://rpps.esante.gouv.fr"
SOURCE_ADDRESS = "urn:carnet:source-address"  # the URL or UUID under which a sender knows a patient

_NIR = re.compile(r"^[0-9]{5}(?:[0-9]{2}|2[AB])[0-9]{6}$")


def ins_key(nir: str) -> int:
    """The two-digit key of a 13-character NIR or NIA: 97 - (number mod 97); Corsica 2A counts 19, 2B 18."""
    department = {"2A": "19", "2B": "18"}.get(nir[5:7].upper(), nir[5:7])
    return 97 - int(nir[:5] + department + nir[7:]) % 97


def is_ins(value: str) -> bool:
    """Whether the text has the 15-character shape of an INS and a right key."""
    value = value.replace(" ", "").upper()
    body, key = value[:13], value[13:]
    return bool(_NIR.match(body)) and key.isdigit() and len(key) == 2 and ins_key(body) == int(key)


def is_rpps(value: str) -> bool:
    """Eleven digits, the last of them a Luhn key."""
    if not re.fullmatch(r"[0-9]{11}", value):
        return False
    doubled = [int(d) * 2 if i % 2 else int(d) for i, d in enumerate(reversed(value))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
