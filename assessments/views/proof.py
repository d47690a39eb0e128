"""How sure one can be that a KPI changed, and what people decide about it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from assessments.control import control_chart
from assessments.forms.proof import ComparisonForm, RebaseForm
from assessments.models import Comparison, ComparisonControl, KpiVerdict, RebasePoint
from assessments.series import KpiSeries, load_series
from assessments.services import proving
from assessments.verdict_facts import verdict_facts
from kpis.access import get_kpi_for
from kpis.forms.fields import show_refusal
from kpis.models import Kpi
from organizations.errors import NotFoundError, ProductError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires

#: KPIs offered as controls at most
MOST_CANDIDATES = 200


@requires(Right.SEE)
@require_safe
def proof(request: MemberRequest, code: str) -> HttpResponse:
    """Verdict, grade, limits, control group; with forms for those who define."""
    kpi = get_kpi_for(request, code)
    return _page(request, kpi)


@requires(Right.DEFINE)
@require_http_methods(["POST"])
def rebase(request: MemberRequest, code: str) -> HttpResponse:
    """Compute the limits anew from a period on."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    series = load_series(kpi)
    form = _rebase_form(kpi, series, request.POST)
    if form.is_valid():
        try:
            proving.rebase(actor=request.user, kpi=kpi, **form.cleaned_data)
            messages.success(request, _("From then on the limits are computed anew."))
            return _back(request, kpi)
        except ProductError as error:
            show_refusal(form, error)
    return _page(request, kpi, series=series, rebase_form=form)


@requires(Right.DEFINE)
@require_POST
def rebase_remove(request: MemberRequest, code: str, point_id: int) -> HttpResponse:
    """Let the former limits hold on."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    point = RebasePoint.objects.filter(kpi=kpi, pk=point_id).select_related("kpi").first()
    if point is None:
        raise NotFoundError
    proving.remove_rebase(actor=request.user, point=point)
    messages.success(request, _("The former limits hold on."))
    return _back(request, kpi)


@requires(Right.DEFINE)
@require_http_methods(["POST"])
def compare(request: MemberRequest, code: str) -> HttpResponse:
    """Choose the control group."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    form = _comparison_form(kpi, request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            made = proving.compare(
                actor=request.user,
                kpi=kpi,
                design=given["design"],
                controls=form.chosen(),
                reason=given["reason"],
            )
            text = (
                _("The KPI is compared with its control group.") if made else _("The comparison has ended.")
            )
            messages.success(request, text)
            return _back(request, kpi)
        except ProductError as error:
            show_refusal(form, error)
    return _page(request, kpi, comparison_form=form)


def _page(
    request: MemberRequest,
    kpi: Kpi,
    *,
    series: KpiSeries | None = None,
    rebase_form: RebaseForm | None = None,
    comparison_form: ComparisonForm | None = None,
) -> HttpResponse:
    series = series or load_series(kpi)
    verdict = KpiVerdict.objects.filter(kpi=kpi).first()
    points = list(RebasePoint.objects.filter(kpi=kpi).select_related("set_by"))
    may_define = allows(request.membership, Right.DEFINE) and kpi.archived_at is None
    context: dict[str, Any] = {
        "kpi": kpi,
        "verdict": verdict,
        **verdict_facts(kpi, verdict),
        "chart": control_chart(
            series, today=request.organization.today(), rebased=[point.period for point in points]
        ),
        "chart_url": reverse("assessments:kpi_chart", args=[request.organization.slug, kpi.code]),
        "points": points,
        "may_define": may_define,
    }
    if may_define:
        context["rebase_form"] = rebase_form or _rebase_form(kpi, series)
        context["comparison_form"] = comparison_form or _comparison_form(kpi)
    failed = bool((rebase_form and rebase_form.errors) or (comparison_form and comparison_form.errors))
    return render(request, "assessments/proof.html", context, status=422 if failed else 200)


def _rebase_form(kpi: Kpi, series: KpiSeries, data: Any = None) -> RebaseForm:
    return RebaseForm(data, prefix="rebase", periods=sorted(series.values)[1:], frequency=kpi.frequency)


def _comparison_form(kpi: Kpi, data: Any = None) -> ComparisonForm:
    candidates = (
        Kpi.objects.filter(
            archived_at__isnull=True,
            project__archived_at__isnull=True,
            unit=kpi.unit,
            frequency=kpi.frequency,
            direction=kpi.direction,
        )
        .exclude(pk=kpi.pk)
        .select_related("project")
        .order_by("name", "project__name")[:MOST_CANDIDATES]
    )
    comparison = Comparison.objects.filter(kpi=kpi).first()
    controls = ComparisonControl.objects.filter(comparison=comparison).values_list("kpi_id", flat=True)
    initial = (
        {
            "controls": [str(key) for key in controls],
            "design": comparison.design,
            "reason": comparison.reason,
        }
        if comparison
        else {}
    )
    return ComparisonForm(data, prefix="comparison", candidates=list(candidates), initial=initial)


def _back(request: MemberRequest, kpi: Kpi) -> HttpResponse:
    return redirect("assessments:proof", request.organization.slug, kpi.code)
