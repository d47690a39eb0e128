"""The whole money case of a project in one record (METHOD §3; Forrester TEI's cash-flow table)."""

from dataclasses import dataclass
from typing import SupportsFloat

import numpy as np

from assessments.method.arguments import FloatArray, Numbers, numbers, table
from assessments.method.errors import MethodError
from assessments.method.finance.discounting import FlowTable, npv, npv_batch, periodic_rate, roi, roi_batch
from assessments.method.finance.payback import (
    Payback,
    Paybacks,
    discounted_payback,
    discounted_payback_batch,
    payback,
    payback_batch,
)
from assessments.method.finance.rates import IrrResult, Irrs, irr, irr_batch


@dataclass(frozen=True, slots=True)
class FinanceSummary:
    """Money in the unit of the input; `roi` a ratio; `irr` and both paybacks per period, not per year."""

    total_costs: float
    total_benefits: float
    pv_costs: float
    pv_benefits: float
    npv: float
    roi: float | None
    irr: IrrResult
    payback: Payback
    discounted_payback: Payback


@dataclass(frozen=True, slots=True)
class FinanceSummaries:
    """`FinanceSummary` for many projects: arrays of one length, NaN for None."""

    total_costs: FloatArray
    total_benefits: FloatArray
    pv_costs: FloatArray
    pv_benefits: FloatArray
    npv: FloatArray
    roi: FloatArray
    irr: Irrs
    payback: Paybacks
    discounted_payback: Paybacks


def summary(
    costs: Numbers, benefits: Numbers, annual_rate: SupportsFloat, *, periods_per_year: int = 1
) -> FinanceSummary:
    """Costs and benefits are positive amounts per period, index 0 the initial column; the shorter is filled
    with 0. The rate per period is (1 + annual_rate)^(1/periods_per_year) − 1.
    """
    rate = periodic_rate(annual_rate, periods_per_year)
    spent, gained = numbers("costs", costs), numbers("benefits", benefits)
    length = max(spent.size, gained.size)
    spent, gained = np.pad(spent, (0, length - spent.size)), np.pad(gained, (0, length - gained.size))
    flows = gained - spent
    ratio = roi(rate, spent, gained)
    return FinanceSummary(
        total_costs=npv(0.0, spent),
        total_benefits=npv(0.0, gained),
        pv_costs=npv(rate, spent),
        pv_benefits=npv(rate, gained),
        npv=npv(rate, flows),
        roi=ratio,
        irr=irr(flows),
        payback=payback(flows),
        discounted_payback=discounted_payback(rate, flows),
    )


def summary_batch(
    costs: FlowTable, benefits: FlowTable, annual_rate: SupportsFloat, *, periods_per_year: int = 1
) -> FinanceSummaries:
    """`summary` of every row of two tables projects × periods of one shape, at one rate."""
    rate = periodic_rate(annual_rate, periods_per_year)
    spent, gained = table("costs", costs), table("benefits", benefits)
    if spent.shape != gained.shape:
        raise MethodError("benefits", f"the shape {spent.shape} of costs is expected, not {gained.shape}")
    flows = gained - spent
    return FinanceSummaries(
        total_costs=npv_batch(0.0, spent),
        total_benefits=npv_batch(0.0, gained),
        pv_costs=npv_batch(rate, spent),
        pv_benefits=npv_batch(rate, gained),
        npv=npv_batch(rate, flows),
        roi=roi_batch(rate, spent, gained),
        irr=irr_batch(flows),
        payback=payback_batch(flows),
        discounted_payback=discounted_payback_batch(rate, flows),
    )
