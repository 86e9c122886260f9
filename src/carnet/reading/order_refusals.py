"""What is said around the name of a request, that it is none: done, refused, of before, only if, by somebody else."""

from __future__ import annotations

import re
from functools import cache

from carnet.reading import calendar, tables
from carnet.reading.order_names import Asked
from carnet.reading.order_scene import BEFORE, SHOWN, Scene, asked_behind, is_completed
from carnet.reading.structure import Note


def is_left_out(note: Note, one: Asked) -> bool:
    """« NFS, CRP, PSA non »: one test refused takes nothing from the others; « refusés » speaks of all of them."""
    listed = note.flat[: one.start].rstrip().endswith((",", "+", "/"))
    return listed and one.type in ("lab", "imaging") and bool(_LEFT_OUT.match(note.flat, one.end))


_LEFT_OUT = re.compile(r" ?[:(]? ?(?:non(?= ?(?:$|[.,;)\n]))|refusee?(?![a-z]))")


def ends_badly(scene: Scene, one: Asked, end: int) -> bool:
    """« Certificat pour seringues : non concernée », « entretien prénatal précoce fait »."""
    after = scene.after(end)
    if one.type == "imaging" and _RESULT.match(after) and not is_completed(scene.note, one, end):
        return True
    done = end > one.end and _done(
        one, scene.note.flat[one.start : end], scene.note.before(end, BEFORE), after
    )
    flat = scene.note.flat
    refused = one.type == "certificate" and flat.endswith(" non", one.start, end)
    answered = not after.strip() and _ANSWERED_NO.match(flat, end)
    told = _IN_PLACE.search(flat, one.start, end) or _IN_PLACE.match(after)
    return bool(done or refused or answered or told or _REFUSED.match(after))


_IN_PLACE = re.compile(
    r" (?:deja )?en place(?![a-z])| (?:in|peu )?efficaces?(?![a-z])| sans (?:effet|amelioration)"
)
_ANSWERED_NO = re.compile(r" ?[?]+ ?(?:→|-+>|=+>)? ?(?:non|pas|inutile|a discuter)(?![a-z])")
_RESULT = re.compile(r" ?: (?!demand|ordo|courrier|rdv|a |pour|prescri|prevu|en |avec|au |chez)[a-z]")
_REFUSED = re.compile(
    r" ?:? ?(?:non(?= ?(?:$|[.,;)]))|non (?:concerne|indique|souhaite|necessaire)|refus|inutile|plus besoin|pas (?:necessaire|besoin))"
)


def is_told_otherwise(scene: Scene, one: Asked) -> bool:
    """Refused, done, of the past, only if, by somebody else."""
    before, after = scene.before(one), scene.after(one.end)
    if _DENIED.match(scene.note.flat, one.end):
        return True
    if _AGAIN.match(scene.note.flat, one.end):
        return False
    sent = _SENT.search(before) and (one.type not in ("lab", "imaging") or not _LETTER_FOR.search(before))
    if _not_before().search(before) and not sent:
        return True
    if _asked_in_doubt(scene, one, after) or (one.type == "referral" and _shows(scene, one, after)):
        return True
    if _PAPER.match(scene.note.flat, one.start) and _WRITTEN_HERE.match(after):
        return False
    dated = _DAY.match(scene.note.flat, one.end) is not None
    if (dated or _not_after().match(_LATER.sub("", after))) and not _to_come(scene, one):
        return True
    return (
        _above_results(scene, one)
        or _only_if(scene, one)
        or _of_a_month_past(scene.note, one)
        or _done(one, scene.note.flat[one.start : one.end], before, after)
        or _known(scene.note, one, before, after)
    )


def _asked_in_doubt(scene: Scene, one: Asked, after: str) -> bool:
    """« IST ? rapport non protégé », « IRM ? »: nothing is asked for yet."""
    return one.terms == 1 and scene.note.sentence(one.end - 1).asked and not after.strip()


