"""What stands beside a note: each fact that was read, in words a doctor takes in at a glance, with what was already
said of it. Pure. It orders and hides by what this practice accepts; it accepts nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Literal

from carnet.fhir import dates, json
from carnet.fhir.folding import fold
from carnet.rules import alarms, allergens, doubts, units
from carnet.rules.accepted import measures, medicines, problems, treatments
from carnet.rules.accepted.measures import MEASURES
from carnet.rules.accepted.resources import is_known, made_by
from carnet.rules.accepted.within import Within, resource, within
from carnet.rules.results import SYSTOLIC

Fact = dict[str, Any]
Resource = dict[str, Any]
Verdict = Literal["", "accepted", "refused"]

_EXACT = ("drug", "strength", "dose_per_intake", "times_per_day")
CERTAIN = 0.9  # confidence from which « all that are certain » accepts
# A term refused this often by the practice, and accepted in less than this share, stands folded away.
_TIRED, _SHARE = 5, 0.1
_SHORT = {"bp": "TA", "heart_rate": "FC", "temperature": "T°", "spo2": "SpO2", "weight": "Poids", "height": "Taille",
          "respiratory_rate": "FR", "bmi": "IMC", "waist": "TT", "peak_flow": "DEP", "glucose_capillary": "Glycémie cap.",
          "pain_scale": "Douleur"}  # fmt: skip
_ORDERS = {"lab": "biologie", "imaging": "imagerie", "referral": "avis", "nursing": "soins infirmiers", "physio": "kiné",
           "vaccine": "vaccin", "sick_leave": "arrêt de travail", "certificate": "certificat"}  # fmt: skip
_BOUNDS = {"<=": "≤", ">=": "≥"}
_SMOKES = {"current": "fumeur", "former": "tabac sevré", "never": "non fumeur"}
_KINDS = {"vital": "Mesure", "lab": "Résultat", "condition": "Problème", "medication": "Médicament",
          "allergy": "Allergie", "follow_up": "Suite", "order": "Demande", "tobacco": "Mode de vie",
          "alcohol": "Mode de vie", "immunization": "Vaccin"}  # fmt: skip
_STATUSES = {"negated": "absent", "suspected": "suspecté", "history": "antécédent", "family": "famille"}
_MONTH = len("2026-11")
_DONE = {"done_today": "fait ce jour", "up_to_date": "à jour", "due": "à faire"}


@dataclass(frozen=True, slots=True)
class Offer:
    """One fact beside its line (from 0). `key` names it within this note, whatever is typed elsewhere; `term` across
    notes. `sign` goes with the words, so that colour never carries meaning alone; `quiet` stands folded away."""

    key: str
    term: str
    kind: str
    start: int
    end: int
    line: int
    sign: str
    words: str
    certain: bool
    fact: Fact
    verdict: Verdict = ""
    quiet: bool = False
    known: bool = False  # the record already says so
    ends: tuple[str, ...] = ()  # treatments, here or in the record, that accepting it ends, as they are shown
    leaves: tuple[str, ...] = ()  # treatments with a substance of it that it leaves
    against: tuple[str, ...] = ()  # allergies of the record, or of this note, that name it
    unlike: tuple[str, ...] = ()  # what the same note says to the contrary
    renews: bool = False  # says again what the record holds: it is prescribed anew all the same

    @property
    def counted(self) -> str:
        """What the practice counts of it: the thing named, never its number; of a request its type."""
        return _counted(self.fact)

    @property
    def seen(self) -> str:
        """All that its line says: what a person accepts is this and no more."""
        return " · ".join((self.words, *self.ends, *self.leaves, *self.against, *self.unlike))

    @property
    def kind_said(self) -> str:
        """The kind in a word, for who listens to the page."""
        return _KINDS[self.kind]

    @property
    def measure(self) -> str:
        """The LOINC code of what is measured, by which earlier values are found; empty for anything else."""
        if self.kind == "vital":
            return SYSTOLIC if self.fact["name"] == "bp" else MEASURES[self.fact["name"]]["loinc"]
        return str(self.fact.get("loinc") or "") if self.kind == "lab" else ""


def offers(
    text: str,
    facts: Sequence[Fact],
    *,
    day: date,
    marks: Mapping[str, str],
    refused: Iterable[str] = (),
    counts: Mapping[str, tuple[int, int]] | None = None,
    kept: Mapping[str, str] | None = None,
    known: Sequence[Resource] = (),
    note: str = "",
) -> list[Offer]:
    """The facts of a note as offers, in its order. `marks`: accepted or refused here (by key); `kept`: what the words
    meant then; `refused`: not to come back for this patient (by term), but struck in a correction; `counts`: what
    the practice did with each; `known`: what the record holds; `note`: the one that is being corrected (`Composition/id`)."""
    never, seen, found = frozenset(refused), dict[str, int](), []
    warned = _allergies(facts, known)
    is_made = made_by(note, known, text, day)
    listed = sorted(facts, key=lambda one: (one["start"], one["end"], one["kind"]))
    told = [one for one in listed if not doubts.is_withheld(text, one, day)]
    beside = {id(one): does for one, does in zip(told, within(told, day), strict=True)}
    for fact in listed:
        name = name_of(fact)
        seen[name] = seen.get(name, 0) + 1
        key, term = f"{name}:{seen[name]}", term_of(fact, day)
        if id(fact) not in beside or (not note and not marks.get(key) and term in never):
            continue
        made = is_made(fact)
        ends = treatments.Ends() if made else treatments.ends(fact, known, day, note)
        one = _offer(text, fact, key, day, ends, beside[id(fact)], _against(fact, warned))
        verdict = _verdict(one.fact, marks.get(key, ""), (kept or {}).get(key))
        if not verdict and note and term in never:
            verdict = "refused"
        if verdict or term not in never:
            quiet = not verdict and is_tiresome((counts or {}).get(one.counted, (0, 0)))
            already = made or (not one.ends and is_known(fact, known, day))
            found.append(replace(one, verdict=verdict, quiet=quiet, known=already))
    return found


def _allergies(facts: Iterable[Fact], known: Iterable[Resource]) -> list[str]:
    """Those of the record, and those that this very note says."""
    _state, held = alarms.allergies(known)
    told = [one for one in facts if one["kind"] == "allergy" and one["status"] != "negated"]
    return [*(one.text for one in held if not one.denied), *(str(one["substance"]) for one in told)]


def _against(fact: Fact, allergies: Sequence[str]) -> tuple[str, ...]:
    """The allergies that a medicine, or « aucune allergie connue », goes against."""
    if fact["kind"] == "allergy" and problems.none_known(fact):
        return tuple(dict.fromkeys(allergies))
    return allergens.against(fact, allergies)


def _offer(
    text: str,
    fact: Fact,
    key: str,
    day: date,
    ends: treatments.Ends,
    does: Within,
    against: tuple[str, ...],
) -> Offer:
    """A fact in words, before anything was said of it. What it ends, in the record or beside it in the note, and what
    speaks against it, is part of what it says."""
    stops = treatments.is_stop(fact)
    told = [*_told(ends.over if stops else ends.changed, fact)]
    told += [one for one in _told((resource(other, day) for other in does.over), fact) if one not in told]
    left = _told([*ends.left, *(resource(other, day) for other in does.left)], fact)
    unlike = tuple(words(other, day)[1] for other in does.against)
    sign, said = words(fact, day)
    sure = _is_certain(fact) and not doubts.is_doubtful(text, fact) and not against and not unlike
    return Offer(
        key=key,
        term=term_of(fact, day),
        kind=fact["kind"],
        start=fact["start"],
        end=fact["end"],
        line=text.count("\n", 0, fact["start"]),
        sign=sign,
        words=said,
        certain=sure and len(told) < 2 and not (stops and left and not told),
        fact=_with_ends(fact, ends, does),
        ends=tuple(told),
        leaves=tuple(one for one in left if one not in told),
        against=against,
        unlike=unlike,
        renews=bool(ends.over) and not told and fact.get("status") == "prescribed",
    )


def _with_ends(fact: Fact, ends: treatments.Ends, does: Within) -> Fact:
    """What is accepted is that too: by ids in the record, by their names in the note."""
    record = {"ends": sorted(one["id"] for one in ends.over)} if ends.over else {}
    return {**fact, **record, **({"beside": sorted(map(name_of, does.over))} if does.over else {})}


def _told(listed: Iterable[Resource], fact: Fact) -> tuple[str, ...]:
    return tuple(dict.fromkeys(treatments.told(one, fact) for one in listed))


def _verdict(fact: Fact, said: str, kept: str | None) -> Verdict:
    """What was said of it, unless its words mean something else by now."""
    return said if kept is None or kept == meaning(fact) else ""  # type: ignore[return-value]


def is_overtaken(offer: Offer, said: str, kept: str) -> bool:
    """Whether a word stands no more because the record changed since, not the note: what it would end is another."""
    now = {name: value for name, value in offer.fact.items() if name != "ends"}
    then = {name: value for name, value in json.loads(kept.encode()).items() if name != "ends"}
    return said == "accepted" and not offer.verdict and meaning(now) == meaning(then)


def meaning(fact: Fact) -> str:
    """What a fact says, whatever its place in the text."""
    said = {name: fact[name] for name in sorted(fact) if name not in ("start", "end", "confidence")}
    return json.dumps(said).decode()


def _is_certain(fact: Fact) -> bool:
    """Whether one key may accept it together with others. A prescription never is, unless the drug with its strength,
    the dose and the rhythm were all read."""
    if fact.get("confidence", 0) < CERTAIN:
        return False
    if fact["kind"] != "medication" or fact["status"] != "prescribed":
        return True
    return (
        all(fact.get(name) for name in _EXACT)
        and not medicines.is_typed(fact)
        and not medicines.is_daily_not_weekly(fact)
    )


def name_of(fact: Fact) -> str:
    """What names a fact in its note: its kind and its words, whatever their place."""
    return f"{fact['kind']}:{fold(fact['quote'])}"


def term_of(fact: Fact, day: date) -> str:
    """What a refusal is about, for this patient: the thing named, and of a medicine its words. What is of its day (a
    measure, a prescription, a request, a next step) is refused for that day: another day it is another one."""
    about = {"allergy": fact.get("status", ""), "medication": f"{fact.get('status')}:{fold(fact['quote'])}"}
    words = [_counted(fact), about.get(fact["kind"], "")]
    if doubts.is_of_its_day(fact):
        words = [_counted(fact), fold(fact["quote"]), day.isoformat()]
    return ":".join(filter(None, words))


def _counted(fact: Fact) -> str:
    named = (
        fact.get("name")
        or fact.get("label")
        or fact.get("drug")
        or fact.get("substance")
        or fact.get("vaccine")
    )
    said = fold(str(named or fact.get("type") or fact["quote"]))
    status = fact.get("status", "") if fact["kind"] == "condition" else ""
    return ":".join(filter(None, (fact["kind"], said, status)))


def said_of(term: str) -> tuple[str, str]:
    """A counted term for a person: its kind, and the thing named with how it was said."""
    kind, name, status, *_ = (*term.split(":"), "", "")
    code = name.replace(" ", "_")  # « heart rate » is counted folded
    said = _SHORT.get(code, _ORDERS.get(code, name))
    return _KINDS.get(kind, kind), f"{said} ({_STATUSES[status]})" if status in _STATUSES else said


def words(fact: Fact, day: date) -> tuple[str, str]:
    """The sign and the words of an offer; `day` is the visit's."""
    return _WORDS[fact["kind"]](fact, day)


