"""How timely values come."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from assessments.timeliness import PERIODS, TimelinessTable, load_timeliness
from charts.numbers import percent
from organizations.http import MemberRequest
from organizations.permissions import Right, requires


@requires(Right.DEFINE)
@require_safe
def timeliness(request: MemberRequest) -> HttpResponse:
    """Per owner and department: due, on time, late, missing."""
    table = load_timeliness(request.organization, request.organization.today())
    groups = [
        (_("By owner"), _("Owner"), _("without an owner"), table.owners),
        (_("By department"), _("Department"), _("without a department"), table.departments),
    ]
    context = {"table": table, "heading": _heading(table), "groups": groups, "periods": PERIODS}
    return render(request, "assessments/timeliness.html", context)


def _heading(table: TimelinessTable) -> str:
    if not table.due:
        return _("Nothing has been due yet")
    names = {"share": percent(table.on_time / table.due), "count": table.due}
    return _("%(share)s of %(count)d values came in time") % names
