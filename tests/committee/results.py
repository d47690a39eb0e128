"""Results as the recompute would have stored them, with the figures a test wants."""

import datetime
from typing import Any

from django.utils import timezone

from assessments.models import ProjectResult, Run
from organizations.models import Organization
from projects.models import Project

AS_OF = datetime.date(2026, 11, 22)


def result(organization: Organization, code: str, **figures: Any) -> ProjectResult:
    """The result of the project `code`, made when it is new; needs the organization's scope."""
    project, _created = Project.objects.get_or_create(
        organization=organization, code=code, defaults={"name": figures.pop("name", f"{code} group")}
    )
    run = Run.objects.create(organization=organization, as_of=AS_OF, known_at=timezone.now(), trigger="night")
    values: dict[str, Any] = {
        "inputs_hash": b"",
        "as_of": AS_OF,
        "known_at": timezone.now(),
        "valid_until": AS_OF,
        "status": "on_track",
        "value_index": 100.0,
        "benefits_actual": 1000.0,
        "benefits_plan": 1000.0,
        **figures,
    }
    stored: ProjectResult = ProjectResult.objects.update_or_create(
        organization=organization, project=project, defaults={**values, "run": run}
    )[0]
    return stored
