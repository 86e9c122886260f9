"""The grammar of a dosage line: the kinds of pieces it is made of, and for each the patterns of doses.toml, in the order in
which they are tried. Where pieces begin and end in a text is decided in doses.py."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from carnet.reading import dose_values, numbers, tables

# Kinds of pieces.
AMOUNT, MASS, BARE, SCHEME, TIMES, MOMENT = "amount", "mass", "bare", "scheme", "times", "moment"
DURATION, NEED, CEILING, REFILL, BRAND_ONLY, THEN = (
    "duration",
    "need",
    "ceiling",
    "refill",
    "brand_only",
    "then",
)
AGAIN = "again"  # « 80 mg/kg/j en 2 prises, soit 500 mg x2 »
UNEVEN, ALTERNATE = "uneven", "alternate"  # « 1/4 alterné 1/2 »: the first is read, the words go to the end
FORM, PLACE, FILLER, ONCE, REPEAT, MEALS, COUNTED = (
    "form",
    "place",
    "filler",
    "once",
    "repeat",
    "meals",
    "counted",
)

_ENDS = r"(?!(?!x ?[0-9])[a-zœ])"  # of a unit; « 1gx3 » is 1 g
_ANY = rf"(?:{numbers.FRACTION}|{numbers.NUMBER}|{numbers.WORD})"
_RANGE = rf"(?P<n>{_ANY})(?: ?(?:a|ou|-) ?(?P<to>{_ANY}))?"
# The units of doses that change: not all, for these patterns are long and compiled at the start.
_FEW = r"(?:mg|ug|g|ui|u|unites?|cps?|cpr|comprimes?|gel(?:ules?)?|g(?:ou)?tt?e?s?|ml|inj(?:ections?)?|sachets?|bouff(?:ees?)?|doses?|patchs?)"
# Of a mass: « mg/kg/j », « par jour ».
_PER = r"(?P<per> ?/ ?(?:[0-9]{1,3}(?:[.,][0-9]{1,2})? ?)?(?:ml|24 ?h(?:eures?)?|h(?:eures?)?|dose|bouffee|(?:kg|kilo(?:gramme)?s?)(?: ?/ ?(?:jours?|j|[0-9]{1,2} ?h|prise|dose))?|jours?|j|prise|sem)(?![a-z])| par (?:kg|kilo(?:gramme)?s?|jour|24 ?h(?:eures?)?|ml|prise)(?: (?:et )?(?:par|/) ?(?:jour|j|prise))?)?"

Maker = Callable[[re.Match[str], dict[str, Any]], dict[str, Any] | None]


@cache
def grammar() -> list[tuple[str, re.Pattern[str], dict[str, Any], Maker]]:
    table = tables.toml("doses.toml")
    found: list[tuple[str, re.Pattern[str], dict[str, Any], Maker]] = []

    def add(kind: str, form: str, make: Maker = dose_values.nothing, **values: Any) -> None:
        found.append((kind, re.compile(form), values, make))

    _add_asides(add, table)
    _add_alternations(add)
    _add_conditions(add, table)
    _add_renewals(add, table)
    _add_counts(add, table)
    _add_durations(add, table)
    _add_schemes(add, table)
    _add_meals(add, table)
    _add_masses(add)
    _add_numbers(add)
    _add_bare(add)
    add(THEN, r"(?:puis|ensuite|suivi de|et puis|apres(?! ?(?:chaque|les?|la|l'|repas|une?|[0-9])))(?![a-z])")
    add(PLACE, f"(?:{tables.any_of(table['forms']['places'])})")
    add(FORM, f"(?:{tables.any_of(table['forms']['list'])}|{_long_units()})(?![a-z0-9°])")
    add(FILLER, f"(?:{tables.any_of(table['fillers']['list'])})(?![a-z0-9°/])")
    return found


def _add_asides(add: Callable[..., None], table: dict[str, Any]) -> None:
    """What looks like a step or a dose, and is none."""
    add(FILLER, f"(?:{tables.any_of(table['fillers']['old'])})")
    add(AGAIN, r"soit (?=[0-9½])(?![0-9]{1,3} ?(?:j|jours?|sem|mois|h)(?![a-z]))")
    by = rf"(?:{numbers.FRACTION}|{numbers.NUMBER}|{numbers.WORD}) ?{_FEW}(?![a-z])"
    every = r"(?: ?(?:par|/|tous les|ts les|toutes les|chaque) ?[0-9]{0,2} ?(?:jours?|j|semaines?|sem|mois)(?![a-z]))?"
    until = r"(?:,? ?(?:si|tant que|jusqu'a|selon|en fonction d[eu]s?|sans depasser) [^,;.\n]{2,40}(?:[.,][0-9]{1,2})?)?"
    add(UNEVEN, rf"(?:puis )?\+ ?{by}{every.rstrip('?')}{until}")
    # « puis augmenter d'une gélule tous les 3 jours »: no step that can be told.
    add(
        UNEVEN,
        rf"(?:puis )?(?:a |en )?(?:aug?e?ment|major|mont|diminu|baiss|redui|descend)[a-z]*(?: progressivement)? (?:de |d'|par ){by}{every}{until}",
    )
    # « toutes les 2 semaines doubler », « 1/2 cp de moins tous les 15 jours », « 1 cp un jour, 3/4 le lendemain ».
    more = r"(?:a )?(?:doubl|augment|mont|pass|baiss|dimin|major|redui)"
    add(UNEVEN, rf"(?:tous|ts|toutes|ttes) les [0-9]{{1,2}} ?(?:jours?|j|semaines?|sem|mois),? ?{more}[a-z]*")
    add(UNEVEN, rf"{by} de (?:moins|plus){every}")
    # « enfant 14 kg » is who takes it, no dose for a weight.
    add(
        FILLER,
        r"(?:pour )?(?:une? |l'|cet |le )?(?:enfant|bb|bebe|nourrisson|poids|pds|pese)[ :]{1,3}(?:de )?[0-9]{1,2}(?:[.,][0-9])? ?(?:kg|kilo)s?(?![a-z/])",
    )


def _add_alternations(add: Callable[..., None]) -> None:
    """One dose on some days, another on the others."""
    number = rf"(?:{numbers.FRACTION}|(?!{numbers.FRACTION}){numbers.NUMBER})"
    unit = rf"{_FEW}(?![a-z])"
    first, other = rf"(?P<n>{number})(?: ?(?P<u>{unit}))?", rf"(?P<o>{number})(?: ?(?P<v>{unit}))?"
    two = r"(?:(?:1|un) ?j(?:ours?)? ?(?:/|sur) ?(?:2(?![0-9])|deux)|(?:les )?j(?:ours?)? (?:pairs?|impairs?)|alternativement)"
    days = r"(?:(?:lun|mar|mer|jeu|ven|sam|dim)[a-z]{0,5}(?: ?[,/+&-] ?| et | )?){1,6}"
    rest = (
        rf"(?:{two}|(?:(?:l'autre|le|les) (?:autres? )?jours?(?: suivants?)?|l'autre|les autres|le lendemain|le suivant"
        rf"|le reste(?: du temps)?|[1-6] ?j(?:ours?)? ?(?:/|sur) ?7|(?:le )?(?:week[- ]?end|we))(?![a-z])|(?:le |les )?(?P<others>{days})(?<! ))"
    )
    some = rf"(?:{two}|(?P<seven>[1-6]) ?j(?:ours?)? ?(?:/|sur) ?7|(?:le |les )?(?P<days>{days})|(?:un|1) (?:jour|j)(?![a-z]))"
    add(ALTERNATE, rf"{first} ?{some} ?[,;]? ?(?:et |puis )?{other} ?{rest}", dose_values.one_of_two)
    both = rf"{first} ?(?:et|ou|puis|/|-|,) ?{other} ?[,(]? ?"
    turns = r"(?:en |de facon |a )?altern[a-z]*"
    add(ALTERNATE, rf"{both}(?:{two}(?: ?,? ?{turns})?|{turns}(?: ?,? ?{two})?)", dose_values.one_of_two)
    add(ALTERNATE, rf"{first} ?,? ?{two} ?,? ?{turns} ?(?:avec |a |et |/ ?)?{other}", dose_values.one_of_two)
    add(ALTERNATE, rf"{first} ?,? ?{turns} ?(?:avec |a |et |/ ?)?{other}", dose_values.one_of_two)
    add(ALTERNATE, rf"{turns} ?:? ?(?:de |entre )?{first} ?(?:et|/|-) ?{other}", dose_values.one_of_two)


def _add_meals(add: Callable[..., None], table: dict[str, Any]) -> None:
    ahead, moments = table["moments"]["ahead"], table["moments"]
    add(
        MEALS,
        f"(?:{ahead})?(?:{tables.any_of(moments['each_meal'])})(?![a-z])",
        each=True,
        make=dose_values.given,
    )
    add(
        MEALS,
        f"(?:{ahead})?(?:{tables.any_of(moments['meals'])})(?![a-z])(?! du)",
        each=False,
        make=dose_values.given,
    )


def _add_conditions(add: Callable[..., None], table: dict[str, Any]) -> None:
    ceiling, need = table["ceilings"]["before"], table["conditions"]
    per = r"(?: ?(?:par|/|en|p) ?(?:24 ?h(?:eures)?|jours?|j|prises?|semaines?|sem))?"
    counted = rf"(?P<n>{_ANY})(?![0-9.,])(?! ?(?:j|jours?|sem[a-z]*|mois|sa|ans?|h|heures?)(?![a-z])) ?(?P<u>{_units()}|{_masses()}|fois|prises?|x)?(?![a-z]){per}(?![a-z])"
    add(
        CEILING,
        rf"(?:{tables.any_of(ceiling)}) ?[:=]? ?{counted}(?: ?max(?:i|imum)?(?![a-z]))?",
        dose_values.ceiling,
    )
    daily = rf"(?P<n>{_ANY}) ?(?P<u>{_units()}|{_masses()})? ?(?:/|par) ?(?:jours?|j|24 ?h)"
    add(CEILING, rf"{daily} ?,? ?(?:au )?max(?:i|imum)?(?![a-z])", dose_values.ceiling)
    most = (
        rf"(?P<n>{_ANY}) ?(?P<u>{_units()}|{_masses()})? ?max(?:i|imum)?(?: ?(?:/|par) ?(?:jours?|j|24 ?h))?"
    )
    add(CEILING, rf"{most}(?![a-z]| ?[:=]? ?[0-9])", dose_values.ceiling)
    add(
        NEED,
        rf"(?:{tables.any_of(need['before'])})(?:(?<=')|(?![a-z])) ?(?P<why>(?! ?bes)[a-z0-9œ'>< ,.°/é-]{{2,60}}?)(?=(?:(?<![a-z])|(?![a-z])) ?(?:{tables.any_of(need['ends'])})|\n|$)",
        dose_values.need,
    )
    add(
        ONCE,
        r"(?:ce jour|aujourd'hui|auj|de suite|tout de suite|maintenant|au cabinet)(?! (?:puis|et))(?![a-z])",
        today=True,
        make=dose_values.given,
    )
    add(NEED, rf"(?:{tables.any_of(need['plain'])})(?![a-z])")
    add(
        NEED,
        r"(?:si |en cas de |en cas d')(?P<why>(?!(?:les?|la|des|une?|elle|vous|pas|non|tout|tous|cela|son|ses|cette?)(?![a-z]))[a-zœ]{3,20})(?![a-z']| ?[0-9])",
        dose_values.need,
    )  # no end of it in sight


def _add_renewals(add: Callable[..., None], table: dict[str, Any]) -> None:
    add(
        REPEAT,
        r"(?:(?:a |et )?(?:refaire|repeter|renouvell?er(?= (?:a|au|dans|ds|apres) )|reprendre)|(?:a )?repeter|2eme (?:dose|prise)|deuxieme (?:dose|prise))(?: (?:a|au|le|apres|dans|ds))? ?(?P<j>j ?)?(?P<n>[0-9]{1,3}) ?(?P<u>jours?|j|semaines?|sem|mois|h)?(?![a-z])",
        dose_values.repeat,
    )
    add(
        REPEAT,
        r"(?:a )?j ?0 ?(?:et|puis|,|/|\+|-) ?(?:a )?(?P<j>j) ?(?P<n>[0-9]{1,2})(?P<u>)(?![0-9])",
        dose_values.repeat,
    )
    add(REFILL, f"(?:{tables.any_of(table['refills']['never'])})", count=0, make=dose_values.given)
    again = tables.any_of(table["refills"]["before"])
    add(
        REFILL,
        rf"(?:{again}) ?:? ?(?:x ?)?(?P<n>{_ANY})(?! ?(?:mois|j|sem))(?: ?(?:fois|x))?(?![a-z0-9])",
        dose_values.refill,
    )
    add(REFILL, rf"(?:{again})(?![a-z])(?! ?[0-9])", count=None, make=dose_values.given)
    add(BRAND_ONLY, f"(?:{tables.any_of(table['substitution']['never'])})")
    add(
        ONCE,
        r"(?:en |1 |une )?(?:(?:amp(?:oule)?|inj(?:ection)?|sachet|comprime|cp) unique|dose unique|prise unique|monodose|une seule (?:fois|prise)|1 seule (?:fois|prise)|une fois seulement|en une prise unique|dose uniq|1 prise unique|1 fois(?= ?(?:$|\n|\.|,|puis|a ref|a re))|en une seule fois|usage unique)(?![a-z])",
    )


def _add_counts(add: Callable[..., None], table: dict[str, Any]) -> None:
    per_day = r"(?: ?(?:/|par) ?(?:jours?|j|24 ?h)| fois par jour)?(?![a-z0-9])"
    add(
        COUNTED,
        rf"(?P<n>{numbers.FRACTION}|[1-9]) ?x ?(?P<t>[1-9])(?![0-9]|[.,][0-9]){per_day}",
        dose_values.twice,
    )
    for row in table["frequencies"]["list"]:
        form = row["form"].replace("{n}", numbers.NUMBER).replace("{w}", numbers.WORD)
        add(
            TIMES,
            f"(?:{form})",
            dose_values.times,
            **{key: value for key, value in row.items() if key != "form"},
        )


def _add_durations(add: Callable[..., None], table: dict[str, Any]) -> None:
    durations = table["durations"]
    units = tables.any_of(durations["units"])
    short = tables.any_of([*durations["units"], *durations["short_units"]])
    before = tables.any_of(durations["before"])
    add(
        DURATION,
        rf"(?:{before}) ?:? ?(?P<n>{_ANY})(?: ?(?:a|-|ou) ?{_ANY})? ?(?P<u>{short})(?P<half> et demie?)?(?![a-z0-9/])(?! ?/ ?(?:[0-9]|sem|mois))",
        dose_values.duration,
        sure=True,
    )
    add(
        DURATION,
        rf"(?:{before}) ?:? ?(?P<h>24|48|72|96) ?h(?:eures)?(?![a-z])",
        dose_values.duration,
        sure=True,
    )
    add(DURATION, r"(?P<h>48|72) ?h(?:eures)?(?= ?(?:puis|max|,|\.|$|\n))", dose_values.duration, sure=False)
    _add_days(add)
    add(
        DURATION,
        rf"(?P<n>{_ANY})(?: ?(?:a|-|ou) ?{_ANY})? ?(?P<u>{units})(?P<half> et demie?)?(?![a-z0-9/])(?! ?/ ?(?:[0-9]|sem|mois))",
        dose_values.duration,
        sure=False,
    )


def _add_days(add: Callable[..., None]) -> None:
    """« le premier jour », « J1 », « J2 à J5 », « jusqu'à J7 »; months as « 3 m »."""
    add(
        DURATION,
        r"(?<!des )(?<!partir )(?:le |au )?(?<!des le )(?<!partir du )(?:premier|1er|deuxieme|2e(?:me)?|troisieme|3e(?:me)?|second) jour(?![a-z]| sur)",
        dose_values.one_day,
    )
    add(
        DURATION,
        r"(?P<n>[1-9][0-9]?) ?(?P<u>m)(?= ?(?:$|\n|,|\.|;|ar|a\.r|ns|nr|non|a ren))",
        dose_values.duration,
        sure=False,
    )
    add(
        DURATION,
        r"j(?:our)? ?(?P<first>[1-9])(?: ?(?:a|-) ?j(?:our)? ?(?P<last>[1-9][0-9]?))?(?![0-9a-z]|/[0-9])",
        dose_values.days_named,
    )
    add(
        DURATION,
        r"(?:jusqu'a|j1 ?(?:a|-)) ?j ?(?P<n>[0-9]{1,2})(?![0-9])",
        dose_values.duration,
        sure=True,
        u="j",
    )


