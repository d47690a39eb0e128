"""How sure one can be (METHOD §5): probability of payback, realisation, adoption at risk, sensitivity."""

from assessments.method.simulation.distributions import NO_DELAY, Delay, Realisation
from assessments.method.simulation.payback import (
    PaybackProbabilities,
    PaybackProbability,
    payback_probability,
    payback_probability_batch,
)
from assessments.method.simulation.realisation import (
    STATED_PRIOR,
    Calibration,
    adoption_value_at_risk,
    adoption_value_at_risk_batch,
    calibration,
    calibrations,
    realisation_posterior,
    realisation_prior,
)
from assessments.method.simulation.scenarios import Bar, Bridge, Span, Step, Tornado, tornado, value_bridge

__all__ = [
    "NO_DELAY",
    "STATED_PRIOR",
    "Bar",
    "Bridge",
    "Calibration",
    "Delay",
    "PaybackProbabilities",
    "PaybackProbability",
    "Realisation",
    "Span",
    "Step",
    "Tornado",
    "adoption_value_at_risk",
    "adoption_value_at_risk_batch",
    "calibration",
    "calibrations",
    "payback_probability",
    "payback_probability_batch",
    "realisation_posterior",
    "realisation_prior",
    "tornado",
    "value_bridge",
]
