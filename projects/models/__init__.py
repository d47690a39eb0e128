"""What was bought: projects, modules, stage gates and the money plan."""

from .money import CashFlow, MoneyLine, PlanBaseline
from .planning import (
    ChangeRequest,
    Confirmation,
    GateRule,
    LineShare,
    PlanSignature,
    Restatement,
)
from .project import GateDecision, Module, Project, ProjectDepartment
from .valuation import PendingValuation

__all__ = [
    "CashFlow",
    "ChangeRequest",
    "Confirmation",
    "GateDecision",
    "GateRule",
    "LineShare",
    "Module",
    "MoneyLine",
    "PendingValuation",
    "PlanBaseline",
    "PlanSignature",
    "Project",
    "ProjectDepartment",
    "Restatement",
]
