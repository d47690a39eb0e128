"""The floor of the pages: a bare Django view with one query, served by the same server."""

import os
from typing import Any

import dj_database_url
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.urls import path


def view(_request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return HttpResponse(str(cursor.fetchone()))


urlpatterns = [path("", view)]


def make_application() -> Any:
    """A WSGI application of this module alone."""
    database = dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=60)
    settings.configure(
        DATABASES={"default": database},
        ROOT_URLCONF=__name__,
        ALLOWED_HOSTS=["*"],
        SECRET_KEY="-",
        USE_TZ=True,
    )
    return get_wsgi_application()
