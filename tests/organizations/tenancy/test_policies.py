"""The database alone keeps tenants apart."""

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django_scopes.exceptions import ScopeError

from organizations.checks import role_problem
from organizations.models import AuditEvent, Department, Membership, Organization, RowVersion, User
from organizations.services import create_department, record_event
from organizations.tenancy import organization_scope, user_scope
from organizations.tenancy.constraints import OrganizationPolicy, OrganizationReference
from organizations.tenancy.models import GLOBAL_MODELS, OrganizationModel
from projects.models import Project
from projects.services import create_project

ABOVE_TENANTS = {"Organization", "User"}


def tenant_models() -> list[type[models.Model]]:
    ours = {"organizations", "projects", "kpis", "assessments", "adoption", "committee"}
    return [
        model
        for model in apps.get_models()
        if model._meta.app_label in ours and model.__name__ not in ABOVE_TENANTS
    ]


@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_every_tenant_table_has_manager_policy_and_keys(model: type[models.Model]) -> None:
    rules = model._meta.constraints
    assert any(isinstance(rule, OrganizationPolicy) for rule in rules)
    if model is RowVersion:
        return  # written by a trigger, read by SQL under its policy
    assert issubclass(model, OrganizationModel)
    with pytest.raises(ScopeError):
        list(model._default_manager.all())
    unique = [tuple(rule.fields) for rule in rules if isinstance(rule, models.UniqueConstraint)]
    assert ("organization", "id") in unique
    assert all(fields[0] == "organization" for fields in unique if fields)
    references = {rule.field for rule in rules if isinstance(rule, OrganizationReference)}
    foreign = {
        field.name
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey)
        and field.remote_field.model._meta.label_lower not in GLOBAL_MODELS
    }
    assert foreign == references
    assert not model._meta.local_many_to_many


@pytest.mark.django_db
@pytest.mark.parametrize("model", tenant_models(), ids=lambda model: model._meta.label)
def test_the_migrations_forced_the_policy(model: type[models.Model]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity, (SELECT count(*) FROM pg_policy WHERE polrelid = pg_class.oid)"
            " FROM pg_class WHERE relname = %s",
            [model._meta.db_table],
        )
        enabled, forced, policies = cursor.fetchone()
    assert enabled
    assert forced
    assert policies >= 1


def test_the_tests_run_as_the_applications_role(organization: Organization) -> None:
    assert role_problem() == ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        assert cursor.fetchone()[0] == "valuetrack_app"


def test_sql_without_a_scope_sees_no_row(
    organization: Organization, other_organization: Organization
) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM organizations_membership")
        assert cursor.fetchone()[0] == 0
        with organization_scope(organization):
            cursor.execute("SELECT count(*) FROM organizations_membership")
            assert cursor.fetchone()[0] == 1
        cursor.execute("SELECT count(*) FROM organizations_membership")
        assert cursor.fetchone()[0] == 0


def test_sql_in_one_scope_cannot_write_into_another(
    organization: Organization, other_organization: Organization, alice: User
) -> None:
    with organization_scope(organization), pytest.raises(DatabaseError), transaction.atomic():
        Department(organization=other_organization, name="Smuggled").save()
    with organization_scope(other_organization):
        assert not Department.objects.exists()


def test_a_reference_to_another_tenants_row_is_refused(
    organization: Organization, other_organization: Organization, alice: User, charlie: User
) -> None:
    with organization_scope(other_organization):
        theirs = create_department(actor=charlie, organization=other_organization, name="Theirs")
    with organization_scope(organization), pytest.raises(IntegrityError), transaction.atomic():  # noqa: PT012
        Department.objects.create(organization=organization, name="Ours", parent_id=theirs.pk)
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_scope_inside_a_scope_ends_where_it_began(
    organization: Organization, other_organization: Organization
) -> None:
    with organization_scope(organization):
        with organization_scope(other_organization):
            assert Membership.objects.get().user.name == "Charlie"
        assert Membership.objects.get().user.name == "Alice"


def test_an_error_inside_a_scope_leaves_the_outer_scope_whole(
    organization: Organization, other_organization: Organization
) -> None:
    with organization_scope(organization):
        with pytest.raises(ZeroDivisionError), organization_scope(other_organization):
            _ = 1 / 0
        assert Membership.objects.get().user.name == "Alice"


def test_a_person_reads_their_memberships_everywhere_and_changes_none(
    organization: Organization, other_organization: Organization, alice: User
) -> None:
    with user_scope(alice):
        assert [each.organization.slug for each in Membership.objects.of_user(alice)] == ["acme"]
        assert Membership.objects.all().count() == 1
        assert Membership.objects.all().update(role="viewer") == 0


def test_an_audit_event_is_never_updated(scope: Organization, alice: User) -> None:
    event = record_event(actor=alice, action="test.done", target=scope)
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditEvent.objects.filter(pk=event.pk).update(action="test.denied")


def test_every_version_of_a_definition_is_kept(scope: Organization, alice: User) -> None:
    project = create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "First"})
    Project.objects.filter(pk=project.pk).update(name="Second")
    Project.objects.filter(pk=project.pk).update(name="Second")
    versions = RowVersion.objects.filter(table_name="projects_project", row_id=project.pk).order_by("pk")
    assert [version.data["name"] for version in versions] == ["First", "Second"]
    assert versions[0].superseded_at == versions[1].recorded_at
    assert versions[1].superseded_at is None


def test_the_history_of_definitions_cannot_be_forged(scope: Organization, alice: User) -> None:
    create_project(actor=alice, organization=scope, values={"code": "ERP", "name": "First"})
    for statement in (
        "UPDATE organizations_rowversion SET data = '{}'",
        "INSERT INTO organizations_rowversion (organization_id, table_name, row_id, recorded_at, data)"
        " SELECT organization_id, table_name, 0, recorded_at, data FROM organizations_rowversion",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
