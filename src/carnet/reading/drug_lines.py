"""A drug's name with the dosage that follows it. What a list says once for all of it stands in courses.py; whether a
line is prescribed is decided in medications.py."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from carnet.reading import dose_grammar, dose_values, doses, posology, strengths
from carnet.reading.doses import Piece
from carnet.reading.intakes import Intake, Posology
from carnet.reading.naming import Named
from carnet.reading.structure import Note

NOWHERE = -1
_LINE = 400  # characters of a dosage line


@dataclass(frozen=True, slots=True)
class Line:
    """A drug and its dosage in the text."""

    named: Named
    posology: Posology
    end: int
    following: int = 0  # where the next drug is named
    shared: bool = False  # its duration is that of its list


def lines(note: Note, named: Sequence[Named]) -> list[Line]:
    """Each named drug with the dosage that follows it."""
    found: list[Line] = []
    for place, one in enumerate(named):
        limit = named[place + 1].start if place + 1 < len(named) else len(note.flat)
        limit = min(limit, one.end + _LINE)
        pieces = doses.pieces(note.flat, one.end, limit)
        if pieces and place + 1 < len(named) and _is_of_the_next(note, one, pieces[-1], limit):
            pieces = pieces[:-1]
        told = note.before(one.start, 30)
        before = found[-1].end if found else 0
        told_new = _new_dose(note, pieces) if _CHANGES.search(told) else pieces
        read = posology.of(_led(note, one, before, told_new), one.drug, one.ahead)
        if pieces:
            read.end = pieces[-1].end
        end = (
            read.end
            - len(note.flat[one.end : read.end])
            + len(note.flat[one.end : read.end].rstrip(" .,;:("))
        )
        named_next = named[place + 1].start if place + 1 < len(named) else NOWHERE
        line = Line(one, read, max(one.end, end), named_next)
        read.changed = bool(_CHANGES.search(told) and (read.strength or read.intakes))
        read.as_needed = read.as_needed or _in_case(note, one)
        found.append(_changed(note, line, limit) or line)
    return found


def _is_of_the_next(note: Note, one: Named, last: Piece, following: int) -> bool:
    """« 1) Amlor 10 2) Coversyl 10 », « Ibuprofène 400 x3, si échec Tramadol 50 »: said of the next drug."""
    if last.kind == dose_grammar.BARE:
        open_bracket = "(" in note.flat[one.end : last.start]
        return bool(_ITS_NUMBER.fullmatch(note.flat, last.start, following)) and not open_bracket
    return last.kind == dose_grammar.NEED and bool(_IF_IT_FAILS.fullmatch(note.flat, last.start, following))


_ITS_NUMBER = re.compile(r"[0-9]{1,2}[)°.-]{1,2} ?")
_IF_IT_FAILS = re.compile(
    r"si (?:echec|pas mieux|insuffisant|inefficace|besoin de|persist[a-z]*)[ :,]*(?:du |de |ajouter |ajout )?"
)
_LEADING = re.compile(
    r"(?:^|(?<=[\n,;+:.] )|(?<=[\n;+:])|(?<=prendre )|(?<=et ))(?=[0-9½¼]|une? |deux |trois )"
)
_OF = re.compile(r"[ ]?(?:de |d'|du |de l')? ?")
_LED = 60  # characters before a name


def _led(note: Note, one: Named, before: int, pieces: list[Piece]) -> list[Piece]:
    """« 2 Doliprane 1000 3 fois par jour », « 1 injection par semaine de Trulicity »: what stands before the name."""
    if any(piece.kind in _TAKEN for piece in pieces):
        return pieces
    first = max(before, note.sentence(one.start).start, one.start - _LED)
    for start in _LEADING.finditer(note.flat, first, one.start):
        found = doses.pieces(note.flat, start.start(), one.start)
        kinds = {piece.kind for piece in found}
        end = found[-1].end if found else first
        if kinds == {dose_grammar.BARE} and not _is_daily(found[0], pieces):
            continue  # « 10 zopiclone par mois », « 3 Doliprane hier »
        if kinds & _AMOUNTS and _OF.fullmatch(note.flat, end, one.start):
            made = (
                1 if pieces and pieces[0].kind in (dose_grammar.BARE, dose_grammar.MASS) else 0
            )  # the strength is told first
            return [*pieces[:made], *found, *pieces[made:]]
    return pieces


def _is_daily(count: Piece, after: Sequence[Piece]) -> bool:
    """Whether a bare number before a name is an amount: small, with times of a day after the name."""
    daily = any(
        one.kind == dose_grammar.MOMENT or (one.kind == dose_grammar.TIMES and one.values["period"] == 1)
        for one in after
    )
    return daily and bool(count.values["n"] <= _HANDFUL)


_HANDFUL = 4
_AMOUNTS = frozenset((dose_grammar.AMOUNT, dose_grammar.BARE, dose_grammar.TIMES))
_TAKEN = frozenset((dose_grammar.AMOUNT, dose_grammar.SCHEME, dose_grammar.COUNTED))
_NUMBERED = re.compile(r"[0-9½¼¾]|un[e ]|deux |trois ")
_IN_CASE = re.compile(
    r"(?:^|[.;,(\n+-] ?)(?:(?:(?:si |en cas d[e'])(?P<why>[a-z0-9' >,°]{2,40})|(?:(?:en |lors des? |pendant les )?crises?)) ?:|si (?P<why2>[a-z0-9>°,]{3,20}(?: [a-z0-9>,]{3,15})?)) ?$"
)


def _in_case(note: Note, one: Named) -> bool:
    """« Si douleurs : Laroxyl 5 gouttes le soir », « En crise : ibuprofène 400 »; not « si échec : … »."""
    told = _IN_CASE.search(note.before(one.start, 60))
    return bool(told) and not dose_values.elsewhere(told["why"] or told["why2"] or "")  # type: ignore[index]


_TO = r"(?: (?:progressivement|la dose|la poso[a-z]*|encore))* ?(?:de [0-9½¼/.,]{1,5} ?(?:cp|mg|g|ug|ui|u|gel)? ?)?(?:a|jusqu'a) "
_MORE_OR_LESS = r"(?<![a-z])(?<!(?<![a-z])a )(?!augmentin)(?:pass|port|mont|augment|aug|major|maj|baiss|dimin|dim|descend|redui|reduc|doubl)[a-z]*"
# What may stand between the old dose and the new one. Nothing else: « Lasilix 40, poids monté à 82 » changes no dose.
_BETWEEN_DOSES = (
    r"[ ,:()-]*(?:(?:qu'on|qu'|que|pas|on|je|j'|nous|donc|puis|est|a|ete|dose|la|le|l'|et|mais|diminuer|augmenter|baisser|majorer|trop|peu|bien|mal"
    r"|insuffisante?|toleree?|(?:in)?efficace|ok|ttt|traitement|actuellement|ce|jour|auj|desormais|maintenant|seulement|essai|de"
    r"|depuis|ce jour|en|decide|propose|souhaite|doit|peut|etre|a ete|j'ai|avons|passage)(?![a-z])[ ,:()'-]*){0,6}"
)
_CHANGE = re.compile(
    rf"{_BETWEEN_DOSES}(?:\(?(?:(?:-+>|=+>|→) ?[↑↓]?|(?P<sign>[↑↓]))(?: ?(?:je |on )?{_MORE_OR_LESS}{_TO}|(?P<to> ?a ))?|{_MORE_OR_LESS}{_TO}"
    rf"|redui(?:te?|re)(?: a| de)?|insuffisant[a-z]*,? ?[↑↓]?(?: a)?|(?P<kept>(?:est |reste )?(?:maintenue?|laissee?|poursuivie?|reste) a)) ?"
)


_DOSES = frozenset(
    (
        dose_grammar.MASS,
        dose_grammar.AMOUNT,
        dose_grammar.BARE,
        dose_grammar.SCHEME,
        dose_grammar.COUNTED,
        dose_grammar.TIMES,
    )
)


def _changed(note: Note, line: Line, limit: int) -> Line | None:
    """« Furosémide 40 -> 80 mg/j »: the new dose is the one that counts; what it does not say again stays."""
    arrow = _CHANGE.match(note.flat, line.end, limit)
    if not arrow or not _NUMBERED.match(note.flat, arrow.end()):
        return None
    pieces = doses.pieces(note.flat, arrow.end(), limit)
    if any(piece.kind == dose_grammar.NEED for piece in pieces) and not line.posology.as_needed:
        return None  # « Lyrica 25 le soir -> ↑ 50 si besoin »
    if not pieces or pieces[0].kind not in _DOSES or _NOT_NOW.match(note.flat, pieces[-1].end):
        return None
    old, new = line.posology, posology.of(pieces, line.named.drug)
    if arrow["sign"] and not arrow["to"] and not _goes(arrow["sign"], old, new):
        return None
    intakes = new.intakes or [] if new.strength else _with_times(new.intakes, old.intakes)
    kept = replace(new, strength=new.strength or old.strength, intakes=intakes or old.intakes)
    changed = replace(kept, changed=not arrow["kept"], kept=bool(arrow["kept"]))
    return Line(line.named, changed, new.end, line.following)


# « Cardensiel 2,5 -> 5 : ne pas monter pour le moment »
_NOT_NOW = re.compile(
    r"[ ,:(]*(?:(?:ne )?(?:pas|non)(?! (?:de|d'|augment[a-z]* (?:plus|au))) ?(?:(?:monter|augmenter|majorer|passer|changer|fait|encore|tolere|pour|maintenant|tout de suite|d'emblee)(?![a-z]))|a (?:discuter|voir|envisager)(?![a-z])|refuse|differe|plus tard)"
)


def _goes(sign: str, old: Posology, new: Posology) -> bool:
    """« 2,5 ↑ 5 mg » is more; « 5 gouttes ↑ 1 goutte/j » is a step of one drop, no dose."""
    before, after = _amount(old), _amount(new)
    return before is None or after is None or (after > before if sign == "↑" else after < before)


def _amount(read: Posology) -> float | None:
    """What is taken at a time, in milligrams or in units; None when nothing says it."""
    told = read.intakes[0].amount if read.intakes else None
    return told if told is not None else strengths.milligrams(read.strength)


_CHANGES = re.compile(
    r"(?<![a-z])(?:pass\w*|port(?:er?|ons)|augment(?!in(?![a-z]))\w*|diminu\w*|baiss\w*|major\w*|mont\w*|descend\w*|redui\w*) (?:de |du |le |la |l'|d'|sa |son )?$"
)


def _new_dose(note: Note, pieces: list[Piece]) -> list[Piece]:
    """« On passe le zopiclone 7,5 à 3,75 », « de 40 à 80 mg »: the second number is the dose."""
    said = [piece for piece in pieces if piece.kind != dose_grammar.FILLER]
    first = said[0] if said else None
    if first and first.kind == dose_grammar.BARE and first.values["to"] and " a " in first.values["written"]:
        return [replace(first, values={"n": first.values["to"], "to": None, "written": ""}), *said[1:]]
    if first and first.kind == dose_grammar.MASS and first.values["upper"]:
        return [replace(first, values=first.values | {"n": first.values["upper"]}), *said[1:]]
    to = len(pieces) > 2 and note.flat[pieces[1].start : pieces[1].end] == "a"
    return (
        pieces[2:]
        if to
        and pieces[0].kind == dose_grammar.MASS
        and pieces[2].kind in (dose_grammar.MASS, dose_grammar.BARE)
        else pieces
    )


def _with_times(new: list[Intake], old: list[Intake]) -> list[Intake]:
    """New amounts at the old times, when the new dose says none."""
    if len(new) == 1 and len(old) == 1 and not new[0].said:
        return [replace(old[0], amount=new[0].amount, unit=new[0].unit or old[0].unit)]
    return new


def one_list(note: Note, before: Line, after: Line) -> bool:
    """Whether nothing but a separator, or a word in brackets, stands between two lines."""
    return bool(_BETWEEN.fullmatch(note.flat, before.end, after.named.start))


_BETWEEN = re.compile(
    r"\)?[ ,.;:+/&\n•*↑↓-]{0,6}(?:\([^()\n]{0,20}\)[ ,+]{0,3})?(?:(?:et|puis|ajout|avec|associee?s? a|[a-z]{3,12} stop \([a-z]\)|[0-9]{1,2}[.)]) ?)?[↑↓ ]{0,2}"
)
