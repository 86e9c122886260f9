"""What a dosage line says: a strength, intakes, a duration, a need. Values only; posology.py makes them."""

from __future__ import annotations

from dataclasses import dataclass, field

DOSE_BY_WEIGHT = "dose-poids"


@dataclass(slots=True)
class Intake:
    """An amount, and when. `times` in `period` days; `step` counts the steps of a decreasing scheme."""

    amount: float | None = None
    unit: str | None = None
    times: float | None = None
    period: float = 1
    when: list[str] = field(default_factory=list)
    step: int = 0
    for_days: float | None = None
    counted: bool = False  # « x3 », without « par jour »
    many: float | None = None  # … and how many that was

    @property
    def count(self) -> float | None:
        """Intakes in a period."""
        return self.times if self.times is not None else float(len(self.when)) or None

    def set_times(self, times: float, period: float) -> None:
        """So many times in so many days; « 1 fois par jour, 3 jours sur 7 » is on those days."""
        if self.many is None:
            self.many = times
        if self.times is not None and period == 1 and self.period > 1:
            return
        if self.times is not None and self.period == 1 and period > 1 and self.times > 0:
            self.period = period
            self.times *= times
            return
        self.times, self.period = times, period

    @property
    def said(self) -> bool:
        return self.times is not None or bool(self.when)


@dataclass(slots=True)
class Posology:
    """A dosage line, read. `reason` is a place in the text."""

    strength: str | None = None
    intakes: list[Intake] = field(default_factory=list)
    days: float | None = None
    as_needed: bool = False
    reason: tuple[int, int] | None = None
    ceiling: float | None = None
    ceiling_unit: str | None = None
    refills: float | None = None
    brand_only: bool = False
    forms: list[tuple[int, int]] = field(default_factory=list)
    total_days: float | None = None
    repeat: float | None = None  # « à refaire à J14 »
    changed: bool = False  # this dose takes the place of another
    uneven: bool = False  # another dose on the other days
    kept: bool = False  # « maintenu à 5 mg »
    start: int = 0
    end: int = 0

    @property
    def says_something(self) -> bool:
        """Whether there is more than a strength or a form."""
        return bool(self.intakes or self.days or self.as_needed or self.ceiling)
