"""Medicines: prescribed, ongoing, stopped. How they are taken is written in clear French for the paper, and as FHIR
timing for the checks; the doctor has seen both in the offer. It never chooses a dose."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from typing import Any

from carnet.fhir import codes
from carnet.fhir.folding import fold, words
from carnet.rules import tables
from carnet.rules.accepted import reasons, schemes
from carnet.rules.accepted.scene import Fact, Resource, Scene, concept, place

# times per day, as the reader gives it: words, (frequency, period, unit)
_RARER: dict[str, tuple[str, tuple[int, int, str]]] = {
    "0.5": ("un jour sur deux", (1, 2, "d")),
    "0.333": ("toutes les 72 heures", (1, 3, "d")),
    "0.286": ("2 fois par semaine", (2, 1, "wk")),
    "0.429": ("3 fois par semaine", (3, 1, "wk")),
    "0.143": ("1 fois par semaine", (1, 1, "wk")),
    "0.067": ("tous les 15 jours", (1, 15, "d")),
    "0.033": ("1 fois par mois", (1, 1, "mo")),
    "0.011": ("tous les 3 mois", (1, 3, "mo")),
}
# As the reader shortens them, in full: a patient reads the paper, and a spoon is not another.
_IN_FULL = {"cp": "comprimé", "gél": "gélule", "càs": "cuillère à soupe", "càc": "cuillère à café"}
_ONCE = "1 fois par jour"
_PRESCRIPTION = "urn:carnet:prescription"
_PARTS = {Decimal("0.25"): "1/4", Decimal("0.5"): "1/2", Decimal("0.75"): "3/4"}
_TWICE_A_WEEK = Decimal("0.3")
_DOTTED = re.compile(r"\bl\.p\b")


def medicine(fact: Fact, scene: Scene) -> Resource:
    """A draft MedicationRequest for what is prescribed, else a MedicationStatement: ongoing, or stopped."""
    made = {
        "extension": place(fact, scene),
        "medicationCodeableConcept": concept(name(fact), codes.ATC, fact.get("atc")),
        "subject": scene.subject,
    }
    if fact["status"] == "prescribed":
        return {"resourceType": "MedicationRequest", **made, **_request(fact, scene)}
    period = (
        {"end": scene.day.isoformat()} if fact["status"] == "stopped" else {"start": scene.day.isoformat()}
    )
    return {
        "resourceType": "MedicationStatement",
        **made,
        "status": "stopped" if fact["status"] == "stopped" else "active",
        "context": scene.visit,
        **(
            {"effectivePeriod": period}
            if fact["status"] == "stopped"
            else {"effectiveDateTime": scene.day.isoformat()}
        ),
        "dateAsserted": scene.when,
        "informationSource": scene.author,
        **({"dosage": [_dosage(fact)]} if directions(fact) else {}),
    }


def name(fact: Fact) -> str:
    """Substance first, then its form where the words say one, strength, brand: `morphine LP 30 mg (Skenan)`. Of a
    combination of which nobody knows which strength is whose, the name alone: `Magne B6 48 mg/5 mg`."""
    strength = f" {fact['strength']}" if fact.get("strength") else ""
    if fact.get("unpaired"):
        return " ".join((str(fact["unpaired"]), *_forms(fact))) + strength
    brand = f" ({fact['brand']})" if fact.get("brand") else ""
    return " ".join((str(fact["drug"]), *_forms(fact))) + strength + brand


def _forms(fact: Fact) -> list[str]:
    """What kind of this substance was typed, unless the rest of the line says so: a gel is no tablet."""
    said = {*words(_DOTTED.sub("lp", fold(str(fact.get("quote") or ""))))}
    told = {*words(" ".join(str(fact.get(name) or "") for name in ("drug", "brand", "intake_unit")))}
    return [form for form, named in _named_forms() if said & named and not told & {fold(form), *named}]


@cache
def _named_forms() -> list[tuple[str, frozenset[str]]]:
    return [(form, frozenset(named)) for form, named in tables.toml("forms")["forms"].items()]


def directions(fact: Fact) -> str:
    """How it is taken, in words: `1 comprimé 3 fois par jour si douleur, au plus 4 par jour`. A scheme that these words
    would flatten stands as the doctor typed it."""
    if is_typed(fact):
        return f"« {fact.get('typed') or fact['quote']} »"
    dose, often, when = _dose(fact), _often(fact), schemes.moments(fact)
    if dose and often == _ONCE and when and " et " not in when:
        often, when = when, ""  # « 1 comprimé le soir »
    need = f"si {reasons.reason(fact) or 'besoin'}" if fact.get("as_needed") else ""
    parts = [" ".join(filter(None, (dose, often, need)))]
    if fact.get("max_per_day"):
        parts.append(f"au plus {number(fact['max_per_day'])} par jour")
    parts[1:1] = [when, schemes.beside(fact)]
    return ", ".join(filter(None, parts))


def is_daily_not_weekly(fact: Fact) -> bool:
    """Whether a drug that is taken once a week was read as every day, or without any rhythm: a known cause of deaths."""
    if fact["status"] == "stopped" or not set(fold(str(fact["drug"])).split("/")) & _weekly():
        return False
    times = fact.get("times_per_day")
    return fact["status"] == "prescribed" if times is None else Decimal(str(times)) > _TWICE_A_WEEK


@cache
def _weekly() -> frozenset[str]:
    return frozenset(map(fold, tables.toml("weekly")["drugs"]))


def is_typed(fact: Fact) -> bool:
    """Whether only the words as typed say how it is taken: no dose and no rhythm is computed from them."""
    times = fact.get("times_per_day")
    exact = times is None or _key(times) in _RARER or Decimal(str(times)) == int(times)
    told = bool(fact.get("quote")) and (schemes.is_uneven(fact) or not exact or _is_unnamed(fact))
    return told or bool(fact.get("typed"))


def _is_unnamed(fact: Fact) -> bool:
    """« Sérum phy 6/j »: the substance alone tells neither what is bought nor how much of it is taken."""
    told = any(fact.get(part) for part in ("brand", "strength", "intake_unit", "dose_per_intake"))
    said = f" {fold(str(fact['quote']))} "
    named = any(f" {part} " in said for part in fold(str(fact["drug"])).split("/"))
    return fact.get("times_per_day") is not None and not told and not named


def is_of_the_day(fact: Fact) -> bool:
    """Whether the amount is that of a whole day, « 3 cp/j »: at once, or in how many intakes, nobody said."""
    amount, times = fact.get("dose_per_intake"), fact.get("times_per_day")
    if amount is None or times is None or Decimal(str(times)) != 1 or Decimal(str(amount)) <= 1:
        return False
    return schemes.is_of_the_day(fact)


def duration(fact: Fact) -> str:
    """`pendant 3 mois`, empty when nothing was said."""
    days = fact.get("duration_days")
    if not days or schemes.is_stepped(fact) or fact.get("typed"):
        return ""
    if days % 30 == 0:
        return f"pendant {days // 30} mois"
    if days % 7 == 0 and days > 7:
        return f"pendant {days // 7} semaines"
    return f"pendant {number(days)} jour{'s' if days > 1 else ''}"


def number(value: Any) -> str:
    """As French writes it: `2,5`; a half is `1/2`."""
    exact = Decimal(str(value)).normalize()
    if exact in _PARTS:
        return _PARTS[exact]
    return f"{exact:f}".replace(".", ",")


def _dose(fact: Fact) -> str:
    """`2 comprimés`; without a unit, the number alone."""
    if fact.get("dose_per_intake") is None:
        return ""
    written, amount = str(fact.get("intake_unit") or ""), Decimal(str(fact["dose_per_intake"]))
    unit = _IN_FULL.get(written, written)
    if not unit:
        alone = _often(fact) == _ONCE and (amount == 1 or bool(schemes.moments(fact)))
        return number(amount) if alone or not _often(fact) else f"{number(amount)} à la fois,"
    word = unit.partition(" ")[0]
    plural = (
        "s"
        if amount >= 2 and len(word) > 3 and word.isalpha() and word.islower() and word[-1] not in "sx"
        else ""
    )
    return f"{number(amount)} {word}{plural}{unit[len(word) :]}"


def _often(fact: Fact) -> str:
    times = fact.get("times_per_day")
    if times is None:
        return ""
    if is_of_the_day(fact):
        return "par jour"
    rarer = _RARER.get(_key(times))
    if rarer:
        return rarer[0]
    return _ONCE if times == 1 else f"{number(times)} fois par jour"


def _key(times: Any) -> str:
    return f"{round(Decimal(str(times)), 3).normalize():f}"


def _request(fact: Fact, scene: Scene) -> Resource:
    made: Resource = {
        "status": "draft",
        "intent": "order",
        "encounter": scene.visit,
        "authoredOn": scene.when,
        "requester": scene.author,
        "groupIdentifier": {"system": _PRESCRIPTION, "value": scene.encounter.partition("/")[2]},
    }
    if directions(fact):
        made["dosageInstruction"] = [_dosage(fact)]
    if duration(fact):
        days = {"value": fact["duration_days"], "unit": "j", "system": codes.UCUM, "code": "d"}
        made["dispenseRequest"] = {"expectedSupplyDuration": days}
    return made


def _dosage(fact: Fact) -> Resource:
    made: Resource = {"text": directions(fact)}
    if is_typed(fact):
        return made | _as_needed(fact)
    timing = _timing(fact)
    if timing:
        made["timing"] = {"repeat": timing}
    made |= _as_needed(fact)
    of_day = is_of_the_day(fact)
    if fact.get("dose_per_intake") is not None and not of_day:
        made["doseAndRate"] = [{"doseQuantity": _amount(fact)}]
    if fact.get("max_per_day") or of_day:
        most = {"value": Decimal(str(fact["max_per_day"]))} if fact.get("max_per_day") else _amount(fact)
        day = {"value": 1, "system": codes.UCUM, "code": "d"}
        made["maxDosePerPeriod"] = {"numerator": most, "denominator": day}
    return made


def _amount(fact: Fact) -> Resource:
    unit = str(fact.get("intake_unit") or "")
    return {"value": Decimal(str(fact["dose_per_intake"])), **({"unit": unit} if unit else {})}


def _as_needed(fact: Fact) -> Resource:
    """For what, where the words say it."""
    if not fact.get("as_needed"):
        return {}
    why = reasons.reason(fact)
    return {"asNeededCodeableConcept": {"text": why}} if why else {"asNeededBoolean": True}


def _timing(fact: Fact) -> Resource:
    times, made = fact.get("times_per_day"), {}
    if times is not None and not is_of_the_day(fact):
        rarer = _RARER.get(_key(times))
        whole = Decimal(str(times))
        frequency, period, unit = rarer[1] if rarer else (int(whole), 1, "d")
        if rarer or whole == int(whole) > 0:
            made = {"frequency": frequency, "period": period, "periodUnit": unit}
    if fact.get("duration_days"):
        made["boundsDuration"] = {
            "value": fact["duration_days"],
            "unit": "j",
            "system": codes.UCUM,
            "code": "d",
        }
    return made