def _add_schemes(add: Callable[..., None], table: dict[str, Any]) -> None:
    """« 1-0-1 », « 8/8/10 », « 1 0 1 »: morning, noon, evening, bedtime."""
    one = rf"(?:{numbers.FRACTION}|[0-9]{{1,2}}(?:[.,]5)?)"
    unit = rf"(?: ?(?P<v>{_units()})(?![a-z]))?"
    ends = r"(?![0-9/-]|[.,][0-9]| ?(?:mg|g|ug)(?![a-z]))"  # « 60-40-20 mg » are no times of day
    dashed = rf"(?P<a>{one}) ?(?P<u>{_units()})? ?- ?(?P<b>{one}) ?- ?(?P<c>{one})(?: ?- ?(?P<d>{one}))?"
    add(SCHEME, rf"{dashed}{unit}{ends}", dose_values.scheme)
    digits = r"[0-9]{1,2}"
    slashed = rf"(?P<a>{digits})(?P<u>)/(?P<b>{digits})/(?P<c>{digits})(?:/(?P<d>{digits}))?"
    add(SCHEME, rf"{slashed}{unit}{ends}", dose_values.scheme)
    spaced = r"(?P<a>[0-4])(?P<u>) (?P<b>[0-4]) (?P<c>[0-4])(?: (?P<d>[0-4]))?"
    add(SCHEME, rf"{spaced}{unit}(?![0-9/-]| [0-9]|[.,][0-9])", dose_values.scheme)
    one_hour = r"[0-9]{1,2} ?h(?:eures?)?(?:00|15|30|45)?"
    hours = rf"(?:a )?(?P<hours>{one_hour}(?: ?[-/] ?{one_hour}){{1,7}})(?![a-z0-9])"
    add(MOMENT, hours, dose_values.hours)
    add(TIMES, hours, dose_values.times, times=0, period=1)
    for row in table["moments"]["list"]:
        add(
            MOMENT, f"{table['moments']['ahead']}?(?:{row['form']})", when=row["when"], make=dose_values.given
        )
    add(
        MOMENT,
        r"(?<!en )(?:a |vers )?(?P<h>[0-9]{1,2}) ?h(?:eures?)?(?: ?(?:00|15|30|45)(?! ?(?:cp|mg|ml|g|ui|u|gout|gtt|bouff)))?(?![a-z0-9])",
        dose_values.hour,
    )


