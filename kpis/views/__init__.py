"""Pages of KPI definitions. The page with values is a floor above: `assessments.views.kpi`."""

from .definitions import kpi_archive, kpi_create, kpi_edit, kpi_history, kpi_list
from .targets import kpi_targets

__all__ = ["kpi_archive", "kpi_create", "kpi_edit", "kpi_history", "kpi_list", "kpi_targets"]
