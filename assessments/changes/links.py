"""Addresses of the page of what changed."""

import datetime
from urllib.parse import urlencode

from django.urls import reverse

from organizations.models import Organization


def changes_address(organization: Organization, since: datetime.datetime | None = None) -> str:
    """The page from the report as it stood at `since` to the one of now."""
    address = reverse("assessments:changes", args=[organization.slug])
    if since is None:
        return address
    moment = since.astimezone(datetime.UTC).replace(tzinfo=None).isoformat()
    return f"{address}?{urlencode({'from': f'{moment}Z'})}"
