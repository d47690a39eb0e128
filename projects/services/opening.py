"""When which series takes amounts from people: the plan until it is frozen, the forecast from then on, actual
benefits from gate L4 on. Costs are booked from the first spend on. Files and the product itself are not asked."""

from django.utils.translation import gettext as _

from projects.models import CashFlow, MoneyLine, Project

_BEFORE_LIVE = (Project.Gate.L0, Project.Gate.L1, Project.Gate.L2, Project.Gate.L3)


def why_closed(project: Project, series: str, kind: str, *, is_frozen: bool) -> str:
    """Why a line of this kind takes no amount of this series now; "" where it does."""
    if series == CashFlow.Series.PLAN and is_frozen:
        return _(
            "The plan is frozen and stays the yardstick. Request a change of it, or enter what changes as forecast."
        )
    if series == CashFlow.Series.FORECAST and not is_frozen:
        return _("The forecast opens when the plan is frozen: until then the plan is the forecast.")
    if series == CashFlow.Series.ACTUAL and kind == MoneyLine.Kind.BENEFIT and project.gate in _BEFORE_LIVE:
        return _(
            "Actual benefits are booked from gate L4 on: before the system is live it brings none. Costs may be booked."
        )
    return ""
