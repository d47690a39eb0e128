"""What success means: KPI definitions, templates, formulas, and the charter that business and IT sign."""

from .charter import Charter, CharterSignature
from .definition import Baseline, Kpi, Target
from .formula import Attribution, Formula, FormulaTerm
from .monetisation import Driver, DriverValue, Monetisation
from .template import KpiTemplate

__all__ = [
    "Attribution",
    "Baseline",
    "Charter",
    "CharterSignature",
    "Driver",
    "DriverValue",
    "Formula",
    "FormulaTerm",
    "Kpi",
    "KpiTemplate",
    "Monetisation",
    "Target",
]
