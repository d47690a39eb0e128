"""Is the change real, and is it the roll-out's? Verdict, adjusted baseline, interrupted series, comparison with
units that have no roll-out (METHOD §4)."""

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
    "Verdict",
    "VerdictRule",
    "VerdictWord",
    "Verdicts",
    "distance_outside",
    "verdict",
    "verdict_batch",
]
