"""Further projects that a KPI serves."""

import copy

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kpis.access import get_kpi_for
from kpis.forms.sharing import SharingForm
from kpis.models import Attribution
from kpis.services.attributions import share_kpi
from kpis.services.reasons import needs_reason
from kpis.views.answers import status_of
from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.models import Project


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def sharing(request: MemberRequest, code: str) -> HttpResponse:
    """The share and the weight of a KPI in each further project."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    rows = list(Attribution.objects.filter(kpi=kpi).select_related("project").order_by("project__name"))
    form = SharingForm(
        request.POST or None,
        rows=rows,
        projects=list(Project.objects.active().exclude(pk=kpi.project_id).order_by("name")),
        reason_needed=needs_reason(kpi.project_id),
    )
    if request.method == "POST" and form.is_valid():
        try:
            share_kpi(
                actor=request.user,
                kpi=copy.copy(kpi),
                shares=form.shares,
                reason=form.cleaned_data["reason"],
            )
        except InvalidInputError as error:
            form.show_refusal(error)
        else:
            messages.success(request, _("The sharing is saved. Figures follow in a moment."))
            return redirect("kpis:sharing", request.organization.slug, kpi.code)
    rest = 1 - sum(row.share for row in rows)
    context = {"kpi": kpi, "form": form, "rest": max(0.0, rest), "count": len(rows)}
    return render(request, "kpis/sharing.html", context, status=status_of(form))
