"""Is the change real, and is it the roll-out's? (METHOD §4).

Verdict, adjusted baseline, interrupted time series, difference in differences.
"""

from assessments.method.attribution.baseline import AdjustedBaseline, Adjustment, Refusal, adjusted_baseline
from assessments.method.attribution.differences import difference_in_differences
from assessments.method.attribution.estimate import Estimate, Estimates
from assessments.method.attribution.interrupted import (
    InterruptedSeries,
    InterruptedTable,
    interrupted_time_series,
    interrupted_time_series_batch,
)
from assessments.method.attribution.verdict import (
    Verdict,
    VerdictRule,
    Verdicts,
    VerdictWord,
    distance_outside,
    verdict,
    verdict_batch,
)

__all__ = [
    "AdjustedBaseline",
    "Adjustment",
    "Estimate",
    "Estimates",
    "InterruptedSeries",
    "InterruptedTable",
    "Refusal",
    "Verdict",
    "VerdictRule",
    "VerdictWord",
    "Verdicts",
    "adjusted_baseline",
    "difference_in_differences",
    "distance_outside",
    "interrupted_time_series",
    "interrupted_time_series_batch",
    "verdict",
    "verdict_batch",
]
