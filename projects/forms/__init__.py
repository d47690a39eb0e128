"""What people fill in about projects and money: shape is checked here, truth in the services."""

from .cash import CashFlowForm
from .fields import AmountField, NumberField, PercentField, add_refusal
from .gates import FreezeForm, GateForm, GateRuleForm
from .lines import LineForm
from .modules import ModuleForm
from .projects import ArchiveForm, ProjectForm

__all__ = [
    "AmountField",
    "ArchiveForm",
    "CashFlowForm",
    "FreezeForm",
    "GateForm",
    "GateRuleForm",
    "LineForm",
    "ModuleForm",
    "NumberField",
    "PercentField",
    "ProjectForm",
    "add_refusal",
]
