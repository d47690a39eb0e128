"""Writes of projects and money."""

from .cash import CashFlowReport, set_cash_flow_table, set_cash_flows, set_money_table
from .gates import decide_gate, missing_for, refuse_gate
from .lines import archive_line, create_line, update_line
from .modules import create_module, delete_module, update_module
from .plan import freeze_plan, is_frozen
from .project import archive_project, create_project, restore_project, update_project
from .valuation import request_valuation

__all__ = [
    "CashFlowReport",
    "archive_line",
    "archive_project",
    "create_line",
    "create_module",
    "create_project",
    "decide_gate",
    "delete_module",
    "freeze_plan",
    "is_frozen",
    "missing_for",
    "refuse_gate",
    "request_valuation",
    "restore_project",
    "set_cash_flow_table",
    "set_cash_flows",
    "set_money_table",
    "update_line",
    "update_module",
    "update_project",
]
