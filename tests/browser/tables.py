"""Every row of the live tables of one organization, as JSON: `python -m tests.browser.tables SLUG`."""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")
django.setup()

from django.db import connection  # noqa: E402

from organizations.models import Organization  # noqa: E402
from organizations.tenancy import organization_scope  # noqa: E402

TABLES = [
    "organizations_department",
    "projects_project",
    "projects_projectdepartment",
    "projects_moneyline",
    "projects_cashflow",
    "kpis_kpi",
    "kpis_target",
    "kpis_baseline",
    "assessments_measurement",
]


def rows_of(organization: Organization) -> dict[str, list[str]]:
    """Table → its rows as text, in the order of their ids."""
    rows = {}
    with organization_scope(organization), connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY t.id")
            rows[table] = [text for (text,) in cursor.fetchall()]
    return rows


if __name__ == "__main__":
    sys.stdout.write(json.dumps(rows_of(Organization.objects.get(slug=sys.argv[1]))) + "\n")