def _shows(scene: Scene, one: Asked, after: str) -> bool:
    """« ECG ce jour : RSR » is a result; « Courrier de gastro du 13/10 : polype » was received."""
    flat = scene.note.flat
    if _RECORDED.match(flat, one.start):
        return bool(_RESULT.match(_LATER.sub("", after)))
    if not _LETTER.match(flat, one.start):
        return False
    from_there = _LETTER_FROM.match(flat, one.start) or _TOLD_IN_IT.match(flat, one.end)
    return bool(from_there) and one.start <= scene.note.sentence(one.start).body


_RECORDED = re.compile(
    r"(?:ecg|efr|spiro\w*|emg|eeg|holter|mapa|audio\w*|colo|coloscopie|fibro\w*|fogd|gastroscopie|polygraphie|polysomno\w*"
    r"|fond d'(?:œil|oeil)|fo|coro\w*|(?:epreuve|test) d'effort)(?![a-z])"
)
_LETTER = re.compile(r"(?:courrier|lettre|mot)(?![a-z])")
_LETTER_FROM = re.compile(
    r"(?:courrier|lettre|mot) d(?:[eu] |' ?)(?!adress|liaison|demande|sortie|avis|transm)"
)
_LETTER_FOR = re.compile(r"(?<![a-z])(?:courrier|lettre)(?: [a-z']+){1,4} p(?:ou)?r(?: une?)? ?$")
_TOLD_IN_IT = re.compile(
    r" (?:chu|ch|clinique|hopital)(?: [a-z-]+){0,2} ?:"
    r"(?! ?(?:avis|demande|bilan|pour|motif|rdv|prise en charge|pec|question|merci|svp|adress|colo|echo|irm|scan))"
)
_PAPER = re.compile(r"cert|cnci|dispense|attest")
_WRITTEN_HERE = re.compile(r" ?:? ?(?:ok|faite?|remise?|remplie?|signee?|redigee?)(?= ?(?:$|[.,;)]))")


def _declared(note: Note, one: Asked, before: str) -> bool:
    """« Lumbago déclaré en accident du travail »; a certificate of the motive is written further on."""
    if _ACCIDENT.fullmatch(note.flat, one.start, one.end):
        return before.endswith(("en ", "d'un ", "par "))
    sentence = note.sentence(one.start)
    return (
        sentence.section == "reason"
        and note.flat.find(note.flat[one.start : one.start + 5], sentence.end) > 0
    )


def _in_the_title(note: Note, one: Asked) -> bool:
    """« CONSULTATION VOYAGE » at the head of a long note says what the visit is."""
    sentence = note.sentence(one.start)
    first = not note.told_before(sentence) and not note.flat[sentence.start : one.start].strip(" *#-")
    long = sentence.end - one.end > _LONG or len(note.telling) >= _LONG_NOTE
    return first and long and bool(_VISIT.match(note.flat, one.start))


_VISIT = re.compile(r"(?:consultation|cs|visite)(?! (?:a prevoir|a programmer|demande))")
_LONG, _LONG_NOTE = 80, 3  # characters of its sentence, sentences that say something
_ACCIDENT = re.compile(r"accidents? (?:du|de) travail")


def _above_results(scene: Scene, one: Asked) -> bool:
    """« Biologie ce jour : CRP 12 »."""
    head = _HEAD.match(scene.note.flat, one.end) if one.type == "lab" else None
    return head is not None and head.end() in scene.results


_HEAD = re.compile(
    r" ?(?:(?:de |du |d')?(?:ce jour|ce matin|jour|hier|sortie|entree)|au cabinet)? ?: ?(?:\n[ •*-]*)?"
)


def _to_come(scene: Scene, one: Asked) -> bool:
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


def _only_if(scene: Scene, one: Asked) -> bool:
    """« Si pas mieux, IRM »; not « si besoin » of a drug before."""
    note = scene.note
    condition = _ONLY_IF.search(note.flat, max(note.sentence(one.start).body, one.start - BEFORE), one.start)
    if condition:
        return not any(fact.overlaps(condition.end("if") - 1, condition.end("if")) for fact in scene.drugs)
    return one.type == "referral" and _in_case(note, one)


