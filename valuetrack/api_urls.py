"""Addresses of the API, version 1."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from drf_spectacular.views import SpectacularAPIView

from assessments.api.changes import ChangesView
from assessments.api.measurements import MeasurementListView
from assessments.api.results import KpiResultListView, ProjectResultListView
from assessments.api.trust import LockListView, LockReopenView, ReturnView, VerifyView
from kpis.api import KpiListView, KpiView
from kpis.driver_api import DriverListView
from organizations.api.views import NoSuchAddressView, OrganizationListView, OrganizationView
from projects.api import ProjectListView, ProjectView

# The middleware finds the organization by this prefix.
_HERE = "organizations/<slug:organization_slug>/"

_members: list[URLPattern | URLResolver] = [
    path("organizations/", OrganizationListView.as_view(), name="organizations"),
    path(_HERE, OrganizationView.as_view(), name="organization"),
    path(_HERE + "projects/", ProjectListView.as_view(), name="projects"),
    path(_HERE + "projects/<slug:code>/", ProjectView.as_view(), name="project"),
    path(_HERE + "kpis/", KpiListView.as_view(), name="kpis"),
    path(_HERE + "kpis/<slug:code>/", KpiView.as_view(), name="kpi"),
    path(_HERE + "drivers/", DriverListView.as_view(), name="drivers"),
    path(_HERE + "measurements/", MeasurementListView.as_view(), name="measurements"),
    path(_HERE + "measurements/verify/", VerifyView.as_view(), name="measurements_verify"),
    path(_HERE + "measurements/return/", ReturnView.as_view(), name="measurements_return"),
    path(_HERE + "locks/", LockListView.as_view(), name="locks"),
    path(_HERE + "locks/<int:lock_id>/reopen/", LockReopenView.as_view(), name="lock_reopen"),
    path(_HERE + "results/projects/", ProjectResultListView.as_view(), name="project_results"),
    path(_HERE + "changes/", ChangesView.as_view(), name="changes"),
    path(_HERE + "results/kpis/", KpiResultListView.as_view(), name="kpi_results"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=[], throttle_classes=[]),
        name="api-schema",
    ),
    path("", include((_members, "api"))),
    re_path(r"^", NoSuchAddressView.as_view(), name="api-unknown"),
]