def is_tiresome(count: tuple[int, int]) -> bool:
    """Whether the practice keeps refusing a term that was accepted and refused so often."""
    accepted, refused = count
    return refused >= _TIRED and accepted < _SHARE * (accepted + refused)


def _vital(fact: Fact, day: date) -> tuple[str, str]:
    value = fact["value"]
    if fact["name"] == "bp":
        position = f" {fact['position']}" if fact.get("position") else ""
        return "✓", f"TA {value['systolic']}/{value['diastolic']} mmHg{position}{_on(fact)}"
    unit = MEASURES[fact["name"]]["unit"]
    said = f"{_SHORT[fact['name']]} {_number(value)} {unit}".replace(" /10", "/10")
    return "✓", f"{said}{_on(fact)}"


def _lab(fact: Fact, day: date) -> tuple[str, str]:
    value = fact["value"] if isinstance(fact["value"], str) else f"{_bound(fact)}{_number(fact['value'])}"
    return "✓", f"{fact['name']} {value} {_unit(fact.get('unit'))}".strip() + _on(fact)


def _bound(fact: Fact) -> str:
    sign = measures.comparator(fact)
    return f"{_BOUNDS.get(sign, sign)} " if sign else ""


def _on(fact: Fact) -> str:
    """` (12/11/2026)` for what was measured another day."""
    return f" ({dates.french(fact['on'])})" if fact.get("on") else ""