def _in_case(note: Note, one: Asked) -> bool:
    """« Si fluctuation → urgences »."""
    sentence = note.sentence(one.start)
    before = note.sentence(max(0, sentence.start - 3))
    if not sentence.arrow or "\n" in note.flat[before.end : sentence.start]:
        return False
    return bool(_CONDITION.search(note.flat, max(before.start, before.end - BEFORE), before.end))


def _of_a_month_past(note: Note, one: Asked) -> bool:
    """« Écho en janvier » of a note of March is over; « coloscopie en mai » of April is to come."""
    month = _MONTH.match(note.flat, one.end)
    if not month:
        return False
    if month["year"] or SHOWN.match(note.flat, month.end()):
        return True
    return not calendar.soon(month["month"], note.context.date)


def _done(one: Asked, named: str, before: str, after: str) -> bool:
    if one.type != "certificate" and _DONE.match(after) and not _WRITTEN.search(before):
        return True
    if one.type == "nursing" and _BY_THE_DOCTOR.match(named) and _HERE.match(after):
        return True
    return one.type in ("imaging", "referral", "nursing", "physio") and bool(_DONE_NOW.match(after))


def _known(note: Note, one: Asked, before: str, after: str) -> bool:
    """Of a request of before, of an emergency that may come, of who said something."""
    if (one.type != "lab" or (one.terms == 1 and _ANY_TEST.match(note.flat, one.start))) and _BROUGHT.search(
        before
    ):
        return True
    if _EMERGENCY.match(note.flat, one.start) and (_IF.match(after) or before.endswith("en ")):
        return True
    if _FOUND.search(note.flat, one.start, one.end):
        return True
    if _EXEMPTED.match(note.flat, one.start) and (
        _SINCE.match(after) or before.endswith(("100% ", "100 % "))
    ):
        return True
    if one.type == "certificate" and (_HEADING.match(after) or _declared(note, one, before)):
        return True
    if _MOTIVE.match(note.flat, one.start) and _IS_ILL.match(after):
        return True  # « gastro J1, vomissements »
    if one.type == "referral" and (_RENEWAL.search(before) or _in_the_title(note, one)):
        return True
    if one.type == "referral" and (_BY_WHOM.search(before) or _FOLLOWED.search(before)):
        return True
    if one.type == "lab" and note.flat.startswith("bilan", one.start) and _OF_SOMEBODY.search(before):
        return True
    if _INTERVIEW.match(note.flat, one.start) and _SESSIONS.match(after):
        return True
    if one.type == "lab" and _PROTOCOL.match(note.flat, one.start) and "ald" in before:
        return True
    if one.type == "lab" and _LABORATORY.fullmatch(note.flat, one.start, one.end) and _AT_IT.search(before):
        return True
    return _of_others(note, one, before, after)


def _of_others(note: Note, one: Asked, before: str, after: str) -> bool:
    """Of a vehicle, or of who comes or speaks: a nurse, a midwife."""
    if one.type == "certificate" and _VEHICLE.fullmatch(note.flat, one.start, one.end):
        return bool(_BY_IT.search(before))
    if one.type == "nursing" and _HOME_CARE.match(note.flat, one.start) and _WITH_IT.search(before):
        return True
    if (
        one.type == "referral"
        and _MIDWIFE.fullmatch(note.flat, one.start, one.end)
        and _BY_HER.search(before)
    ):
        return True
    nurse = one.type == "nursing" and bool(_NURSE_ALONE.fullmatch(note.flat, one.start, one.end))
    if nurse and (_SAYS.match(after) or (_AGENT.search(before) and not _ROUNDS.match(after))):
        return True
    if (
        one.type in ("imaging", "referral", "certificate")
        and _AHEAD_OF.search(before)
        and not asked_behind().match(after)
    ):
        return True
    return (
        one.type in ("nursing", "referral") and bool(_BY_NURSES.search(before)) and not _ROUNDS.match(after)
    )