def _add_masses(add: Callable[..., None]) -> None:
    pair = rf"(?P<n>{numbers.NUMBER})(?: ?(?P<u1>{_masses()}))? ?/ ?(?P<to>{numbers.NUMBER}) ?(?P<u>{_masses()})(?![a-z])"
    add(MASS, rf"{pair}(?P<per>)", dose_values.mass)
    falling = r"(?P<n>[0-9]{2,3}) ?(?:mg)?(?: ?- ?[0-9]{1,3} ?(?:mg)?){1,3} ?- ?[0-9]{1,3}"
    add(MASS, rf"{falling} ?(?P<u>mg)(?![a-z])(?P<per>)", dose_values.mass)  # « 60-40-20 mg »: the first step
    add(FILLER, r"[1-9] [0-9]{1,2} ?(?:ui|u|unites?)(?![a-z])")  # « Lantus 2 4 UI »: 2, 4 or 24
    add(
        MASS,
        rf"(?P<n>{numbers.NUMBER}) ?(?P<u>{_masses()}) ?/ ?(?P<to>{numbers.NUMBER})(?![a-z0-9]|[.,][0-9])(?! ?(?:ml|h|doses?|kg|j|jours?|sem(?:aines?)?|mois)(?![a-z]))(?P<per>)",
        dose_values.mass,
    )


