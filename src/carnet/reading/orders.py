"""Requests: tests, imaging, specialists, nurses, physiotherapists, sick leave, certificates. One fact for terms of one
type that follow each other. A test that was done, refused, or has a value, is no request."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache

from carnet.reading import calendar, order_names, order_words, tables
from carnet.reading.facts import ALLERGY, IMMUNIZATION, LAB, MEDICATION, ORDER, VITAL, Fact
from carnet.reading.order_names import Asked
from carnet.reading.structure import Note

# These say by themselves that something is asked for.
_SELF_EVIDENT = frozenset(("sick_leave", "physio", "nursing"))
_OF_BEFORE = ("history", "family", "life", "allergy", "vaccines")
_OF_TODAY = ("exam", "results", "reason", "treatment")
_BEFORE = 60  # characters in which a cue is looked for
_AFTER = 40
_TINY = 2  # letters
_LONG = 120  # characters of a sentence without commas: a note that nobody punctuated
_NOWHERE = 1_000_000_000


@dataclass(frozen=True, slots=True)
class _Scene:
    """The note, its drugs, and where what was decided begins."""

    note: Note
    drugs: Sequence[Fact]
    results: frozenset[int]  # where results begin
    told: frozenset[int]  # where they end
    since: int

    def before(self, one: Asked) -> str:
        return self.note.before(one.start, _BEFORE)

    def after(self, place: int) -> str:
        return self.note.after(place, _AFTER)

    def section(self, one: Asked) -> str:
        """The section; what follows on the line of a heading of results is no result any more."""
        sentence = self.note.sentence(one.start)
        on_its_own = sentence.section == "results" and sentence.body <= sentence.start + 1
        return "" if on_its_own else sentence.section


def read(note: Note, mentions: Sequence[Asked], taken: Sequence[Fact]) -> Iterator[Fact]:
    """Each request, left to right; what follows a request in the same list is asked for as well."""
    free = _free(note, [one for one in mentions if not _is_left_out(note, one)], taken)
    drugs = sorted((fact for fact in taken if fact.kind == MEDICATION), key=_start)
    labs = [fact for fact in taken if fact.kind == LAB]
    results, told = frozenset(fact.start for fact in labs), frozenset(fact.end for fact in labs)
    scene = _Scene(note, drugs, results, told, decided(taken))
    stops = sorted([one.start for one in mentions] + [one.start for one in taken if one.kind != MEDICATION])
    asked, link = -1, _CHAIN
    for found in order_names.joined(note, list(free)):
        one = _behind(note, found, asked) if found.start < asked else found
        if one.start >= one.end:
            continue
        chained = asked >= 0 and bool(link.fullmatch(note.flat, asked, one.start))
        sure = 0.0 if _told(scene, one) else _asked(scene, one) or (0.8 if chained else 0)
        end = order_words.whole(note, one, _stops(note, one, stops, drugs))
        asked, link = end if sure else -1, _CHAIN if end == one.end else _LINK
        if sure and not _ends_badly(scene, one, end):
            kind = (
                "certificate" if one.type == "sick_leave" and _of_a_child(note, one.start, end) else one.type
            )
            yield Fact(ORDER, one.start, end, sure, {"what": note.text[one.start : end], "type": kind})


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


def _is_left_out(note: Note, one: Asked) -> bool:
    """« NFS, CRP, PSA non »: one test refused takes nothing from the others; « refusés » speaks of all of them."""
    listed = note.flat[: one.start].rstrip().endswith((",", "+", "/"))
    return listed and one.type in ("lab", "imaging") and bool(_LEFT_OUT.match(note.flat, one.end))


_LEFT_OUT = re.compile(r" ?[:(]? ?(?:non(?= ?(?:$|[.,;)\n]))|refusee?(?![a-z]))")


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


def _ends_badly(scene: _Scene, one: Asked, end: int) -> bool:
    """« Certificat pour seringues : non concernée », « entretien prénatal précoce fait »."""
    after = scene.after(end)
    if one.type == "imaging" and _RESULT.match(after) and not _completed(scene.note, one, end):
        return True
    done = end > one.end and _done(one, scene.note.before(end, _BEFORE), after)
    return done or bool(_REFUSED.match(after))


def decided(taken: Sequence[Fact]) -> int:
    """Where what was decided begins: at the first drug that is prescribed."""
    drugs = (fact for fact in taken if fact.kind == MEDICATION)
    return min((fact.start for fact in drugs if fact.values["status"] == "prescribed"), default=_NOWHERE)


# Said around a request, that it is none.


def _told(scene: _Scene, one: Asked) -> bool:
    """Refused, done, of the past, only if, by somebody else."""
    before, after = scene.before(one), scene.after(one.end)
    if _DENIED.match(scene.note.flat, one.end):
        return True
    if _AGAIN.match(scene.note.flat, one.end):
        return False
    if _not_before().search(before) and not _SENT.search(before):
        return True
    dated = _DAY.match(scene.note.flat, one.end) is not None
    if (dated or _not_after().match(_LATER.sub("", after))) and not _to_come(scene, one):
        return True
    return (
        _above_results(scene, one)
        or _only_if(scene, one)
        or _of_a_month_past(scene.note, one)
        or _done(one, before, after)
        or _known(scene.note, one, before, after)
    )


def _above_results(scene: _Scene, one: Asked) -> bool:
    """« Biologie ce jour : CRP 12 »."""
    head = _HEAD.match(scene.note.flat, one.end) if one.type == "lab" else None
    return head is not None and head.end() in scene.results


_HEAD = re.compile(r" ?(?:(?:de |du )?(?:ce jour|ce matin|jour|hier)|au cabinet)? ?: ?")


def _to_come(scene: _Scene, one: Asked) -> bool:
    """« Neuropédiatre 6/10 » of a note of May."""
    day = _DAY.match(scene.note.flat, one.end)
    ahead = calendar.days(day, scene.note.context.date) if day else None
    return ahead is not None and ahead <= _SOON


_DAY = re.compile(
    rf" ?(?::|rdv)? ?(?=[a-z ]{{0,9}}[0-9]{{1,2}}/[0-9])(?:{calendar.DAY.pattern}|[0-9]{{1,2}}/[0-9]{{2}})"
)
_DENIED = re.compile(
    r"(?: (?:de (?:ctrl|controle|suivi)|systematique))? ?\? ?(?:non|pas|deja|fait|inutile)"
)  # « coproculture ? non »
_AGAIN = re.compile(  # « kiné 20 séances en cours → renouv »
    r" (?:tjs |toujours )?en cours ?(?:→|-+>|=+>|:|,)? ?(?:a )?(?:renouv|prolong|poursui|continu)"
)
_SOON = 200  # days


def _only_if(scene: _Scene, one: Asked) -> bool:
    """« Si pas mieux, IRM »; not « si besoin » of a drug before."""
    note = scene.note
    condition = _ONLY_IF.search(note.flat, max(note.sentence(one.start).body, one.start - _BEFORE), one.start)
    if condition:
        return not any(fact.overlaps(condition.end("if") - 1, condition.end("if")) for fact in scene.drugs)
    return one.type == "referral" and _in_case(note, one)


def _in_case(note: Note, one: Asked) -> bool:
    """« Si fluctuation → urgences »."""
    sentence = note.sentence(one.start)
    before = note.sentence(max(0, sentence.start - 3))
    if not sentence.arrow or "\n" in note.flat[before.end : sentence.start]:
        return False
    return bool(_CONDITION.search(note.flat, max(before.start, before.end - _BEFORE), before.end))


def _of_a_month_past(note: Note, one: Asked) -> bool:
    """« Écho en janvier » of a note of March is over; « coloscopie en mai » of April is to come."""
    month = _MONTH.match(note.flat, one.end)
    if not month:
        return False
    if month["year"] or _SHOWN.match(note.flat, month.end()):
        return True
    return not calendar.soon(month["month"], note.context.date)


def _done(one: Asked, before: str, after: str) -> bool:
    if one.type != "certificate" and _DONE.match(after) and not _WRITTEN.search(before):
        return True
    return one.type in ("imaging", "referral", "nursing", "physio") and bool(_DONE_NOW.match(after))


def _known(note: Note, one: Asked, before: str, after: str) -> bool:
    """Of a request of before, of an emergency that may come, of who said something."""
    if (one.type != "lab" or _ANY_TEST.match(note.flat, one.start)) and _BROUGHT.search(before):
        return True
    if _EMERGENCY.match(note.flat, one.start) and (_IF.match(after) or before.endswith("en ")):
        return True
    if _FOUND.search(note.flat, one.start, one.end):
        return True
    if one.type == "certificate" and _HEADING.match(after):
        return True
    if one.type == "referral" and (_BY_WHOM.search(before) or _FOLLOWED.search(before)):
        return True
    if one.type == "lab" and note.flat.startswith("bilan", one.start) and _OF_SOMEBODY.search(before):
        return True
    nurse = one.type == "nursing" and bool(_NURSE_ALONE.fullmatch(note.flat, one.start, one.end))
    if nurse and (_SAYS.match(after) or (_AGENT.search(before) and not _ROUNDS.match(after))):
        return True
    if one.type in ("imaging", "referral") and _AHEAD_OF.search(before) and not _after().match(after):
        return True
    return (
        one.type in ("nursing", "referral") and bool(_BY_NURSES.search(before)) and not _ROUNDS.match(after)
    )


# Said of a request, that it is one.


def _asked(scene: _Scene, one: Asked) -> float:
    """How sure it is that this is asked for; 0 when it is not."""
    note = scene.note
    cared_for = one.type != "nursing" or _NURSE.search(note.flat, one.start, one.end)
    if one.type in _SELF_EVIDENT and cared_for:
        return _of_a_profession(scene, one)
    said = _before().search(scene.before(one)) or _after().match(scene.after(one.end))
    if one.end - one.start <= _TINY:
        return 0.8 if said or _tiny(scene, one) else 0
    section = scene.section(one)
    if section in _OF_BEFORE or (
        one.terms == 1 and not said and _TAKEN.fullmatch(note.flat, one.start, one.end)
    ):
        return 0
    if section == "plan" or note.sentence(one.start).arrow:
        return 0 if _aside(note, one) else 0.9
    if section == "reason" and one.type == "lab" and not _after().match(scene.after(one.end)):
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


def _among_results(scene: _Scene, one: Asked) -> bool:
    """« VIH négatif, TPHA + VDRL - »: a test without a value in a list of values."""
    if one.type != "lab":
        return False
    before = scene.note.flat[max(0, one.start - 4) : one.start]
    return one.start - len(before) + len(before.rstrip(" ,/+")) in scene.told


def _aside(note: Note, one: Asked) -> bool:
    """« Metformine 500 x2 (DFG) »: one test alone in a bracket is a reason."""
    alone = note.flat[one.start - 1 : one.start] == "(" and note.flat.startswith(")", one.end)
    return alone and one.type == "lab" and one.terms == 1


def _of_a_profession(scene: _Scene, one: Asked) -> float:
    """« Burn out, infirmière EHPAD »: her trade. « IDE », « infirmière à domicile » are asked for."""
    note = scene.note
    if one.type != "nursing" or not _PROFESSION.fullmatch(note.flat, one.start, one.end):
        return 0.9
    planned = scene.section(one) == "plan" or note.sentence(one.start).arrow
    wanted = one.start > scene.since or planned
    return 0.9 if wanted or _before().search(scene.before(one)) else 0


def _tiny(scene: _Scene, one: Asked) -> bool:
    """« RP. », « FO, bio » behind the drugs."""
    if one.type == "imaging" and _alone(scene.note, one):
        return True
    return one.start > scene.since and one.type != "lab" and _begins_a_part(scene.note, one)


def _by_its_type(scene: _Scene, one: Asked, section: str) -> float:
    """In a note without sections: what is hardly named unless it is asked for."""
    note = scene.note
    if one.type == "imaging" and section not in _OF_TODAY and not _shown(note, one):
        return 0 if _THE.search(scene.before(one)) else 0.6
    if one.type == "referral" and _PERSON.match(note.flat, one.start):
        return 0.65
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
    shown = _shown(note, one)
    return begins and (not shown or (one.type == "referral" and shown[0].endswith("(")))


def _shown(note: Note, one: Asked) -> re.Match[str] | None:
    """What a request shows behind it: « radio : fracture », not « radio : face et profil »."""
    return None if _completed(note, one, one.end) else _SHOWN.match(note.flat, one.end)


def _completed(note: Note, one: Asked, end: int) -> bool:
    return order_words.completed(note, one.type, end, note.sentence(one.end - 1).end) > 0


# The words.

_CHAIN = re.compile(
    r"(?: (?:demain|ce jour|en urgence|rapidement|a jeun))? ?(?:,|\+|et|/|puis|;)? ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?"
)
_LINK = re.compile(r" ?(?:,|\+|et|/|puis|;) ?(?:(?:une?|le|la|les|l'|d'|de|des|du) ?)?")
_MONTH = re.compile(
    rf" ?\(?(?:en |de |d'|du mois de |fin |debut |mi-)?(?P<month>{calendar.MONTH})\.?"
    r"(?: (?P<year>(?:20)?[0-9]{2}))?(?= |[.,:;)]|$)(?! a faire)"
)
_REFUSED = re.compile(
    r" ?:? ?(?:non (?:concerne|indique|souhaite|necessaire)|refus|inutile|plus besoin|pas (?:necessaire|besoin))"
)
_SENT = re.compile(
    r"(?<![a-z])(?:adress|orient|envoy|transfer|demande|courrier|lettre)\w*(?: (?!par )[a-z']+){0,3} ?$|(?<!ete )(?<!est )complet\w*(?: l[ea] [a-z]+)? par(?: une?| la| le| l'| des)? ?$"
)
_LATER = re.compile(r"^ ?(?:de )?(?:ce jour|ce matin|au cabinet|de controle)(?= ?[:a-z(])")
_DONE = re.compile(r" ?(?:faite?s?|realisee?s?|ok|recue?s?|vue?s?)(?: ?$| ?[.,:)\n])")
_WRITTEN = re.compile(
    r"(?<![a-z])(?:courrier|lettre|ordo\w*|demande|jamais|pas encore)(?: (?:pour|de|d'|au|a la))? ?$"
)
_CONDITION = re.compile(r"(?<![a-z])(?:si|sauf|en cas d)(?![a-z])")
_ONLY_IF = re.compile(
    r"(?:^|[^a-z])(?P<if>si|en cas de?) (?:[^.;,]{0,50}|(?=pas |non |peu |echec|persist|aggrav|recidiv|absence|evol|toujours|positi|negati|anormal|doute|normal|signes|fluctu|besoin)[a-z' ]{2,40}[,:] ?)$"
)
_FOUND = re.compile(r" (?:montr|objectiv|retrouv|normal)")
_ROUNDS = re.compile(r" ?(?:a domicile|ad |tous|ts|[0-9]|(?:une|deux|trois|quatre) fois)")
_AHEAD_OF = re.compile(r"(?<![a-z])avant (?:la |le |l'|son |sa )?$")  # « test de grossesse avant la scinti »
_BY_NURSES = re.compile(
    r"(?:^|[^a-z])(?:demande|appel\w*|mot|passage|vue?|dit|selon|signale\w*|preven\w*|contact\w*|inform\w*|avert\w*|transmis\w*|lien|accord)(?: (?:par|a|aux?|avec))? (?:des|de l'|les|l'|une?|de)? ?$"
)
# « 1 inj par IDE », « l'IDE a mon numéro »: who does it or knows it is not asked for.
_NURSE_ALONE = re.compile(r"(?:ide|idel|infirmi?e?re?s?)")
_AGENT = re.compile(
    r"(?:^|[^a-z])(?:preven\w*|contact\w*|inform\w*|avert\w*|prochain passage|(?:vaccin\w*|grippe|covid|faire|fait|iono\w*|bio\w*|bilan|nfs|crp|ca|inr|creat\w*|controle) par) (?:les |l'|des |une? )?$"
)
_SAYS = re.compile(
    r" (?:a|ont) (?:mon|notre|le|la|l'|les|vue?|signale|note|appele|trouve|constate|remarque|fait|ete)(?![a-z])| (?:signale|rapporte|appelle|constate|note|previent|trouve|dit)(?![a-z])| ?: ?«"
)
_DONE_NOW = re.compile(r" ?(?:faite?|realisee?)s? (?:ce jour|auj\w*|au cabinet)")
_BROUGHT = re.compile(  # « revoir avec l'IRM »: asked for before
    r"(?:revoir|revue?|rdv|rv|revoi\w*|revoyons|reverr\w*|rappel\w*|retour|revien\w*|reconsult\w*)[^.;\n]{0,25} avec(?: la| les| l'| le| son| sa| ses)? ?$|(?<![a-z])(?:rdv|rv) (?:de |pour (?:le )?|du )?$"
)
_ANY_TEST = re.compile(
    r"(?:bio(?:logie)?|bilans?|bs|ps|prise de sang|labo|resultats?)(?! (?!dans |ds |a |le |fait|ce )[a-z0-9]{2,})"
)
_OF_SOMEBODY = re.compile(  # « orthophoniste : bilan »
    r"(?:orthophon\w*|ergo\w*|psychomot\w*|ortho|orthoptiste|podolog\w*|kine\w*|neuropsy\w*) ?[:(]? ?$"
)
_HEADING = re.compile(r" ?: ?$")  # « ALD : », over the drugs of a long illness
_BY_WHOM = re.compile(r"(?<![a-z])(?:par|avec) (?:l[ae] |l'|les |un |une |son |sa )?$")
_EMERGENCY = re.compile(r"(?:sau|samu|urgences?|hospit\w*|15|smur)(?![a-z])")
_IF = re.compile(r" (?:si|en cas)(?![a-z])")
# Taken as often as measured: « vit D 3 gouttes », « fer injectable ».
_TAKEN = re.compile(
    r"(?:vit(?:amine)?\.? ?[a-z][0-9]{0,2}|fer|calcium|ca|potassium|k|magnesium|mg|zinc|folates?|b12|b9|lithium|iode|albumine)"
)
_NURSE = re.compile(
    r"(?<![a-z])(?:ide|idel|infirm|pansement|ssiad|soins|saignee|sf a dom|sage[- ]femme a dom)"
)
_PROFESSION = re.compile(r"infirmi?e?re?s?")
_WHOLE_PIECE = re.compile(
    r"$|[+,] ?[a-z]|pour |[(]|avec |a [0-9]|ds |dans |et |j ?\+? ?[0-9]|par |en urgence|: ?$|a j ?[0-9]|demain|si |avance|chez |: ?(?:courrier|avis|rdv|lettre|ordo|bilan|seances?|[0-9]{1,2} seances)"
    r"|sous [0-9]|rapide|en ville|[0-9]{1,2} ?(?:j|mois|sem|m)(?![a-z])|de reference|a ajouter|(?:dr|pr) [a-z]|courrier|bilan|ctrl|coordonnees|ts les|tous les"
    r"|[0-9]x? ?/ ?sem|crp|nfs|[0-9]{1,2} seances|ce soir|de garde|ce jour(?= ?(?:,|$))|en (?:janv|fev|mars|avr|mai|juin|juil|aout|sept|oct|nov|dec)"
)
# What follows is what it showed; not how often, nor when.
_SHOWN = re.compile(
    r" ?(?:[:=]|\((?!dr|pr|docteur|1|une?|courrier|ordo)|[0-9]+(?![0-9]| ?(?:fois|x ?/|/ ?(?:sem|mois|an|j)|seances?|s(?![a-z])|mois|sem|j(?![a-z])|jours|m(?![a-z])|ans?(?![a-z])|h(?![a-z]))|/[0-9]))"
)
_RESULT = re.compile(r" ?: (?!demand|ordo|courrier|rdv|a |pour|prescri|prevu|en |avec|au |chez)[a-z]")
_THE = re.compile(
    r"(?:^|[ '])(?:le|la|les|l'|ce|cet|cette|ces|deux|plusieurs|examens? d'|etudes? d') ?$"
)  # « le scanner »: known
_PERSON = re.compile(
    r"(?:psychologue|podologue|dieteticien|diet(?![a-z])|dentiste|csapa|cmp|pma|pmi|orthophonist|sage|tabacolog|addicto|avis)"
)
_FOLLOWED = re.compile(r"(?<![a-z])suivie? (?:en |au |a la |a l')?$")
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
        rf"(?:^|[^a-z0-9])(?:{words}) ?[:,]? ?(?:(?:une?|le|la|les|l'|d'|de|des|du|aussi|:) ?){{0,2}}$"
    )


@cache
def _after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["after"]))


@cache
def _not_before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["not_before"])
    return re.compile(rf"(?:^|[^a-z])(?:{words}) ?(?:(?:une?|la|le|les|l'|d'|de) ?)?$")


@cache
def _not_after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["not_after"]))
