"""Drivers of the organization; a driver's own page, with what its values do, is `assessments:driver`."""

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kpis.access import get_driver_for
from kpis.exports import drivers_table
from kpis.forms.drivers import DriverForm
from kpis.models import Driver
from kpis.navigation import kpi_tabs
from kpis.services import drivers as services
from kpis.views.answers import status_of
from organizations.errors import ConflictError
from organizations.exporting import answer_export
from organizations.forms import service_errors
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires


@requires(Right.SEE)
@require_safe
def driver_list(request: MemberRequest) -> HttpResponse:
    """Every driver with the value that holds today, and how many lines use it."""
    archived = "archived" in request.GET
    drivers = Driver.objects.listed(request.organization.today()).filter(archived_at__isnull=not archived)
    context = {
        "rows": list(drivers),
        "archived": archived,
        "may_money": allows(request.membership, Right.MONEY),
        "tabs": kpi_tabs(request.organization, "kpis:drivers"),
    }
    return render(request, "kpis/drivers.html", context)


@requires(Right.SEE)
@require_safe
def driver_export(request: MemberRequest, file_format: str) -> FileResponse:
    """Every value of every driver."""
    return answer_export(request, drivers_table(), file_format)


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def driver_create(request: MemberRequest) -> HttpResponse:
    """A new driver; its first value comes next."""
    form = DriverForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        with service_errors(form):
            driver = services.create_driver(
                actor=request.user, organization=request.organization, values=form.values
            )
            messages.success(
                request, _("The driver “%(name)s” is added. Give its value.") % {"name": driver.name}
            )
            return redirect("assessments:driver", request.organization.slug, driver.code)
    return render(request, "kpis/driver_create.html", {"form": form}, status=status_of(form))


@requires(Right.MONEY)
@require_http_methods(["GET", "HEAD", "POST"])
def driver_edit(request: MemberRequest, code: str) -> HttpResponse:
    """What a driver is called, and who answers for it."""
    driver = get_driver_for(request, code, Right.MONEY)
    form = DriverForm(
        request.POST if request.method == "POST" else None, instance=get_driver_for(request, code)
    )
    if form.is_bound and form.is_valid():
        with service_errors(form):
            services.update_driver(actor=request.user, driver=driver, values=form.values)
            messages.success(request, _("The driver is saved."))
            return redirect("assessments:driver", request.organization.slug, code)
    context = {"form": form, "driver": driver}
    return render(request, "kpis/driver_edit.html", context, status=status_of(form))


@requires(Right.MONEY)
@require_POST
def driver_archive(request: MemberRequest, code: str) -> HttpResponse:
    """Put a driver away, or bring it back with `restore`."""
    driver = get_driver_for(request, code, Right.MONEY)
    try:
        if "restore" in request.POST:
            services.restore_driver(actor=request.user, driver=driver)
            messages.success(request, _("The driver “%(name)s” can be used again.") % {"name": driver.name})
        else:
            services.archive_driver(actor=request.user, driver=driver)
            messages.success(request, _("The driver “%(name)s” is archived.") % {"name": driver.name})
    except ConflictError as error:
        messages.error(request, str(error))
    return redirect("assessments:driver", request.organization.slug, code)
