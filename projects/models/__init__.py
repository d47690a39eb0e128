"""What was bought: projects, modules, stage gates and the money plan."""

from .money import CashFlow, MoneyLine, PlanBaseline
from .project import GateDecision, Module, Project, ProjectDepartment
from .valuation import PendingValuation

__all__ = [
    "CashFlow",
    "GateDecision",
    "Module",
    "MoneyLine",
    "PendingValuation",
    "PlanBaseline",
    "Project",
    "ProjectDepartment",
]
