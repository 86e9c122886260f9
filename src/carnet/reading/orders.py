"""Requests: tests, imaging, specialists, nurses, physiotherapists, sick leave, certificates. One fact for terms of one
type that follow each other. A test that was done, refused, or has a value, is no request."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from carnet.reading import calendar, order_names, order_refusals, order_words, tables
from carnet.reading.facts import ALLERGY, IMMUNIZATION, LAB, MEDICATION, ORDER, VITAL, Fact
from carnet.reading.order_names import Asked
from carnet.reading.order_scene import Scene, asked_behind, decided, shown
from carnet.reading.structure import Note

# These say by themselves that something is asked for.
_SELF_EVIDENT = frozenset(("sick_leave", "physio", "nursing"))
_OF_BEFORE = ("history", "family", "life", "allergy", "vaccines")
_OF_TODAY = ("exam", "results", "reason", "treatment")
_TINY = 2  # letters
_LONG = 120  # characters of a sentence without commas: a note that nobody punctuated


def read(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> list[Fact]:
    """Each request, left to right; « certif fait » after a certificate that says what for is told again."""
    found = list(_read(note, mentions, taken))
    papers = [fact for fact in found if fact.values["type"] == "certificate"]
    bare = {fact.start for fact in papers if _BARE_PAPER.fullmatch(note.flat, fact.start, fact.end)}
    return [fact for fact in found if fact.start not in bare or len(papers) == len(bare)]


_BARE_PAPER = re.compile(r"certif(?:icats?)?\.?(?: (?:faite?s?|remis|ok|signe|ce jour))*")


def _read(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> Iterator[Fact]:
    """What follows a request in the same list is asked for as well."""
    free = _free(note, [one for one in mentions if not order_refusals.is_left_out(note, one)], taken)
    drugs = sorted((fact for fact in taken if fact.kind == MEDICATION), key=_start)
    labs = [fact for fact in taken if fact.kind == LAB]
    results, told = frozenset(fact.start for fact in labs), frozenset(fact.end for fact in labs)
    scene = Scene(note, drugs, results, told, decided(taken))
    stops = sorted([one.start for one in mentions] + [one.start for one in taken if one.kind != MEDICATION])
    asked, link = -1, _CHAIN
    for found in order_names.joined(note, list(free)):
        one = _behind(note, found, asked) if found.start < asked else found
        if one.start >= one.end:
            continue
        chained = asked >= 0 and bool(link.fullmatch(note.flat, asked, one.start))
        otherwise = order_refusals.is_told_otherwise(scene, one)
        sure = 0.0 if otherwise else _asked(scene, one) or (0.8 if chained else 0)
        end = order_words.whole(note, one, _stops(note, one, stops, drugs))
        asked, link = end if sure else -1, _CHAIN if end == one.end else _LINK
        if sure and not order_refusals.ends_badly(scene, one, end):
            for_a_child = one.type == "sick_leave" and _of_a_child(note, one.start, end)
            kind = "certificate" if for_a_child else one.type
            what = note.text[one.start : _with_delay(note, kind, end)]
            yield Fact(ORDER, one.start, end, sure, {"what": what, "type": kind})


def _with_delay(note: Note, kind: str, end: int) -> int:
    """« iono créat dans 15 j »: the delay is a next step of its own, and the paper of the request says it as well."""
    delay = _DELAY.match(note.flat, end) if kind in order_words.DATED else None
    told = calendar.adjacent().match(note.flat, delay.end()) if delay else None
    return told.end() if told else end


_DELAY = re.compile(r" (?:dans|ds|d'ici|sous) ")


def _behind(note: Note, one: Asked, asked: int) -> Asked:
    """What a request leaves of one that begins in it: « IDE » of « scanner, avec injection, IDE »; in its bracket, all."""
    first = note.sentence(one.start).start
    if note.flat.rfind("(", first, one.start) > note.flat.rfind(")", first, one.start):
        return one
    return replace(one, start=_SIGNS.match(note.flat, asked).end())  # type: ignore[union-attr]


_SIGNS = re.compile(r"[ ,:;+/)]*")


def _of_a_child(note: Note, start: int, end: int) -> bool:
    """« Arrêt enfant malade 3 j »: a child stops no work; who looks after it gets a certificate."""
    is_child = note.context.age is not None and note.context.age < _WORKS_FROM
    return is_child or bool(_FOR_A_CHILD.search(note.flat, start, end))


_WORKS_FROM = 14  # years
_FOR_A_CHILD = re.compile(r"enfant malade|garde d'enfant|presence parentale")


def _stops(note: Note, one: Asked, stops: Sequence[int], drugs: Sequence[Fact]) -> list[int]:
    """Where something else begins near a request; what a nurse is to give or to put is part of it: « pansement alginate »,
    « IDE pour Lovenox »."""
    first, last = one.end, one.end + order_words.LONGEST
    near = list(stops[bisect_left(stops, first) : bisect_right(stops, last)])
    taken = drugs[bisect_left(drugs, first, key=_start) : bisect_right(drugs, last, key=_start)]
    if one.type == "nursing":
        taken = [drug for drug in taken if not _GIVEN.search(note.flat, one.start, drug.start)]
    return near + [drug.start for drug in taken]


def _start(fact: Fact) -> int:
    return fact.start


_GIVEN = re.compile(r"(?<![a-z])(?:pansements?|pst|inj\w*|perf\w*|administr\w*|pour)(?![a-z])[^,;.]*$")


def _free(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> Iterator[Asked]:
    """What other facts leave of requests: « IDE pour injection » of « IDE pour injection Lovenox »."""
    kept = sorted((fact for fact in taken if fact.kind in _TAKE), key=_start)
    first = 0
    for one in mentions:
        while first < len(kept) and kept[first].end <= one.start:
            first += 1
        start = _taken(kept, first, one)
        if start is None:
            yield one
        elif one.type == "nursing" and len(left := note.flat[one.start : start].rstrip()) > _TINY:
            yield replace(one, end=one.start + len(left))


def _taken(kept: Sequence[Fact], first: int, one: Asked) -> int | None:
    """Where the first fact begins, from that place on, that has words of a request."""
    for place in range(first, len(kept)):
        if kept[place].start >= one.end:
            return None
        if kept[place].end > one.start:
            return kept[place].start
    return None


_TAKE = (VITAL, LAB, MEDICATION, ALLERGY, IMMUNIZATION)


def _asked(scene: Scene, one: Asked) -> float:
    """How sure it is that this is asked for; 0 when it is not."""
    note = scene.note
    cared_for = one.type != "nursing" or _NURSE.search(note.flat, one.start, one.end)
    if one.type in _SELF_EVIDENT and cared_for:
        return _of_a_profession(scene, one)
    said = _before().search(scene.before(one)) or asked_behind().match(scene.after(one.end))
    if one.end - one.start <= _TINY:
        return 0.8 if said or _tiny(scene, one) else 0
    section = scene.section(one)
    if section in _OF_BEFORE or (
        one.terms == 1 and not said and _TAKEN.fullmatch(note.flat, one.start, one.end)
    ):
        return 0
    if section == "plan" or note.sentence(one.start).arrow:
        return 0 if _aside(note, one) else 0.9
    if section == "reason" and one.type == "lab" and not asked_behind().match(scene.after(one.end)):
        return 0
    if one.type == "certificate":
        return 0.8
    if said:
        return 0.85
    if _among_results(scene, one):
        return 0
    if _alone(note, one):
        return 0.75
    if one.start > scene.since and section not in ("exam", "results", "reason") and _begins_a_part(note, one):
        return 0.7
    return _by_its_type(scene, one, section)


def _among_results(scene: Scene, one: Asked) -> bool:
    """« VIH négatif, TPHA + VDRL - »: a test without a value in a list of values."""
    if one.type != "lab":
        return False
    before = scene.note.flat[max(0, one.start - 4) : one.start]
    return one.start - len(before) + len(before.rstrip(" ,/+")) in scene.told


def _aside(note: Note, one: Asked) -> bool:
    """« Metformine 500 x2 (DFG) »: one test alone in a bracket is a reason."""
    alone = note.flat[one.start - 1 : one.start] == "(" and note.flat.startswith(")", one.end)
    return alone and one.type == "lab" and one.terms == 1


def _of_a_profession(scene: Scene, one: Asked) -> float:
    """« Burn out, infirmière EHPAD »: her trade. « IDE », « infirmière à domicile » are asked for."""
    note = scene.note
    if one.type != "nursing" or not _PROFESSION.fullmatch(note.flat, one.start, one.end):
        return 0.9
    planned = scene.section(one) == "plan" or note.sentence(one.start).arrow
    wanted = one.start > scene.since or planned
    return 0.9 if wanted or _before().search(scene.before(one)) else 0


def _tiny(scene: Scene, one: Asked) -> bool:
    """« RP. », « FO, bio » behind the drugs."""
    if one.type == "imaging" and _alone(scene.note, one):
        return True
    return one.start > scene.since and one.type != "lab" and _begins_a_part(scene.note, one)


def _by_its_type(scene: Scene, one: Asked, section: str) -> float:
    """In a note without sections: what is hardly named unless it is asked for."""
    note = scene.note
    if one.type == "imaging" and section not in _OF_TODAY and not shown(note, one):
        return 0 if _THE.search(scene.before(one)) else 0.6
    if one.type == "referral" and _PERSON.match(note.flat, one.start) and not _THE.search(scene.before(one)):
        titled = one.start <= note.sentence(one.start).body and _TOPIC.match(note.flat, one.start)
        return 0 if titled else 0.65  # « PMA : AMH 0,8 »
    if one.type == "referral" and _CONSULTATION.match(note.flat, one.start) and _begins_a_part(note, one):
        return 0.65
    sentence = note.sentence(one.start)
    unpunctuated = note.flat.count(",", sentence.body, sentence.end) < 2
    if sentence.end - sentence.body > _LONG and unpunctuated:
        likely = one.terms > 1 or _ASKED_ALONE.match(note.flat, one.start)
        return 0.6 if likely or (one.type == "referral" and one.start > scene.since) else 0
    if one.terms >= 3 or (one.type == "referral" and _ADDRESSED.search(note.flat, one.start, one.end)):
        return 0.8
    return 0.6 if one.terms > 1 and _begins_a_part(note, one) and section not in _OF_TODAY else 0


def _alone(note: Note, one: Asked) -> bool:
    """Whether the request is all that its part of the sentence says: « IRM lombaire. », « …, ECBU, … »."""
    sentence = note.sentence(one.start)
    before = note.flat[sentence.body : one.start].rstrip()
    after = note.flat[one.end : sentence.end].strip()
    starts = not before or before[-1] in "+;:→"
    if before.endswith(",") and one.type in ("referral", "imaging") and " " in note.flat[one.start : one.end]:
        return not after or after.startswith(",")
    return starts and bool(_WHOLE_PIECE.match(after)) and one.type != "certificate"


def _begins_a_part(note: Note, one: Asked) -> bool:
    """Whether a part of the sentence begins with the request, and it is not told what it showed."""
    before = note.flat[note.sentence(one.start).body : one.start].rstrip()
    begins = not before or before[-1] in "+,;:→/" or before.endswith((" et", " puis"))
    behind = shown(note, one)
    return begins and (not behind or (one.type == "referral" and behind[0].endswith("(")))


_CHAIN = re.compile(
    r"(?: (?:demain|ce jour|en urgence|rapidement|a jeun))? ?(?:,|\+|et|/|puis|;)? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?"
)
_LINK = re.compile(r" ?(?:,|\+|et|/|puis|;) ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")
# Taken as often as measured: « vit D 3 gouttes », « fer injectable ».
_TAKEN = re.compile(
    r"(?:vit(?:amine)?\.? ?[a-z][0-9]{0,2}|fer|calcium|ca|potassium|k|magnesium|mg|zinc|folates?|b12|b9|lithium|iode|albumine)"
)
_NURSE = re.compile(
    r"(?<![a-z])(?:ide|idel|infirm|pansement|ssiad|soins|saignee|sf a dom|sage[- ]femme a dom)"
)
_PROFESSION = re.compile(r"infirmi?e?re?s?")
_WHOLE_PIECE = re.compile(
    r"$|[+,] ?[a-z0-9]|pour |[(]|avec |a [0-9]|ds |dans |et |j ?\+? ?[0-9]|par |en urgence|: ?$|a j ?[0-9]|demain|si |avance|chez |: ?(?:courrier|avis|rdv|lettre|ordo|bilan|seances?|[0-9]{1,2} seances)"
    r"|sous [0-9]|rapide|en ville|[0-9]{1,2} ?(?:j|mois|sem|m)(?![a-z])|de reference|a ajouter|(?:dr|pr) [a-z]|courrier|bilan|ctrl|coordonnees|ts les|tous les"
    r"|[0-9]x? ?/ ?sem|crp|nfs|[0-9]{1,2} seances|ce soir|de garde|ce jour(?= ?(?:,|$))|en (?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)"
)
_THE = re.compile(
    r"(?:^|[ '])(?:le|la|les|l'|ce|cet|cette|ces|deux|plusieurs|examens? d'|etudes? d') ?$"
)  # « le scanner »: known
_PERSON = re.compile(
    r"(?:psychologue|podologue|dieteticien|diet(?![a-z])|dentiste|csapa|cmp|pma|pmi|orthophonist|sage|tabacolog|addicto|avis)"
)
_TOPIC = re.compile(r"pma ?:")
_ASKED_ALONE = re.compile(
    r"(?:ecbu|efr|irm|scanner|tdm|echo|dmo|mammo|holter|polygraphie|epreuve|rx|radio|fcu|frottis|colo|fibro)"
)
_CONSULTATION = re.compile(r"(?:avis|cs|consult\w*|rdv|rv) [a-z]")
_ADDRESSED = re.compile(
    r"(?<![a-z])(?:avis|adress|orient|courrier|lettre|transf|demande|cs (?:cardio|dermato|ophtalmo))"
)


@cache
def _before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["before"])
    return re.compile(
        rf"(?:^|[^a-z0-9])(?:{words}) ?[:,]? ?(?:(?:une?|le|la|les|l'|d'|de|des|du|aussi|quand meme|tout de meme|egalement|donc|:) ?){{0,3}}$"
    )
