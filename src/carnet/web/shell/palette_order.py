"""In what order the palette shows what answers, and which line the words typed mean beyond doubt: the only one that Enter
opens before anybody has seen it. It finds nothing itself."""

from __future__ import annotations

from typing import NamedTuple

from carnet.web.shell.lines import PatientLine
from carnet.web.shell.screens import ALSO, NO, SAME, Screen, typed_words


class Shown(NamedTuple):
    """Patients, verbs of the open record, screens: what answers `text`, each the best first."""

    text: str
    patients: list[PatientLine]
    verbs: list[Screen]
    screens: list[Screen]

    @property
    def borne_by(self) -> int:
        """How many of these patients bear the words; the others only resemble."""
        return sum(patient.bears(self.text) for patient in self.patients)

    def best(self, group: str) -> int:
        typed = typed_words(self.text)
        return min((screen.level(typed) for screen in getattr(self, group)), default=NO)


def groups(shown: Shown) -> list[str]:
    """Patients first; what is named by its own words comes before patients who only resemble."""
    acts = sorted(("verbs", "screens"), key=shown.best)
    if shown.text and not shown.borne_by and shown.best(acts[0]) < ALSO:
        return [*acts, "patients"]
    return ["patients", *acts]


def meant(shown: Shown) -> str:
    """The group whose first line is the one meant, empty when there are several or only likenesses: the record opened
    last when nothing is typed, the only patient who bears the words, the one screen that does."""
    if not shown.text:
        return "patients" if shown.patients else ""
    typed = typed_words(shown.text)
    levels = [screen.level(typed) for screen in (*shown.verbs, *shown.screens)]
    if shown.borne_by:
        return (
            "patients" if shown.borne_by == 1 and shown.patients[0].bears(shown.text) and not levels else ""
        )
    if levels.count(SAME) == 1 or (len(levels) == 1 and not shown.patients):
        return next(group for group in groups(shown) if getattr(shown, group))
    return ""
