"""What only local mode shows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from organizations.models import Role
from valuetrack import demo


def local(request: HttpRequest) -> dict[str, Any]:
    """`demo_logins` on the log-in page of a local installation."""
    if not settings.LOCAL or request.path != reverse("account_login"):
        return {}
    return {"demo_logins": [{**entry, "role": Role(entry["role"]).label} for entry in demo.logins()]}