def _add_numbers(add: Callable[..., None]) -> None:
    """Amounts with a unit, masses, amounts without a unit; in this order."""
    weighed = (
        r"(?:(?:1|une?) )?(?:doses?[- ]?(?:poids)?|pipettes?|dp|graduation|mesure)? ?(?:de |pour |a |:)?"
    )
    add(
        AMOUNT,
        rf"{weighed}(?:[3-9]|[1-4][0-9])(?:[.,][0-9])? ?(?:kgs?|kilo(?:gramme)?s?)(?![a-z/])",
        dose_values.by_weight,
    )
    add(AMOUNT, r"(?:en |par )?(?:doses?[- ]?(?:poids|kg|kilo)|pipettes?)(?![a-z])", dose_values.by_weight)
    add(
        AMOUNT,
        rf"{_RANGE}[ -]?(?:petites? |grandes? )?(?P<u>{_units(but='UI')}){_ENDS}(?! uniques?(?![a-z]))(?P<half> (?:et )?(?:demie?|1/2)(?![a-z0-9])(?! ?(?:{_units()})))?",
        dose_values.amount,
    )
    add(
        MASS,
        rf"(?P<n>{numbers.NUMBER}|[.,][0-9]{{1,3}})(?: ?(?:a|ou|-) ?(?P<to2>{numbers.NUMBER}))? ?(?P<u>{_masses()}){_ENDS}{_PER}",
        dose_values.mass,
    )
    add(
        MASS,
        rf"(?P<n>{numbers.WORDS}) (?P<u>mill?igrammes?|mg|microgrammes?|grammes?|unites?|ui){_ENDS}{_PER}",
        dose_values.mass,
    )
    add(
        AMOUNT,
        rf"(?P<n>{numbers.FRACTION}|{numbers.PART})(?: ?(?:a|ou|-) ?(?P<to>{_ANY}))?(?P<u>)(?![a-z0-9])",
        dose_values.amount,
    )


