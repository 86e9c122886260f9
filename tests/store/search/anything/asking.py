"""Random questions about random resources, each with its naive answer."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from random import Random
from typing import Any

from tests.store.search.anything import finding, meaning
from tests.store.search.anything.finding import Published
from tests.store.search.anything.making import (  # fmt: skip
    CODES,
    CONTACTS,
    DATES,
    NUMBERS,
    PATIENTS,
    SYSTEMS,
    TIMES,
    UCUM,
    UNITS,
    URLS,
    WORDS,
    Node,
)
from tests.store.search.anything.meaning import PREFIXES, Is

Test = Callable[[Node], bool]
Question = tuple[str, str, Test]
SAME = {"Patient/p6": "Patient/p7", "Patient/p7": "Patient/p6"}  # merged
_OTHER_UNIT = {"mg": ("g", Decimal("0.001")), "g": ("mg", Decimal(1000))}
SWAPPED = "relationship"  # DocumentReference: R4 publishes its parts in the wrong order


def escaped(text: str) -> str:
    for character in "\\,|$":
        text = text.replace(character, "\\" + character)
    return text


class Asker:
    """Questions about one world."""

    def __init__(self, random: Random, world: list[Node]) -> None:
        self.random, self.world = random, world
        self._found: dict[tuple[str, str, str], list[Any]] = {}

    def pick(self, values: Any) -> Any:
        return self.random.choice(list(values))

    def of(self, parameter: Published, resource: Node) -> list[Any]:
        key = (parameter.code, resource["resourceType"], resource["id"])
        if key not in self._found:
            self._found[key] = finding.values(parameter, resource)
        return self._found[key]

    def question(self, type: str, depth: int = 2) -> Question:
        """One criterion on resources of a type; `depth`: how far it may go through references."""
        chance = self.random.random()
        if depth and chance < 0.12:
            return self._chain(type, depth) or self._plain(type)
        if depth and chance < 0.22:
            return self._has(type, depth) or self._plain(type)
        if chance < 0.26:
            return self._id(type)
        return self._plain(type)

    def _parameter(self, type: str, *kinds: str) -> Published | None:
        found = [
            p for p in finding.parameters(type).values() if (not kinds or p.kind in kinds) and p.expressions
        ]
        return self.pick(found) if found else None

    def _plain(self, type: str) -> Question:
        listed = [p for p in finding.parameters(type).values() if p.expressions and p.code != SWAPPED]
        kind = self.pick(sorted({p.kind for p in listed}))  # the rare kinds as often as the others
        parameter = self.pick([p for p in listed if p.kind == kind])
        if parameter.kind == "composite":
            return self._composite(parameter)
        if self.random.random() < 0.1:
            wanted = self.pick([True, False])
            missing = lambda r: (not self.of(parameter, r)) == wanted  # noqa: E731
            return f"{parameter.code}:missing", str(wanted).lower(), missing
        modifier, asked = self._ask(parameter)
        if parameter.kind == "token" and modifier == "" and self.random.random() < 0.2:
            modifier, more = "not", asked
        else:
            more = [
                *asked,
                *(
                    self._ask(parameter, modifier)[1]
                    if modifier != "of-type" and self.random.random() < 0.3
                    else []
                ),
            ]
        found = lambda r: any(test(v) for v in self.of(parameter, r) for _, test in more)  # noqa: E731
        test = (lambda r: not found(r)) if modifier == "not" else found
        name = parameter.code + (f":{modifier}" if modifier else "")
        return name, ",".join(written for written, _ in more), test

    def _ask(self, parameter: Published, modifier: str | None = None) -> tuple[str, list[tuple[str, Is]]]:
        """(modifier, [(value, test)]) with the modifier that is given, else any."""
        written, asked, test = {
            "token": self._token, "string": self._string, "uri": self._uri, "date": self._date,
            "reference": self._reference, "number": self._number, "quantity": self._quantity,
        }[parameter.kind](parameter, modifier)  # fmt: skip
        return written, [(asked, test)]

    def _any_value(self, parameter: Published) -> Any:
        """A value that a resource of this world has, if one has."""
        if not parameter.expressions:
            return None
        found = [v for r in self.world if r["resourceType"] == parameter.type for v in self.of(parameter, r)]
        return self.pick(found) if found and self.random.random() < 0.7 else None

    def _token(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        value = self._any_value(parameter)
        if modifier is None:
            modifier = self.pick(["", "", "", "", "text", "of-type"])
        if modifier == "text":
            word = self.pick(["tension", "Poids", "dup", "l’her", "la tour"])
            return modifier, word, meaning.text_is(word.lower().replace("’", " "))
        if (
            modifier == "of-type"
            and finding.kind_of(value) == "Identifier"
            and value.get("type", {}).get("coding")
        ):
            kind = value["type"]["coding"][0]
            if kind.get("system") and kind.get("code") and value.get("value"):
                asked = "|".join(escaped(part) for part in (kind["system"], kind["code"], value["value"]))
                return modifier, asked, meaning.of_type_is(kind["system"], kind["code"], value["value"])
        if modifier == "of-type":
            modifier = ""
        known = meaning.tokens(value) if value is not None else []
        system, code, kind = self.pick(known) if known else (self.pick(SYSTEMS), self.pick(CODES), "Coding")
        code = code or self.pick(CODES)
        if kind == "ContactPoint":
            written, code = self.pick([(w, c) for _, w, c in CONTACTS])
        else:
            written = code
        form = self.pick(["code", "code", "both", "bare", "system"])
        if form == "code":
            return modifier, escaped(written), meaning.token_is(None, code, False)
        if form == "bare":
            return modifier, f"|{escaped(written)}", meaning.token_is(None, code, True)
        system = system or SYSTEMS[0]
        if form == "system":
            return modifier, f"{system}|", meaning.token_is(system, None, True)
        return modifier, f"{system}|{escaped(written)}", meaning.token_is(system, code, True)

    def _string(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        if modifier is None:
            modifier = self.pick(["", "", "exact", "contains"])
        written, folded = self.pick(WORDS.items())
        if modifier == "exact":
            asked = self.pick([written, folded])
            return modifier, escaped(asked), meaning.string_is(modifier, asked, folded)
        if modifier == "contains":
            part = self.pick(
                [("PONT", "pont"), ("e", "e"), ("-m", "m"), ("0%", "0%"), ("œ", "oe"), ("tour", "tour")]
            )
            return modifier, part[0], meaning.string_is(modifier, *part)
        cut = folded[: self.random.randint(1, len(folded))].strip()
        return modifier, escaped(self.pick([cut, cut.upper()])), meaning.string_is("", cut, cut)

    def _uri(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        if modifier is None:
            modifier = self.pick(["", "", "below", "above"])
        asked = self.pick([*URLS, "http://x.org"])
        return modifier, escaped(asked), meaning.uri_is(modifier, asked)

    def _date(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        prefix, asked = self.pick(PREFIXES), self.pick([*TIMES, *DATES])
        return "", prefix + asked, meaning.date_is(prefix, asked)

    def _number(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        prefix, asked = self.pick(PREFIXES), self.pick(NUMBERS)
        return "", prefix + asked, meaning.number_is(prefix, asked)

    def _quantity(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        prefix, asked, unit = self.pick(PREFIXES), self.pick(NUMBERS), self.pick(UNITS[:3])
        form = self.pick(["bare", "full", "unit"])
        value = self._any_value(parameter)
        if value is not None and value.get("code") in _OTHER_UNIT and self.random.random() < 0.5:
            unit, factor = _OTHER_UNIT[value["code"]]
            asked, form = f"{value['value'] * factor:f}", "full"
        tail = {"bare": "", "full": f"|{UCUM}|{unit}", "unit": f"||{unit}"}[form]
        return "", f"{prefix}{asked}{tail}", meaning.quantity_is(prefix, asked, unit, form)

    def _reference(self, parameter: Published, modifier: str | None) -> tuple[str, str, Is]:
        value = self._any_value(parameter)
        if modifier is None:
            modifier = self.pick(["", "", "", "identifier"])
        if modifier == "identifier":
            system, code, form = self.pick(SYSTEMS), self.pick(CODES), self.pick(["code", "both", "bare"])
            written = {
                "code": escaped(code),
                "both": f"{system}|{escaped(code)}",
                "bare": f"|{escaped(code)}",
            }
            if form == "both" and system is None:
                form = "bare"
            own = None if form == "bare" else system
            return modifier, written[form], meaning.identifier_is(own, code, form != "code")
        if value is not None and finding.kind_of(value) != "Reference":
            url, _, version = str(value).partition("|")
            return modifier, escaped(url), meaning.reference_is({url})
        there = (value or {}).get("reference", "") if value is not None else ""
        if "://" in there:
            return modifier, there, meaning.reference_is({there})
        if "/" not in there:
            there = f"Patient/p{self.random.randrange(PATIENTS)}"
        there, _, version = there.partition("/_history/")
        same = {there, SAME.get(there, there)}
        if version and self.random.random() < 0.5:
            return modifier, f"{there}/_history/{version}", meaning.reference_is(same, version)
        return modifier, there, meaning.reference_is(same)

    def _composite(self, parameter: Published) -> Question:
        parts = []
        for id, expression in parameter.parts:
            one = finding.by_id(id)
            made = finding.parameters(parameter.type).get(one["code"]) or Published(
                parameter.type, one["code"], one["type"], (), (), ()
            )
            _, [(asked, test)] = self._ask(made, "")
            parts.append((asked, test, expression))

        def holds(resource: Node) -> bool:
            elements = [e for written in parameter.expressions for e in finding.evaluate(written, resource)]
            return any(
                all(any(test(v) for w in expression.split("|") for v in finding.evaluate(w.strip(), element))
                    for _, test, expression in parts)
                for element in elements
            )  # fmt: skip

        return parameter.code, "$".join(asked for asked, _, _ in parts), holds

    def _id(self, type: str) -> Question:
        ids = [r["id"] for r in self.world if r["resourceType"] == type]
        asked = self.random.sample(ids, min(2, len(ids)))
        return "_id", ",".join([*asked, "nobody"]), lambda r: r["id"] in asked

    def _matching(self, type: str, test: Test) -> set[str]:
        found = {f"{type}/{r['id']}" for r in self.world if r["resourceType"] == type and test(r)}
        return found | {SAME[there] for there in found if there in SAME}

    def _chain(self, type: str, depth: int) -> Question | None:
        parameter = self._parameter(type, "reference")
        there = {r["resourceType"] for r in self.world}
        if parameter is None or not there & set(parameter.targets):
            return None
        target = self.pick(sorted(there & set(parameter.targets)))
        name, value, test = self.question(target, depth - 1)
        if target == "Patient" and self.random.random() < 0.3:  # one of the two that were merged
            name, value, test = "_id", "p6", lambda r: r["id"] == "p6"
        matching = self._matching(target, test)
        holds = lambda r: any(meaning.leads_to(v) in matching for v in self.of(parameter, r))  # noqa: E731
        return f"{parameter.code}:{target}.{name}", value, holds

    def _has(self, type: str, depth: int) -> Question | None:
        source = self.pick(sorted({r["resourceType"] for r in self.world}))
        listed = [
            p for p in finding.parameters(source).values() if p.kind == "reference" and type in p.targets
        ]
        if not listed:
            return None
        parameter = self.pick(listed)
        name, value, test = self.question(source, depth - 1)
        pointed = {
            meaning.leads_to(v)
            for r in self.world
            if r["resourceType"] == source and test(r)
            for v in self.of(parameter, r)
        }
        pointed |= {SAME[there] for there in pointed if there in SAME}
        return f"_has:{source}:{parameter.code}:{name}", value, lambda r: f"{type}/{r['id']}" in pointed
