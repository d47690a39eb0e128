"""Every figure that has a formula card, by what it is a figure of.

    @figure("npv", of="project", title=gettext_lazy("Net present value"))
    def net_present_value(facts: ProjectFigures) -> Card: ...

The module is imported by `assessments.formula_cards.catalogue`; that is all. The list of figures, the card's page and
the tests follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from django.utils.functional import Promise

from assessments.formula_cards.cards import Card

Of = Literal["project", "kpi"]


@dataclass(frozen=True, slots=True)
class Figure:
    """A kind of figure: its word in addresses, its title, and what makes its card of the facts."""

    code: str
    of: Of
    title: str | Promise
    make: Callable[[Any], Card]


_FIGURES: dict[tuple[Of, str], Figure] = {}


def figure(
    code: str, *, of: Of, title: str | Promise
) -> Callable[[Callable[[Any], Card]], Callable[[Any], Card]]:
    """Enter the function in the catalogue; a code names one figure of projects, and one of KPIs."""

    def enter(make: Callable[[Any], Card]) -> Callable[[Any], Card]:
        if (of, code) in _FIGURES:
            raise ValueError(f"There are two figures {code!r} of a {of}.")
        _FIGURES[of, code] = Figure(code, of, title, make)
        return make

    return enter


def figures_of(of: Of) -> list[Figure]:
    """In the order in which they were entered, which is the order of pages."""
    return [one for one in _FIGURES.values() if one.of == of]


def find_figure(of: Of, code: str) -> Figure | None:
    return _FIGURES.get((of, code))