def _condition(fact: Fact, day: date) -> tuple[str, str]:
    label = problems.label(fact)
    if fact["status"] == "affirmed":
        return "●", label
    low = label[:1].lower() + label[1:] if label[1:2].islower() else label
    return {
        "negated": ("–", f"{low} (absent)"),
        "suspected": ("?", f"{low} (suspecté)"),
        "history": ("↺", f"antécédent : {low}"),
        "family": ("⌂", f"famille : {low}"),
    }[fact["status"]]


def _medication(fact: Fact, day: date) -> tuple[str, str]:
    parts = [medicines.name(fact), medicines.directions(fact), medicines.duration(fact)]
    said = ", ".join(filter(None, parts))
    if medicines.is_daily_not_weekly(fact):
        said = f"{said} – attention : ce médicament se prend en général une fois par SEMAINE"
    return {
        "prescribed": ("▢", said),
        "ongoing": ("▣", f"en cours : {said}"),
        "stopped": ("✕", f"arrêt : {medicines.name(fact)}"),
    }[fact["status"]]


def _allergy(fact: Fact, day: date) -> tuple[str, str]:
    if fact["status"] == "negated":
        none = problems.none_known(fact)
        return "–", none.lower() if none else f"pas d’allergie : {fact['substance']}"
    doubt = " (suspectée)" if fact["status"] == "suspected" else ""
    return "⚠", f"Allergie : {fact['substance']}{doubt}"


