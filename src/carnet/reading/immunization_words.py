"""The words that are said of vaccines, from immunizations.toml, as patterns: done, due, refused, which dose. It reads no
note."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import tables

DONE, PAST, DUE, REFUSED = "done_today", "up_to_date", "due", ""


def _form(name: str) -> str:
    return str(tables.toml("immunizations.toml")["words"][name])


@cache
def named_by() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){tables.toml('immunizations.toml')['named_by']}")


@cache
def everything() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('immunizations.toml')['all'])})(?![a-z])")


@cache
def all_up_to_date() -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z]){tables.toml('immunizations.toml')['all_after']}")


@cache
def after(group: str) -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("immunizations.toml")[group]["after"]))


@cache
def before(group: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![a-z])(?:{tables.any_of(tables.toml('immunizations.toml')[group]['before'])})$")


@cache
def any_status() -> re.Pattern[str]:
    return re.compile("|".join(after(status or "refused").pattern for status in (DONE, DUE, PAST, REFUSED)))


@cache
def further(status: str) -> re.Pattern[str]:
    return re.compile(_form(f"further_{status}"))


@cache
def stated() -> re.Pattern[str]:
    """Said right after a disease, this makes it a vaccine."""
    return re.compile(_form("stated").replace("{marks}", f"(?:{marks().pattern})?"))


@cache
def marks() -> re.Pattern[str]:
    return re.compile(rf"(?:{tables.any_of(tables.toml('immunizations.toml')['marks']['forms'])})+")


@cache
def listed() -> re.Pattern[str]:
    dose = marks().pattern
    return re.compile(
        rf"(?:{dose})? ?(?:[,+/&]|et|puis|ou)(?: (?:et|puis))? ?(?:{_form('article')})*(?:{dose} ?)?"
    )


@cache
def heading() -> re.Pattern[str]:
    """« Vaccins à refaire : dTcaP et ROR »: the head of a list on the same line, and no full stop since."""
    groups = "|".join(
        f"(?P<{status}>{tables.any_of(tables.toml('immunizations.toml')[status]['heading'])})"
        for status in (DONE, DUE, PAST)
    )
    return re.compile(rf"(?<![a-z])(?:{groups}) ?[:(] ?(?:[^.;\n:]|\.(?! |$))*$")


DISEASE = re.compile(
    r"(?:(?:vaccin\w*|rappel|anti) ?-?)?(?:grippe|zona|covid|pneumo(?:coque)?(?![a-z])|menin|hepatite|rougeole|rubeole|oreillons|coqueluche|tetanos|diphterie|polio|varicelle"
    r"|rotavir|rage|typhoide|fievre jaune|encephalite|tuberculose|hpv|prev(?![a-z])|papillo|vhb|vha|vrs|bronchiolite|dengue|leptos|mpox|cholera|chikun|ebola|fievre q|variole|haemophilus)"
)
VIRUS = re.compile(r"vrs|vhb|vha|hpv|covid|pneumo")
TESTED = re.compile(
    r"(?<![a-z])(?:vih|syphilis|sero\w*|vhc|hiv|toxo|fcu|frottis|test|pcr|ag|trod|tdr|efr|centre)(?: ?[+/&])? $|toxo(?:plasmose)?[a-z .]{0,12}[,/+] ?$"
)
