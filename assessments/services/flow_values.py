"""What flows by month are worth: batches of pairs of costs and benefits."""

import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assessments.method.finance import npv_batch, payback_batch, roi_batch

Floats = NDArray[np.float64]


def step_of(day: datetime.date) -> int:
    """Months since year 0."""
    return day.year * 12 + day.month - 1


def month_of(step: int) -> datetime.date:
    """First day of the month `step` months after year 0."""
    return datetime.date(step // 12, step % 12 + 1, 1)


def value_flows(rate: float, pairs: list[tuple[Floats, Floats] | None]) -> list[dict[str, Any]]:
    """NPV and ROI of pairs of costs and benefits, discounted to the first month; payback in months from the first flow."""
    width = max((pair[0].size for pair in pairs if pair), default=0)
    costs, benefits = np.zeros((len(pairs), width)), np.zeros((len(pairs), width))
    for place, pair in enumerate(pairs):
        if pair:
            costs[place, : pair[0].size], benefits[place, : pair[1].size] = pair
    value = npv_batch(rate, benefits - costs)
    returns = roi_batch(rate, costs, benefits)
    back = payback_batch(benefits - costs)
    moving = (costs != 0) | (benefits != 0)
    starts = moving.argmax(axis=1).tolist() if width else [0] * len(pairs)
    return [
        {
            "npv": _number(value[place]) if moving[place].any() else None,
            "roi": _number(returns[place]),
            **_payback(str(back.status[place]), _number(back.periods[place]), starts[place]),
        }
        if pair
        else {"npv": None, "roi": None, **_payback("", None, 0)}
        for place, pair in enumerate(pairs)
    ]


def _payback(status: str, periods: float | None, start: int) -> dict[str, Any]:
    """Months from the first flow; a project that falls below zero again at the end is not paid back."""
    months = None if periods is None or status == "relapsed" else periods - start
    return {"payback": months, "payback_status": status, "start": start}


def _number(value: Any) -> float | None:
    return None if np.isnan(value) else float(value)
