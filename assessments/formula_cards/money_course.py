"""Costs and benefits of a project month by month, as planned and as they look now."""

from dataclasses import dataclass

import numpy as np
from django.utils.translation import gettext as _
from numpy.typing import NDArray

from assessments.formula_cards.facts import ProjectFigures
from assessments.method.finance import Payback, discounted_payback, payback
from assessments.services.flow_values import step_of

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Back:
    """When the sum of flows is back at 0, and the two sums around that."""

    periods: float | None
    status: str
    #: the month in which the sum crosses, counted from 0; 0 where it never does
    crossing: int
    around: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Course:
    """One of the two views of a project's money; months are counted from `first`, the first one with an amount."""

    #: "plan" or "outlook"
    name: str
    label: str
    first: int
    costs: list[float]
    benefits: list[float]
    #: months until the first flow, and until go-live (None without one in either view)
    start: int
    live: int | None
    rate: float

    @property
    def net(self) -> list[float]:
        return [gained - spent for gained, spent in zip(self.benefits, self.costs, strict=True)]

    @property
    def factors(self) -> list[float]:
        """What each month's flow is multiplied by."""
        factors = np.ones(len(self.costs))
        factors[1:] = 1.0 / (1.0 + self.rate)
        discounted: list[float] = np.cumprod(factors).tolist()
        return discounted

    def back(self, *, discounted: bool) -> Back:
        """Payback, from the first month."""
        found: Payback = discounted_payback(self.rate, self.net) if discounted else payback(self.net)
        if found.periods is None:
            return Back(None, found.status, 0, (0.0, 0.0))
        flows = self.net
        if discounted:
            flows = [flow * factor for flow, factor in zip(flows, self.factors, strict=True)]
        sums = np.cumsum(flows)
        crossing = max(1, int(np.ceil(found.periods - 1e-9)))
        return Back(found.periods, found.status, crossing, (float(sums[crossing - 1]), float(sums[crossing])))


def courses(facts: ProjectFigures) -> list[Course]:
    """The plan, and what was booked so far with the outlook; empty while there is no amount."""
    grid, project = facts.grid, facts.project
    if grid is None:
        return []
    live_plan = project.go_live_planned
    live_now = project.go_live_actual or live_plan
    has_live = live_plan is not None and live_now is not None
    views = [
        ("plan", _("Plan"), grid.plan_costs, grid.plan_benefits, live_plan),
        ("outlook", _("As it looks now"), grid.costs, grid.benefits, live_now),
    ]
    return [
        Course(
            name,
            label,
            grid.first,
            costs.tolist(),
            benefits.tolist(),
            int(((costs != 0) | (benefits != 0)).argmax()),
            step_of(live) - grid.first if has_live and live else None,
            facts.rate,
        )
        for name, label, costs, benefits, live in views
    ]
