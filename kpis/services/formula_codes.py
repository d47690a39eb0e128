"""Codes in formulas follow a KPI that gets another code."""

import re

from kpis.models import Formula, Kpi
from kpis.services.charters import projects_of


def rename_in_formulas(kpi: Kpi, former: str) -> set[int]:
    """Write the new code of `kpi` wherever a formula names it by the former one; the projects whose charters say so."""
    pattern = re.compile(r"\[\s*" + re.escape(former) + r"\s*\]")
    formulas = list(Formula.objects.filter(terms__kpi=kpi).select_related("kpi"))
    for formula in formulas:
        formula.expression = pattern.sub(lambda _found: f"[{kpi.code}]", formula.expression)
    Formula.objects.bulk_update(formulas, ["expression"])
    return {project_id for formula in formulas for project_id in projects_of(formula.kpi)}
