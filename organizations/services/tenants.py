"""Organizations, their departments, people and settings."""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from organizations.definitions import announce_definition_change
from organizations.errors import InvalidInputError
from organizations.models import Department, Membership, Organization, Role, RowVersion, User
from organizations.queue import send_after_commit
from organizations.services.audit import changes_between, record_event
from organizations.tenancy import organization_scope

#: settings from which figures are computed
TERMS = {
    "zone",
    "currency",
    "fiscal_year_start",
    "discount_rate",
    "weight_functional",
    "weight_operational",
    "weight_strategic",
    "score_cap",
}


@transaction.atomic
def create_user(*, email: str, password: str | None = None, name: str = "", **fields: Any) -> User:
    """A person whose address is known to be theirs (from an invitation or the operator)."""
    user = User.objects.create_user(email, password, name=name, **fields)
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


@transaction.atomic
def create_organization(*, slug: str, name: str, admin: User, **settings: Any) -> Organization:
    """A tenant with its first administrator."""
    organization = Organization(slug=slug, name=name, **settings)
    try:
        organization.full_clean()
    except ValidationError as error:
        raise InvalidInputError(" ".join(error.messages)) from error
    organization.save()
    with organization_scope(organization):
        add_member(actor=admin, organization=organization, user=admin, role=Role.ADMIN)
        record_event(
            actor=admin,
            action="organization.created",
            target=organization,
            after={"name": name, "slug": slug},
        )
    return organization


@transaction.atomic
def add_member(
    *,
    actor: User | None,
    organization: Organization,
    user: User,
    role: str,
    department: Department | None = None,
) -> Membership:
    """A person joins with a role."""
    membership: Membership = Membership.objects.create(
        organization=organization, user=user, role=role, department=department
    )
    action = "member.joined" if actor == user else "member.added"
    record_event(actor=actor, action=action, target=membership, after={"role": role})
    return membership


@transaction.atomic
def update_organization(
    *, actor: User, organization: Organization, values: Mapping[str, Any]
) -> Organization:
    """Change settings; when a term of computation changed, all figures are computed anew after the commit."""
    before, after = changes_between(organization, values)
    if not after:
        return organization
    for field, value in after.items():
        setattr(organization, field, value)
    organization.full_clean()
    with connection.cursor() as cursor:
        # The trigger that keeps the row's history takes this lock once the row is ours; a recompute holds it
        # and then wants the row: taken in the other order, the two would wait for each other.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(7381, %s)", [organization.pk])
    organization.save(update_fields=list(after))
    # Cached pages show the name, too.
    move_generation(organization.pk)
    record_event(actor=actor, action="organization.updated", target=organization, before=before, after=after)
    if TERMS & set(after):
        send_after_commit("assessments.tasks.valuation.recompute_organization", organization.pk)
        announce_definition_change()
    return organization


def move_generation(organization_id: int) -> None:
    """Let go of cached pages: something that they show has changed. Holds the organization's row until the commit."""
    Organization.objects.filter(pk=organization_id).update(generation=F("generation") + 1)


@transaction.atomic
def update_profile(*, user: User, values: Mapping[str, Any]) -> User:
    """The reader's own language, zone and colours."""
    for field, value in values.items():
        setattr(user, field, value)
    user.full_clean(exclude=["password"])
    user.save(update_fields=list(values))
    return user


@transaction.atomic
def create_department(
    *,
    actor: User | None,
    organization: Organization,
    name: str,
    parent: Department | None = None,
    lead: User | None = None,
) -> Department:
    """A department, optionally below another and with a lead."""
    department = Department(organization=organization, name=name, parent=parent, lead=lead)
    department.full_clean()
    department.save()
    record_event(
        actor=actor,
        action="department.created",
        target=department,
        after={"name": name, "parent": parent, "lead": lead},
    )
    return department


@transaction.atomic
def update_department(
    *, actor: User, department: Department, name: str, parent: Department | None, lead: User | None = None
) -> Department:
    """Rename or move a department, or give it another lead; it cannot move below itself."""
    above = parent
    while above is not None:
        if above.pk == department.pk:
            raise InvalidInputError(_("A department cannot be part of itself. Choose another one above it."))
        above = above.parent
    before, after = changes_between(department, {"name": name, "parent": parent, "lead": lead})
    department.name, department.parent, department.lead = name, parent, lead
    department.full_clean()
    department.save()
    record_event(actor=actor, action="department.updated", target=department, before=before, after=after)
    return department


@transaction.atomic
def delete_organization(*, organization: Organization) -> None:
    """Remove a tenant with everything below it, files included; people stay as log-ins.

    Rows go table by table in one statement each: the ORM's own cascade would fetch millions of them.
    """
    from django.apps import apps

    from organizations.tenancy.models import OrganizationModel

    models = [
        model
        for model in apps.get_models()
        if issubclass(model, OrganizationModel)
        and not model.undeletable  # those go with the organization's row
    ]
    with organization_scope(organization), connection.cursor() as cursor:
        # Foreign keys between tenant tables are deferred, so the order does not matter.
        for model in models:
            statement = f'DELETE FROM "{model._meta.db_table}" WHERE organization_id = %s'  # noqa: S608
            cursor.execute(statement, [organization.pk])
        cursor.execute("DELETE FROM organizations_organization WHERE id = %s", [organization.pk])
        cursor.execute(
            f'DELETE FROM "{RowVersion._meta.db_table}" WHERE organization_id = %s',  # noqa: S608
            [organization.pk],
        )
    files = Path(settings.MEDIA_ROOT) / str(organization.pk)
    transaction.on_commit(lambda: shutil.rmtree(files, ignore_errors=True))
