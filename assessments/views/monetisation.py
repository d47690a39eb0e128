"""What a KPI is worth in money: a line of benefit that follows from it, looked at before it is put in force."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from assessments.forms.monetisation import MonetisationForm
from assessments.monetised import (
    formula_in_words,
    month_rows,
    newest_sentence,
    sum_of,
    why_nothing,
)
from assessments.services.monetising import LIVE_GATES, monetise
from kpis.access import get_kpi_for
from kpis.forms import show_refusal
from kpis.models import Driver, Kpi, Monetisation
from kpis.services.monetisation import (
    monetise_new_line,
    problems_of,
    remove_monetisation,
    served_projects,
    set_monetisation,
)
from kpis.services.reasons import needs_reason
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.models import CashFlow, MoneyLine, Project

#: KPIs offered as a volume
OFFERED = 300


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def monetisation(request: MemberRequest, code: str) -> HttpResponse:
    """Every line that follows from the KPI; `?line=` opens one. `save` puts it in force, `preview` only shows it."""
    is_sent = request.method == "POST"
    kpi = get_kpi_for(request, code, Right.MONEY if is_sent else Right.SEE)
    present = list(Monetisation.objects.listed().filter(kpi=kpi).order_by("line__name"))
    chosen = _chosen(present, request.GET.get("line", ""))
    form = _form(request, kpi, chosen)
    wanted = chosen
    if form.is_bound and form.is_valid():
        wanted = _wanted(kpi, chosen, form)
        if "save" in request.POST:
            if saved := _saved(request, kpi, form):
                return redirect(f"{request.path}?line={saved.line_id}")
        else:
            _show_problems(form, wanted)
    context = {
        "kpi": kpi,
        "form": form,
        "present": present,
        "chosen": chosen,
        "may_money": allows(request.membership, Right.MONEY),
        "can_be": kpi.direction in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER),
        **(_shown(request, wanted) if wanted and not form.errors else {}),
    }
    return render(request, "assessments/monetisation.html", context, status=422 if form.errors else 200)


@requires(Right.MONEY)
@require_POST
def monetisation_remove(request: MemberRequest, code: str) -> HttpResponse:
    """Have the amounts of a line typed again."""
    kpi = get_kpi_for(request, code, Right.MONEY)
    present = list(Monetisation.objects.listed().filter(kpi=kpi))
    chosen = _chosen(present, request.POST.get("line", ""))
    if chosen is not None:
        try:
            remove_monetisation(
                actor=request.user, monetisation=chosen, reason=request.POST.get("reason", "")[:500]
            )
        except (InvalidInputError, ConflictError) as error:
            messages.error(request, str(error))
            return redirect(f"{_address(request, kpi)}?line={chosen.line_id}")
        messages.success(
            request,
            _("The amounts of “%(name)s” are typed again. Those computed so far stay.")
            % {"name": chosen.line.name},
        )
    return redirect(_address(request, kpi))


def _show_problems(form: MonetisationForm, wanted: Monetisation) -> None:
    """Put what the service would refuse beside its fields."""
    for field, problems in problems_of(wanted).items():
        form.add_error(field if field in form.fields else None, [str(problem) for problem in problems])


def _address(request: MemberRequest, kpi: Kpi) -> str:
    return reverse("assessments:monetisation", args=[request.organization.slug, kpi.code])


def _chosen(present: list[Monetisation], line: str) -> Monetisation | None:
    if not line:
        return None
    chosen = next((one for one in present if str(one.line_id) == line), None)
    if chosen is None:
        raise NotFoundError
    return chosen


def _form(request: MemberRequest, kpi: Kpi, chosen: Monetisation | None) -> MonetisationForm:
    shares = served_projects(kpi)
    projects = {project.pk: project for project in Project.objects.filter(pk__in=shares)}
    free = MoneyLine.objects.active().filter(
        project__in=shares, kind=MoneyLine.Kind.BENEFIT, monetisation__isnull=True
    )
    used = [chosen.money_driver_id, chosen.volume_driver_id] if chosen else []
    drivers = [driver for driver in Driver.objects.all() if driver.archived_at is None or driver.pk in used]
    kpis = Kpi.objects.active().exclude(pk=kpi.pk).select_related("project")
    return MonetisationForm(
        request.POST if request.method == "POST" else None,
        present=chosen,
        lines=list(free.select_related("project").order_by("project__name", "name")),
        projects={projects[number]: share for number, share in shares.items() if number in projects},
        drivers=drivers,
        kpis=list(kpis.order_by("project__name", "name")[:OFFERED]),
        reason_needed="save" in request.POST and needs_reason(kpi.project_id),
    )


def _wanted(kpi: Kpi, chosen: Monetisation | None, form: MonetisationForm) -> Monetisation:
    """What is asked for, not saved."""
    line = form.chosen_line or MoneyLine(
        organization_id=kpi.organization_id,
        project=form.chosen_project,
        kind=MoneyLine.Kind.BENEFIT,
        name=form.cleaned_data["new_line"],
        currency=form.chosen_project.organization.currency,
    )
    former = {} if chosen is None else {name: getattr(chosen, name) for name in form.left_alone}
    return Monetisation(organization_id=kpi.organization_id, kpi=kpi, line=line, **form.values, **former)


def _saved(request: MemberRequest, kpi: Kpi, form: MonetisationForm) -> Monetisation | None:
    reason = form.cleaned_data["reason"]
    try:
        if line := form.chosen_line:
            saved = set_monetisation(
                actor=request.user, kpi=kpi, line=line, values=form.values, reason=reason
            )
        else:
            saved = monetise_new_line(
                actor=request.user,
                kpi=kpi,
                project=form.chosen_project,
                name=form.cleaned_data["new_line"].strip(),
                values=form.values,
                reason=reason,
            )
    except (InvalidInputError, ConflictError) as error:
        show_refusal(form, error)
        return None
    messages.success(
        request,
        _("“%(name)s” follows from the KPI now. Its amounts follow in a moment.") % {"name": saved.line.name},
    )
    return saved


def _shown(request: MemberRequest, wanted: Monetisation) -> dict[str, Any]:
    """What it would have given so far, or gives."""
    today = request.organization.today()
    months = monetise([wanted], today=today)
    flows = CashFlow.objects.filter(line=wanted.line_id, series=CashFlow.Series.ACTUAL)
    stands = dict(flows.values_list("month", "amount")) if wanted.line_id else {}
    month, sentence = newest_sentence(wanted, months)
    return {
        "wanted": wanted,
        "rows": month_rows(wanted, months, stands),
        "total": sum_of(months, wanted.line.currency),
        "month": month,
        "sentence": sentence,
        "words": formula_in_words(wanted),
        "nothing": why_nothing(wanted, today),
        "is_live": wanted.line.project.gate in LIVE_GATES,
    }
