"""Many projects of one organization with a value each, figures waiting for the night.

Run in the product's own environment: `python -m tests.survival.data`.
"""

import datetime
import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from assessments.services import MeasurementInput, record_measurements  # noqa: E402
from kpis.models import Kpi  # noqa: E402
from kpis.services import create_kpi  # noqa: E402
from organizations.models import ApiToken, Membership  # noqa: E402
from organizations.services import create_organization, create_token, create_user  # noqa: E402
from organizations.tenancy import organization_scope  # noqa: E402
from projects.services import create_project  # noqa: E402

PROJECTS = 20


def main() -> None:
    alice = create_user(email="alice@acme.example", password="correct-horse-battery", name="Alice")
    acme = create_organization(slug="acme", name="Acme", admin=alice)
    values = []
    with organization_scope(acme):
        for number in range(PROJECTS):
            names = {"code": f"P{number:02}", "name": f"Roll-out {number}"}
            project = create_project(actor=alice, organization=acme, values=names)
            kpi = create_kpi(
                actor=alice,
                project=project,
                values={
                    "code": f"K{number:02}",
                    "name": f"Lead time {number}",
                    "tier": Kpi.Tier.OPERATIONAL,
                    "direction": Kpi.Direction.LOWER,
                    "unit": "h",
                    "baseline_value": 48.0,
                    "targets": {datetime.date(2025, 1, 1): 24.0},
                },
            )
            values.append(
                MeasurementInput(kpi_id=kpi.pk, period=datetime.date(2025, 1, 1), value=40.0 - number / 2)
            )
        record_measurements(alice, acme, values)
        member = Membership.objects.select_related("user", "organization").get()
        _token, key = create_token(membership=member, name="Export", access=ApiToken.Access.WRITE)
    browser = Client()
    browser.force_login(alice, backend=settings.AUTHENTICATION_BACKENDS[0])
    session = browser.cookies[settings.SESSION_COOKIE_NAME].value
    sys.stdout.write(json.dumps({"organization": acme.pk, "key": key, "session": session}) + "\n")


if __name__ == "__main__":
    main()
