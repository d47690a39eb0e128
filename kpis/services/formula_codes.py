"""Codes in formulas follow a KPI that gets another code."""

import re

from kpis.models import Formula, Kpi


def rename_in_formulas(kpi: Kpi, former: str) -> None:
    """Write the new code of `kpi` wherever a formula names it by the former one."""
    pattern = re.compile(r"\[\s*" + re.escape(former) + r"\s*\]")
    formulas = list(Formula.objects.filter(terms__kpi=kpi))
    for formula in formulas:
        formula.expression = pattern.sub(lambda _found: f"[{kpi.code}]", formula.expression)
    Formula.objects.bulk_update(formulas, ["expression"])