def _follow_up(fact: Fact, day: date) -> tuple[str, str]:
    what = str(fact.get("what") or "revoir")
    return "→", f"{what} le {day + timedelta(days=int(fact['in_days'])):%d/%m/%Y}"


def _order(fact: Fact, day: date) -> tuple[str, str]:
    return "→", f"{_ORDERS[fact['type']]} : {fact.get('what') or fact['quote']}"


def _tobacco(fact: Fact, day: date) -> tuple[str, str]:
    packs = f", {_number(fact['pack_years'])} PA" if fact.get("pack_years") is not None else ""
    return "✓", f"{_SMOKES.get(fact['status'], fact['status'])}{packs}"


def _alcohol(fact: Fact, day: date) -> tuple[str, str]:
    return "✓", f"alcool : {fact.get('status') or fact['quote']}"


def _immunization(fact: Fact, day: date) -> tuple[str, str]:
    said = f"vaccin {fact['vaccine']} {_DONE[fact['status']]}"
    if fact.get("on"):
        said = f"vaccin {fact['vaccine']} fait {'le' if len(fact['on']) > _MONTH else 'en'} {dates.french(fact['on'])}"
    return "→" if fact["status"] == "due" else "✓", f"{said}, lot {fact['lot']}" if fact.get("lot") else said


_WORDS = {
    "vital": _vital, "lab": _lab, "condition": _condition, "medication": _medication, "allergy": _allergy,
    "follow_up": _follow_up, "order": _order, "tobacco": _tobacco, "alcohol": _alcohol, "immunization": _immunization,
}  # fmt: skip


def _number(value: Any) -> str:
    return str(value).replace(".", ",")


def _unit(ucum: Any) -> str:
    written = str(ucum or "")
    counts = written.startswith("{") and written.endswith("}")  # « {score} » measures nothing
    return "" if counts else units.said(written)
