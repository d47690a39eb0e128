"""What may be written about a project."""

import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import AuditEvent, Organization, User
from organizations.services import create_department
from organizations.tenancy import organization_scope
from projects.models import PendingValuation, Project
from projects.services import (
    archive_project,
    create_module,
    create_project,
    delete_module,
    restore_project,
    update_module,
    update_project,
)
from projects.services.project import lock_project


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


def fields_of(refused: pytest.ExceptionInfo[InvalidInputError]) -> list[str]:
    return list(refused.value.details["fields"])


def test_a_new_project_stands_at_the_first_gate_and_waits_for_its_figures(project: Project) -> None:
    assert (project.gate, project.archived_at) == ("L0", None)
    assert PendingValuation.objects.filter(project=project).exists()


def test_a_locked_project_can_still_be_referred_to(project: Project) -> None:
    """Or a recompute that writes its first result and a service that changes it would wait for each other."""
    with CaptureQueriesContext(connection) as asked:
        lock_project(project.pk)
    assert "FOR NO KEY UPDATE" in asked[0]["sql"]


def test_a_second_project_of_the_same_code_is_refused_at_its_field(
    project: Project, organization: Organization, bob: User
) -> None:
    with pytest.raises(InvalidInputError, match="Another project has this code") as refused:
        create_project(actor=bob, organization=organization, values={"code": "ERP", "name": "Again"})
    assert fields_of(refused) == ["code"]
    assert Project.objects.count() == 1


def test_two_organizations_may_use_the_same_code(
    project: Project, other_organization: Organization, charlie: User
) -> None:
    with organization_scope(other_organization):
        create_project(
            actor=charlie, organization=other_organization, values={"code": "ERP", "name": "Theirs"}
        )
        assert [each.name for each in Project.objects.all()] == ["Theirs"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"code": "with space"}, "code"),
        ({"code": ""}, "code"),
        ({"name": ""}, "name"),
        ({"system_kind": "XYZ"}, "system_kind"),
        ({"start_on": day("2025-02-01"), "go_live_planned": day("2025-01-01")}, "go_live_planned"),
        ({"start_on": day("0225-02-01")}, "start_on"),
    ],
)
def test_a_wrong_value_is_refused_at_its_field(
    organization: Organization, scope: None, bob: User, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInputError) as refused:
        create_project(actor=bob, organization=organization, values={"code": "A", "name": "A", **values})
    assert fields_of(refused) == [field]
    assert not Project.objects.exists()


def test_an_owner_is_a_member(project: Project, charlie: User, bob: User) -> None:
    with pytest.raises(InvalidInputError, match="not a member") as refused:
        update_project(actor=bob, project=project, values={"business_owner": charlie})
    assert fields_of(refused) == ["business_owner"]


def test_a_change_is_kept_with_before_and_after(project: Project, bob: User) -> None:
    update_project(actor=bob, project=project, values={"name": "ERP Europe", "supplier": ""})
    event = AuditEvent.objects.about("project", project.pk).get(action="project.updated")
    assert (event.actor, event.before, event.after) == (bob, {"name": "ERP group"}, {"name": "ERP Europe"})


def test_saving_without_a_change_leaves_no_trace(project: Project, bob: User) -> None:
    update_project(actor=bob, project=project, values={"name": project.name}, departments=[])
    assert not AuditEvent.objects.filter(action="project.updated").exists()


def test_departments_are_replaced_and_none_leaves_them(
    project: Project, organization: Organization, bob: User
) -> None:
    sales, plant = (
        create_department(actor=bob, organization=organization, name=name) for name in ("Sales", "Plant")
    )
    update_project(actor=bob, project=project, values={}, departments=[sales])
    update_project(actor=bob, project=project, values={}, departments=[plant, sales])
    update_project(actor=bob, project=project, values={"name": "Renamed"})
    update_project(actor=bob, project=project, values={}, departments=[plant])
    assert [link.department for link in project.department_links.all()] == [plant]
    newest = AuditEvent.objects.filter(action="project.updated").first()
    assert newest is not None
    assert newest.before == {"departments": ["Plant", "Sales"]}


def test_a_project_is_not_part_of_itself(project: Project, organization: Organization, bob: User) -> None:
    part = create_project(
        actor=bob, organization=organization, values={"code": "PART", "name": "Part", "parent": project}
    )
    with pytest.raises(InvalidInputError, match="part of itself") as refused:
        update_project(actor=bob, project=project, values={"parent": part})
    assert fields_of(refused) == ["parent"]


def test_an_archived_project_comes_back_with_its_code(
    project: Project, organization: Organization, bob: User
) -> None:
    archived = archive_project(actor=bob, project=project, reason="Sold")
    archive_project(actor=bob, project=project)
    assert not Project.objects.active().exists()
    with pytest.raises(InvalidInputError, match="Another project has this code"):
        create_project(actor=bob, organization=organization, values={"code": "ERP", "name": "New"})
    restore_project(actor=bob, project=archived)
    assert Project.objects.active().get() == project
    actions = AuditEvent.objects.about("project", project.pk).values_list("action", flat=True)
    assert list(actions) == ["project.restored", "project.archived", "project.created"]


def test_a_module_is_accepted_only_after_it_was_delivered(project: Project, bob: User) -> None:
    module = create_module(actor=bob, project=project, values={"name": "Finance"})
    with pytest.raises(InvalidInputError, match="on or after the day it was delivered"):
        update_module(actor=bob, module=module, values={"accepted_on": day("2025-03-01")})
    module.refresh_from_db()
    dates = {"delivered_on": day("2025-02-01"), "accepted_on": day("2025-03-01")}
    update_module(actor=bob, module=module, values=dates)
    module.refresh_from_db()
    assert module.accepted_on == day("2025-03-01")


def test_two_modules_of_one_name_are_refused_at_the_name(project: Project, bob: User) -> None:
    create_module(actor=bob, project=project, values={"name": "Finance"})
    with pytest.raises(InvalidInputError, match="module of this name") as refused:
        create_module(actor=bob, project=project, values={"name": "Finance"})
    assert fields_of(refused) == ["name"]


def test_the_history_keeps_a_deleted_module(project: Project, bob: User) -> None:
    module = create_module(actor=bob, project=project, values={"name": "Finance", "weight": 2.0})
    delete_module(actor=bob, module=module)
    event = AuditEvent.objects.get(action="module.deleted")
    assert (event.target_id, event.before["name"], event.before["weight"]) == (project.pk, "Finance", 2.0)


def test_an_archived_project_takes_no_modules(project: Project, bob: User) -> None:
    with pytest.raises(ConflictError, match="archived"):
        create_module(actor=bob, project=archive_project(actor=bob, project=project), values={"name": "Late"})


def test_an_actual_go_live_lies_not_in_the_future(project: Project, bob: User) -> None:
    today = project.organization.today()
    with pytest.raises(InvalidInputError) as refused:
        update_project(
            actor=bob, project=project, values={"go_live_actual": today + datetime.timedelta(days=1)}
        )
    assert fields_of(refused) == ["go_live_actual"]
    assert (
        update_project(actor=bob, project=project, values={"go_live_actual": today}).go_live_actual == today
    )
