"""Keeping what was reported: once a night, for the day on which the method is another one."""

from assessments.changes.figures import KINDS
from assessments.method import METHOD_VERSION
from assessments.models import ProjectResult, ReportedFigures
from assessments.services.recompute import read_clock_alone
from organizations.models import Organization
from organizations.tenancy import organization_scope


def keep_reported(organization: Organization) -> None:
    """Keep the figures of all projects as they stand; once a day and method. Outside of any scope."""
    with organization_scope(organization):
        known_at = read_clock_alone(organization)
        results = ProjectResult.objects.current().filter(method_version=METHOD_VERSION)
        figures = {str(row.pop("project_id")): row for row in results.values("project_id", *KINDS)}
        if figures:
            row = ReportedFigures(
                organization=organization,
                as_of=organization.today(known_at),
                known_at=known_at,
                method_version=METHOD_VERSION,
                figures=figures,
            )
            ReportedFigures.objects.bulk_create([row], ignore_conflicts=True)
