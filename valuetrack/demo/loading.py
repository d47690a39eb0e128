"""Loading, rebuilding and removing the sample organizations."""

import datetime

from django.db import transaction
from django.utils import translation

from assessments.models import Run
from assessments.services.outlooks import foresee_projects
from assessments.services.recompute import recompute_organization
from assessments.services.verdicts import assess_pending
from organizations.errors import ConflictError
from organizations.models import Department, Organization, Role
from organizations.services import add_member, create_department, create_organization, delete_organization
from organizations.tenancy import organization_scope

from .building import build_project
from .confirming import confirm_benefits
from .people import people_of
from .stage import Stage
from .story import OrganizationStory


def find(story: OrganizationStory) -> Organization | None:
    """The loaded sample organization of a story.

    Raises:
        ConflictError: its address belongs to an organization that is no sample; that one is never touched.
    """
    organization = Organization.objects.filter(slug=story.slug).first()
    if organization is not None and not organization.is_sample:
        raise ConflictError(f"The organization {story.slug!r} exists and is no sample. It stays as it is.")
    return organization


def load(story: OrganizationStory, *, password: str, today: datetime.date | None = None) -> Organization:
    """Build an organization in one transaction, then value it; `today` is its own date unless given.

    Benefits that follow from KPIs are booked by the valuation, so finance confirms after it.
    """
    with transaction.atomic(), translation.override(story.language):
        organization = _build(story, password, today)
    recompute_organization(organization, trigger=Run.Trigger.COMMAND, as_of=today)
    with translation.override(story.language):
        confirm_benefits(story, organization, today)
    recompute_organization(organization, trigger=Run.Trigger.COMMAND, as_of=today)
    if assess_pending(organization):
        # What benefits count as hangs on the grades of their evidence.
        recompute_organization(organization, trigger=Run.Trigger.COMMAND, as_of=today)
    foresee_projects(organization)
    return organization


def remove(organization: Organization) -> None:
    """Take a sample organization away with all that hangs on it; its people stay as log-ins."""
    delete_organization(organization=organization)


def _build(story: OrganizationStory, password: str, today: datetime.date | None) -> Organization:
    people = people_of(story, password)
    administrator = next(person.key for person in story.people if person.role == Role.ADMIN)
    organization = create_organization(
        slug=story.slug,
        name=story.name,
        admin=people[administrator],
        zone=story.zone,
        language=story.language,
        currency=story.currency,
        discount_rate=story.discount_rate,
        is_sample=True,
    )
    with organization_scope(organization):
        actor = people[administrator]
        departments: dict[str, Department] = {}
        for name, above in story.departments:
            departments[name] = create_department(
                actor=actor, organization=organization, name=name, parent=departments.get(above)
            )
        for person in story.people:
            if person.key != administrator:
                add_member(
                    actor=actor,
                    organization=organization,
                    user=people[person.key],
                    role=person.role,
                    department=departments.get(person.department),
                )
        stage = Stage(story, organization, people, departments, today or organization.today())
        for project in story.projects:
            build_project(stage, project)
    return organization