def _add_bare(add: Callable[..., None]) -> None:
    """Numbers without a unit: one, two, or three of one strength; « 75+25 » are two tablets taken together."""
    add(
        BARE,
        r"(?<![+0-9])(?P<n>[1-9][0-9]{1,2}(?:[.,]5)?) ?\+ ?(?P<to>[1-9][0-9]{1,2}(?:[.,]5)?)(?: ?(?:µg|ug|mcg|mg)(?![a-z/]))?"
        r"(?![0-9/.,]| ?(?:\+|ui|u(?![a-z])|cp|gel|gtt|g(?![a-z])))",
        dose_values.bare,
    )
    add(
        BARE,
        rf"(?P<n>{numbers.NUMBER}) ?/ ?(?P<to>{numbers.NUMBER})(?![0-9/]|[.,][0-9])(?! ?(?:j|jours?|sem|semaines?|mois|ans?|h)(?![a-z]))",
        dose_values.bare,
    )
    add(
        BARE,
        r"(?P<n>[0-9]{1,3}) ?/ ?(?P<to>[0-9]{2,3}|[0-9]{1,2}[.,][0-9]{1,2})(?P<third> ?/ ?[0-9]{1,3}(?:[.,][0-9])?)(?![0-9/])",
        dose_values.bare,
    )
    add(
        BARE,
        rf"(?P<n>{_ANY})(?: ?(?:a|ou|-) ?(?P<to>{_ANY}))?(?![0-9°%]|(?!x ?[1-9])[a-z])(?! ?(?:mns?|min|minutes?|h|heures?|mille|millions?|avant ?\)|boites?|btes?|bt|flacons?|tubes?)(?![a-z]))",
        dose_values.bare,
    )


@cache
def _units(but: str = "") -> str:
    rows = tables.toml("doses.toml")["units"].items()
    return tables.any_of(form for name, forms in rows if name != but for form in forms)


@cache
def _long_units() -> str:
    """Forms of units that are whole words: they may stand without a number."""
    rows = tables.toml("doses.toml")["units"].values()
    return tables.any_of(
        form
        for forms in rows
        for form in forms
        if len(form.rstrip("?s")) > 3 and not form.startswith("mesures")
    )


@cache
def _masses() -> str:
    return tables.any_of(form for forms in tables.toml("doses.toml")["masses"].values() for form in forms)
