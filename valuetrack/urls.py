"""All addresses. Pages of an organization stand under its own, so that no page can forget whose it is."""

from django.urls import URLPattern, URLResolver, include, path

from organizations import views as organization_views
from valuetrack import health

_APPS = ["organizations", "projects", "kpis", "assessments", "committee"]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", organization_views.home, name="home"),
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("accounts/", include("allauth.urls")),
    *[path("", include(f"{app}.urls")) for app in _APPS],
    path("api/v1/", include("valuetrack.api_urls")),
]
