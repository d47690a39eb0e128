"""The figures whose changes are explained, and the causes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Unit = Literal["money", "percent", "months", "points"]


class Cause(StrEnum):
    """Why a figure changes, in the order in which the steps are taken."""

    METHOD = "method"
    TIME = "time"
    DEFINITIONS = "definitions"
    CORRECTIONS = "corrections"
    VALUES = "values"


CAUSES: dict[Cause, Promise | str] = {
    Cause.METHOD: _("New method"),
    Cause.TIME: _("Passing of time"),
    Cause.DEFINITIONS: _("New definitions"),
    Cause.CORRECTIONS: _("Corrections"),
    Cause.VALUES: _("New values"),
}


@dataclass(frozen=True, slots=True)
class FigureKind:
    """One figure of a project, a column of its result. `decimals` are those in which its changes are shown."""

    name: str
    title: Promise | str
    unit: Unit
    decimals: int
    direction: Literal["higher", "lower"] = "higher"

    @property
    def is_additive(self) -> bool:
        """Amounts add up over projects, and one that is not there is 0; the rest are ratios of one project."""
        return self.unit == "money"


KINDS = {
    kind.name: kind
    for kind in [
        FigureKind("benefits_actual", _("Benefits to date"), "money", 0),
        FigureKind("npv_outlook", _("Net present value, outlook"), "money", 0),
        FigureKind("roi_outlook", _("Return on investment, outlook"), "percent", 3),
        FigureKind("payback_outlook", _("Payback, outlook"), "months", 1, "lower"),
        FigureKind("value_index", _("Value index"), "points", 1),
    ]
}


@dataclass(frozen=True, slots=True)
class Walk:
    """How one figure comes from `start` to `end`; None = cannot be said.

    `changes` has every cause and adds up: where both ends are known to `end` − `start`. A cause by which the
    figure could be said for the first time, or no longer, has changed nothing by a number; it stands in `turns`.
    """

    kind: FigureKind
    start: float | None
    end: float | None
    changes: Mapping[Cause, Fraction]
    #: cause → whether the figure can be said since
    turns: Mapping[Cause, bool]

    @property
    def total(self) -> Fraction | None:
        """The whole change, where there is one."""
        if self.start is None or self.end is None:
            return None
        return Fraction(self.end) - Fraction(self.start)

    @property
    def is_changed(self) -> bool:
        return bool(self.turns) or any(self.changes.values())


def walk(kind: FigureKind, start: float | None, steps: Iterable[tuple[Cause, float | None]]) -> Walk:
    """The walk from `start` through the values after each cause."""
    before = 0.0 if kind.is_additive and start is None else start
    first = level = before
    changes = dict.fromkeys(Cause, Fraction(0))
    turns: dict[Cause, bool] = {}
    for cause, said in steps:
        after = 0.0 if kind.is_additive and said is None else said
        if after is not None and level is not None:
            changes[cause] += Fraction(after) - Fraction(level)
        if (after is None) != (before is None):
            turns[cause] = after is not None
        # What can no longer be said keeps its last height, from which it goes on when it can again.
        level = level if after is None else after
        before = after
    return Walk(kind, first, before, changes, turns)


def add(kind: FigureKind, walks: Iterable[Walk]) -> Walk:
    """The walk of the sum of an additive figure over projects."""
    rows = list(walks)
    start = sum((Fraction(row.start or 0) for row in rows), Fraction(0))
    changes = {cause: sum((row.changes[cause] for row in rows), Fraction(0)) for cause in Cause}
    return Walk(kind, float(start), float(start + sum(changes.values())), changes, {})
