"""Formulas over KPIs: `[ERP-03] / [ERP-04] * 100`. Pure: no database, no clock.

`parse` refuses what is no formula, `check` says what is wrong with units and frequencies, `Evaluation` computes one
period after the other.
"""

from .checking import Check, Input, check
from .errors import FormulaError, NoValueError
from .evaluation import Evaluation, Parts
from .parsing import FUNCTIONS, Expression, parse

__all__ = [
    "FUNCTIONS",
    "Check",
    "Evaluation",
    "Expression",
    "FormulaError",
    "Input",
    "NoValueError",
    "Parts",
    "check",
    "parse",
]
