"""Forms of KPIs: definitions, targets."""

from .definitions import KpiFilterForm, KpiForm, initial_of
from .fields import NumberField, date_field, model_field, show_refusal
from .targets import FillForm, PasteForm, ProposalForm, TargetsForm, target_problem

__all__ = [
    "FillForm",
    "KpiFilterForm",
    "KpiForm",
    "NumberField",
    "PasteForm",
    "ProposalForm",
    "TargetsForm",
    "date_field",
    "initial_of",
    "model_field",
    "show_refusal",
    "target_problem",
]
