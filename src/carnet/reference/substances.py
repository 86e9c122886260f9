"""The name of a substance as a prescriber says it, from its name in the official composition: without salt, hydrate
or base. Reads only its table; decides nothing clinical."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from carnet.fhir.folding import fold

_TABLE = tomllib.loads((files("carnet.reference") / "tables/substances.toml").read_text("utf-8"))
_SALTS = frozenset(_TABLE["salts"])
_KEPT_WITH = frozenset(_TABLE["kept_with"])
_ENDINGS = frozenset(_TABLE["endings"])
TOLD_BY_SALT = frozenset(_TABLE["told_by_salt"])  # as `plain` says them
_WHOLE = frozenset(map(fold, _TABLE["whole"]))
_RENAMED: dict[str, str] = {fold(name): said for name, said in _TABLE["renamed"].items()}
_SALT_OF = re.compile(r"^(?P<salt>\S+) (?:de |d['’])(?P<of>.+)$")
_IN_BRACKETS = re.compile(r"^(?P<of>.+?) ?\((?P<salt>[^()]+?)(?: (?:de|d['’]))?\)$")

# A plant is named without what was made of it: « extrait sec de racine de valériane », « aubépine (extrait d') (sec) ».
_PART = r"(?:(?:parties? a[eé]riennes?|sommit[eé]s?)(?: fleuries?)?|feuilles?|racines?|rhizomes?|fruits?|fleurs?|[eé]corces?|pistils?)"
_MADE_OF = re.compile(
    rf"^(?:(?:extrait|teinture|poudre)(?: (?:sec|mou|fluide|aqueux|hydroalcoolique|raffin[eé]|et|quantifi[eé]))* (?:de |d['’]|des ))(?:(?:la )?{_PART} (?:de |d['’]))?(?=\S)"
)
_MADE_FROM = re.compile(
    rf",? ?\((?:extrait|teinture|poudre|{_PART})[^()]*\) ?|,? ?\((?:sec|fluide|mou)\)|, (?:extrait|teinture)[^()]*$"
)

OF_BRAND: dict[str, str] = _TABLE["of_brand"]  # folded
NUMBERED: list[str] = _TABLE["numbered"]  # folded brands that end with a number
_GOES_WITH: dict[str, list[str]] = _TABLE["goes_with"]
_TURNED = re.compile(r"^(?P<of>.+?) ?\((?P<first>acide)\)$")


@cache
def plain(official: str) -> str:
    """`CHLORHYDRATE DE METFORMINE` is metformine; `AMLODIPINE (BÉSILATE D')` amlodipine; `CHLORURE DE SODIUM` itself."""
    name = " ".join(official.lower().replace("’", "'").split())
    name = _MADE_FROM.sub(" ", _MADE_OF.sub("", name)).strip() or name
    for _ in range(4):  # a salt of a salt, hydrated
        shorter = _shorter(name)
        if shorter == name:
            break
        name = shorter
    return _RENAMED.get(fold(name), name)


def told(inns: list[str]) -> list[str]:
    """The substances that a prescriber names: the electrolytes of macrogol go without saying."""
    silent = {other for inn in inns for other in _GOES_WITH.get(inn, ())}
    return [inn for inn in inns if inn not in silent]


def _shorter(name: str) -> str:
    if fold(name) in _WHOLE or fold(name) in _RENAMED:
        return name
    turned = _TURNED.match(name)
    if turned:  # « ascorbique (acide) »
        return f"{turned['first']} {turned['of']}"
    found = _SALT_OF.match(name) or _IN_BRACKETS.match(name)
    if found and _is_salt(found["salt"], found["of"]):
        return found["of"].strip()
    if (
        found and found.re is _IN_BRACKETS and fold(found["of"]).split()[0] in _KEPT_WITH
    ):  # « sodium (alginate de) »
        return f"{found['salt']} de {found['of']}".replace("de aluminium", "d'aluminium").replace(
            "de ammonium", "d'ammonium"
        )
    first, _, last = name.rpartition(" ")
    if fold(last) in _KEPT_WITH and first.endswith(" de"):
        return name  # « lactate de magnésium » is no lactate
    return first.removesuffix(" de").strip() if first and fold(last) in _ENDINGS else name


def _is_salt(salt: str, of: str) -> bool:
    words = fold(of).split()
    return fold(salt).split()[0] in _SALTS and bool(words) and words[0] not in _KEPT_WITH