_MONTH = re.compile(
    rf" ?\(?(?:en |de |d'|du mois de |fin |debut |mi-)?(?P<month>{calendar.MONTH})\.?"
    r"(?: (?P<year>(?:20)?[0-9]{2}))?(?= |[.,:;)]|$)(?! a faire)"
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
    r"(?:^|[^a-z])(?:preven\w*|contact\w*|inform\w*|avert\w*|prochain passage|(?:vaccin\w*|grippe|covid|faire|fait|iono\w*|bio\w*|bilan|nfs|crp|ca|inr|creat\w*|controle|tsh|alb\w*|ecbu|hba1c|plaq\w*|gly\w*|bs|pds|prise de sang|eal|bh|psa|ferritine|dfg|uree|na|bnp|vs|epp|prelev\w*|faite?s?)(?: ce jour| auj\w*| hier)? par) (?:les |l'|des |une? )?$"
)
_SAYS = re.compile(
    r" (?:a|ont) (?:mon|notre|le|la|l'|les|vue?|signale|note|appele|trouve|constate|remarque|fait|ete)(?![a-z])| (?:signale|rapporte|appelle|constate|note|previent|trouve|dit)(?![a-z])| ?: ?«"
)
_DONE_NOW = re.compile(r" ?(?:re)?(?:faite?|realisee?|changee?)s? (?:ce jour|auj\w*|au cabinet|ici)")
_HERE = re.compile(r" ?(?:faite? )?(?:ce jour|auj(?:ourd'hui)?|au cabinet)(?! par)(?![a-z])")
_BY_THE_DOCTOR = re.compile(r"(?:ablation|retrait|suture|meche|injection)(?![a-z])(?!.*(?:ide|infirm))")
_INTERVIEW, _SESSIONS = (
    re.compile(r"epp(?![a-z])"),
    re.compile(r" ?(?::|fait|[0-9]{1,2} ?(?:seances?|s(?![a-z])))"),
)
_EXEMPTED, _SINCE = re.compile(r"ald(?![a-z])"), re.compile(r"[a-z0-9 ]{0,30} (?:depuis|dp) ")
_PROTOCOL = re.compile(r"ps(?![a-z])")  # « ALD : PS à renouveler », a « protocole de soins »
_MOTIVE, _IS_ILL = (
    re.compile(r"gastro(?![a-z])"),
    re.compile(r" ?(?:j ?[0-9]|depuis|dp|vomi|diarr|familial|[+]{2})"),
)
_RENEWAL = re.compile(r"(?:^|[\n]) ?renouv\w*(?: (?:de|du|ttt|ordo\w*))? $")
_LABORATORY, _AT_IT = re.compile(r"labo(?:ratoire)?"), re.compile(r"(?<![a-z])(?:au|du|par le|le) $")
_VEHICLE, _BY_IT = re.compile(r"ambulance|vsl|taxi"), re.compile(r"(?<![a-z])(?:en|par) (?:l')?$")
_HOME_CARE, _WITH_IT = re.compile(r"had(?![a-z])"), re.compile(r"(?<![a-z])(?:avec|par|en) (?:l')?$")
_MIDWIFE = re.compile(r"sf|sage[- ]femme")
_BY_HER = re.compile(r"(?<![a-z])(?:seances?|perineale|abdominale)(?: (?:par|avec|chez))?(?: une?| la)? $")
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
_FOLLOWED = re.compile(r"(?<![a-z])suivie? (?:en |au |a la |a l')?$")


@cache
def _not_before() -> re.Pattern[str]:
    words = tables.any_of(tables.toml("orders.toml")["asked"]["not_before"])
    return re.compile(rf"(?:^|[^a-z])(?:{words}) ?(?:(?:une?|la|le|les|l'|d'|de) ?)?$")


@cache
def _not_after() -> re.Pattern[str]:
    return re.compile(tables.any_of(tables.toml("orders.toml")["asked"]["not_after"]))
