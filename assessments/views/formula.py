"""The formula of a KPI: written by clicking, checked, looked at on the values so far, then put in force."""

import copy
import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.forms.formula import FormulaForm
from assessments.services.computing import Computed, preview
from charts import kinds
from charts.description import Chart, Title
from kpis.access import get_kpi_for
from kpis.figures import written
from kpis.forms import show_refusal
from kpis.models import Formula, Kpi
from kpis.services import check_formula, remove_formula, set_formula
from kpis.services.formulas import CheckedFormula
from kpis.services.reasons import needs_reason
from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, requires
from projects.periods import label

#: newest periods shown of what a formula would have given
SHOWN = 12
#: KPIs offered to click on
OFFERED = 300

Periods = dict[datetime.date, Computed]


@requires(Right.DEFINE)
@require_http_methods(["GET", "HEAD", "POST"])
def formula(request: MemberRequest, code: str) -> HttpResponse:
    """The formula in force, and another one; `save` puts it in force, anything else only shows it."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    present: Formula | None = Formula.objects.filter(kpi=kpi).first()
    text = request.POST.get("expression", present.expression if present else "")
    checked, refusal = _checked(kpi, text)
    is_saving = "save" in request.POST
    form = FormulaForm(
        request.POST or None,
        initial={"expression": text},
        reason_needed=is_saving and needs_reason(kpi.project_id),
        has_doubts=bool(checked and checked.doubts),
    )
    if request.method == "POST" and form.is_valid():
        if refusal:
            form.add_error("expression", refusal)
        for problem in checked.problems if checked else []:
            form.add_error("expression", problem)
        if is_saving and not form.errors and _saved(request, kpi, form):
            return redirect("assessments:formula", request.organization.slug, kpi.code)
    context = {
        "kpi": kpi,
        "form": form,
        "formula": present,
        "checked": checked,
        "offered": _offered(kpi),
        **_shown(request, kpi, checked),
    }
    return render(request, "assessments/formula.html", context, status=422 if form.errors else 200)


@requires(Right.DEFINE)
@require_POST
def formula_remove(request: MemberRequest, code: str) -> HttpResponse:
    """Have the values entered by hand again."""
    kpi = get_kpi_for(request, code, Right.DEFINE)
    try:
        remove_formula(actor=request.user, kpi=kpi, reason=request.POST.get("reason", "")[:500])
    except InvalidInputError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The formula is removed. Values are entered by hand again."))
    return redirect("assessments:formula", request.organization.slug, kpi.code)


def _checked(kpi: Kpi, text: str) -> tuple[CheckedFormula | None, str]:
    """What was read, or why nothing could be."""
    if not text.strip():
        return None, ""
    try:
        return check_formula(kpi, text), ""
    except InvalidInputError as error:
        return None, str(error)


def _saved(request: MemberRequest, kpi: Kpi, form: FormulaForm) -> bool:
    given = form.cleaned_data
    try:
        set_formula(
            actor=request.user,
            kpi=copy.copy(kpi),
            text=given["expression"],
            doubts_meant=given.get("doubts_meant", False),
            reason=given["reason"],
        )
    except InvalidInputError as error:
        show_refusal(form, error)
        return False
    messages.success(request, _("The formula is in force. Its values follow in a moment."))
    return True


def _shown(request: MemberRequest, kpi: Kpi, checked: CheckedFormula | None) -> dict[str, Any]:
    """What the formula would have given, as rows and as a chart."""
    if checked is None or checked.problems:
        return {"rows": [], "chart": None}
    organization = request.organization
    found = preview(
        kpi,
        checked.expression,
        checked.inputs,
        today=organization.today(),
        year_begins=organization.fiscal_year_start,
    )
    newest = dict(list(found.items())[:SHOWN])
    rows = [
        {
            "period": label(period, kpi.frequency),
            "value": written(computed.value, kpi),
            "reason": computed.reason,
        }
        for period, computed in newest.items()
    ]
    return {"rows": rows, "chart": _chart(kpi, newest)}


def _chart(kpi: Kpi, newest: Periods) -> Chart | None:
    if not any(computed.value is not None for computed in newest.values()):
        return None
    periods = sorted(newest)
    labels = [label(period, kpi.frequency) for period in periods]
    return kinds.control(
        message=_("What the formula gives"),
        title=Title(kpi.project.name, kpi.name, f"{labels[0]} – {labels[-1]}"),
        labels=labels,
        actual=[newest[period].value for period in periods],
        unit=kpi.unit,
        direction=kpi.direction,  # type: ignore[arg-type]
        baseline=kpi.baseline_value,
    )


def _offered(kpi: Kpi) -> list[dict[str, Any]]:
    """KPIs by project, its own project first."""
    rows = Kpi.objects.active().exclude(pk=kpi.pk).select_related("project").order_by("project__name", "name")
    groups: dict[str, list[Kpi]] = {kpi.project.name: []}
    for one in rows[:OFFERED]:
        groups.setdefault(one.project.name, []).append(one)
    return [{"label": name, "kpis": kpis} for name, kpis in groups.items() if kpis]
