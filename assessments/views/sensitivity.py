"""What moves the value of a project: its drivers and factors, one at a time."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.sensitivity import RANGES, Moved, sensitivity, tornado_chart
from charts.numbers import compact_money, percent
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.access import get_project_for
from projects.navigation import project_page


@requires(Right.SEE)
@require_safe
def sensitivity_page(request: MemberRequest, code: str) -> HttpResponse:
    """Each factor ± `?range=` per cent, the one that moves the net present value most first."""
    project = get_project_for(request, code)
    share = _range(request.GET.get("range", ""))
    base, moved = sensitivity(project, share, request.organization.today())
    context = project_page(
        request,
        project,
        "assessments:project",
        share=share,
        base=compact_money(base, request.organization.currency),
        rows=moved,
        message=_message(moved, share),
        chart=tornado_chart(project, moved, share),
        chips=_chips(share),
    )
    return render(request, "assessments/sensitivity.html", context)


def _range(text: str) -> float:
    return next((one for one in RANGES if text == f"{one * 100:.0f}"), RANGES[0])


def _message(moved: list[Moved], share: float) -> str:
    if not moved or not moved[0].npv.swing:
        return _("Nothing is there yet that could move the value")
    values = {"name": moved[0].name, "share": percent(share)}
    return _("“%(name)s” moves the value most: look at it first when ± %(share)s is possible") % values


def _chips(share: float) -> list[dict[str, Any]]:
    return [
        {"label": f"± {percent(one)}", "url": f"?range={one * 100:.0f}", "current": one == share}
        for one in sorted(RANGES)
    ]
