"""Writes of KPI definitions and targets."""

from .attributions import Share, share_kpi
from .baselines import NewBaseline, set_baseline
from .codes import next_code
from .definitions import archive_kpi, create_kpi, create_kpis, restore_kpi, update_kpi
from .formulas import check_formula, remove_formula, set_formula
from .plan import draw_plan_path
from .targets import set_targets

__all__ = [
    "NewBaseline",
    "Share",
    "archive_kpi",
    "check_formula",
    "create_kpi",
    "create_kpis",
    "draw_plan_path",
    "next_code",
    "remove_formula",
    "restore_kpi",
    "set_baseline",
    "set_formula",
    "set_targets",
    "share_kpi",
    "update_kpi",
]
