"""Rates of foreign currencies."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from organizations.errors import ConflictError, InvalidInputError
from organizations.http import MemberRequest
from organizations.models import FxRate
from organizations.permissions import Right, requires
from projects.forms import add_refusal
from projects.forms.rates import RateForm
from projects.services.rates import add_rate


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def rates(request: MemberRequest) -> HttpResponse:
    """Every rate there ever was, the one in force marked; a new one below."""
    form = RateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            row = add_rate(actor=request.user, organization=request.organization, **form.cleaned_data)
        except (InvalidInputError, ConflictError) as error:
            add_refusal(form, error)
        else:
            messages.success(request, _("The rate of %(currency)s is added.") % {"currency": row.currency})
            return redirect("projects:rates", request.organization.slug)
    today, in_force, rows = request.organization.today(), set(), []
    for rate in FxRate.objects.select_related("recorded_by").order_by(
        "currency", "use", "-valid_from", "-id"
    ):
        key = (rate.currency, rate.use)
        is_current = rate.valid_from <= today and key not in in_force
        if is_current:
            in_force.add(key)
        rows.append({"rate": rate, "is_current": is_current})
    context = {"rows": rows, "form": form, "currency": request.organization.currency}
    return render(request, "projects/rates.html", context, status=422 if form.errors else 200)
