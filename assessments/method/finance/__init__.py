"""Money (METHOD §3). Flows are per period, index 0 the initial column, later ones discounted at period end.

Tables in batch forms are projects × periods, padded with 0 at the end; padding changes no result.
"""

from assessments.method.finance.discounting import (
    annualised_rate,
    benefit_cost_ratio,
    benefit_cost_ratio_batch,
    mirr,
    monthly_rate,
    npv,
    npv_batch,
    periodic_rate,
    risk_adjusted,
    roi,
    roi_batch,
    xnpv,
)
from assessments.method.finance.payback import (
    Payback,
    Paybacks,
    discounted_payback,
    discounted_payback_batch,
    payback,
    payback_batch,
)
from assessments.method.finance.rates import IrrResult, Irrs, irr, irr_batch, xirr
from assessments.method.finance.summary import FinanceSummaries, FinanceSummary, summary, summary_batch

__all__ = [
    "FinanceSummaries",
    "FinanceSummary",
    "IrrResult",
    "Irrs",
    "Payback",
    "Paybacks",
    "annualised_rate",
    "benefit_cost_ratio",
    "benefit_cost_ratio_batch",
    "discounted_payback",
    "discounted_payback_batch",
    "irr",
    "irr_batch",
    "mirr",
    "monthly_rate",
    "npv",
    "npv_batch",
    "payback",
    "payback_batch",
    "periodic_rate",
    "risk_adjusted",
    "roi",
    "roi_batch",
    "summary",
    "summary_batch",
    "xirr",
    "xnpv",
]
