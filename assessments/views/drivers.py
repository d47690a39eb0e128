"""The page of a driver: its values, where it is used, and what another value would change."""

import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from assessments.driver_effects import LineEffect, driver_chart, effects_of, users_of
from kpis.access import get_driver_for
from kpis.forms import show_refusal
from kpis.forms.drivers import DriverValueForm
from kpis.models import Driver, DriverValue
from kpis.services.drivers import add_driver_value
from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires


@requires(Right.SEE)
@require_http_methods(["GET", "HEAD", "POST"])
def driver(request: MemberRequest, code: str) -> HttpResponse:
    """Every value; `save` keeps another one, `preview` only shows what it would change."""
    driver = get_driver_for(request, code, Right.MONEY if request.method == "POST" else Right.SEE)
    today = request.organization.today()
    form = DriverValueForm(request.POST if request.method == "POST" else None, driver=driver, today=today)
    users = users_of(driver)
    effects: list[LineEffect] | None = None
    if form.is_bound and form.is_valid():
        if "save" in request.POST and _saved(request, driver, form):
            return redirect("assessments:driver", request.organization.slug, code)
        given = form.cleaned_data
        effects = effects_of(driver, users, day=given["valid_from"], value=given["value"], today=today)
    rows = _rows(driver, today)
    context = {
        "driver": driver,
        "form": form,
        "rows": rows,
        "current": next((row for row in rows if row["is_current"]), None),
        "users": users,
        "effects": effects,
        "chart": driver_chart(driver, today),
        "may_money": allows(request.membership, Right.MONEY),
    }
    return render(request, "assessments/driver.html", context, status=422 if form.errors else 200)


def _saved(request: MemberRequest, driver: Driver, form: DriverValueForm) -> bool:
    given = form.cleaned_data
    try:
        add_driver_value(
            actor=request.user,
            driver=driver,
            valid_from=given["valid_from"],
            value=given["value"],
            source=given["source"],
        )
    except (InvalidInputError, ConflictError) as error:
        show_refusal(form, error)
        return False
    messages.success(request, _("The value is kept. Benefits that use it follow in a moment."))
    return True


def _rows(driver: Driver, today: datetime.date) -> list[dict[str, Any]]:
    """Values, newest day first; of several for one day the first one counts, the others were corrected."""
    rows: list[dict[str, Any]] = []
    seen: set[datetime.date] = set()
    for value in DriverValue.objects.filter(driver=driver).select_related("recorded_by"):
        is_corrected = value.valid_from in seen
        is_current = value.valid_from <= today and not any(row["is_current"] for row in rows)
        rows.append({"value": value, "is_corrected": is_corrected, "is_current": is_current})
        seen.add(value.valid_from)
    return rows
