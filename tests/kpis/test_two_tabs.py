"""Two people have one definition open: neither overwrites the other unseen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from kpis.models import Kpi, Target
from kpis.services import set_targets, update_kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User
from projects.models import Project
from projects.services import create_project, update_project
from tests.kpis.test_targets import june, september, stored

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]


@pytest.fixture
def pmo(client_of: Callable[[User], Client], bob: User) -> Client:
    return client_of(bob)


def as_shown(answer: Any) -> dict[str, Any]:
    form = answer.context["form"]
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def test_a_definition_changed_meanwhile_is_shown_with_both_values(pmo: Client, kpi: Kpi, bob: User) -> None:
    address = reverse("kpis:edit", args=["acme", kpi.code])
    sent = as_shown(pmo.get(address))
    update_kpi(actor=bob, kpi=kpi, values={"unit": "days", "weight": 3.0})
    answer = pmo.post(address, {**sent, "unit": "weeks", "name": "Lead time"})
    assert answer.status_code == 409
    assert "from “hours” to “days”" in answer.content.decode()
    assert answer.context["form"]["weight"].value() == "3"
    assert pmo.post(address, as_shown(answer)).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.unit, kpi.name, kpi.weight) == ("weeks", "Lead time", 3.0)


def test_two_people_who_change_different_fields_both_get_their_way(pmo: Client, kpi: Kpi, bob: User) -> None:
    address = reverse("kpis:edit", args=["acme", kpi.code])
    sent = as_shown(pmo.get(address))
    update_kpi(actor=bob, kpi=kpi, values={"unit": "days"})
    assert pmo.post(address, {**sent, "name": "Lead time"}).status_code == 302
    kpi.refresh_from_db()
    assert (kpi.unit, kpi.name) == ("days", "Lead time")


def test_a_target_changed_meanwhile_is_not_overwritten(pmo: Client, kpi: Kpi, bob: User) -> None:
    address = reverse("kpis:targets", args=["acme", kpi.code])
    sent = as_shown(pmo.get(address))
    set_targets(actor=bob, kpi=kpi, points={june: 41.0, september: 29.0})
    answer = pmo.post(address, {**sent, "target_2025-09-01": "28"})
    assert answer.status_code == 409
    assert "from “30” to “29”" in answer.content.decode()
    assert stored() == {june: 41.0, september: 29.0}
    assert pmo.post(address, as_shown(answer)).status_code == 302
    assert stored() == {june: 41.0, september: 28.0}


def test_a_project_changed_meanwhile_is_shown_with_both_values(
    pmo: Client, project: Project, bob: User, dora: User
) -> None:
    address = reverse("projects:edit", args=["acme", "ERP"])
    sent = as_shown(pmo.get(address))
    update_project(actor=bob, project=project, values={"name": "ERP one", "it_owner": dora})
    answer = pmo.post(address, {**sent, "name": "ERP two"})
    assert answer.status_code == 409
    assert "from “ERP group” to “ERP one”" in answer.content.decode()
    assert pmo.post(address, as_shown(answer)).status_code == 302
    project.refresh_from_db()
    assert (project.name, project.it_owner) == ("ERP two", dora)


def test_a_new_project_does_not_take_a_code_in_other_letters(
    organization: Organization, project: Project, bob: User
) -> None:
    with pytest.raises(InvalidInputError, match="in other letters"):
        create_project(actor=bob, organization=organization, values={"code": "erp", "name": "Twin"})
    assert Target.objects.count() == 0
