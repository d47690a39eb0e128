"""`manage.py create_organization`."""

import json
from io import StringIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from organizations.models import Membership, Organization, Role, User
from organizations.tenancy import user_scope


def create(**options: Any) -> str:
    values = {"slug": "nova", "name": "Nova 集团", "admin": "Ann@nova.example", **options}
    output = StringIO()
    arguments = [f"--{name}={value}" if value is not True else f"--{name}" for name, value in values.items()]
    call_command("create_organization", *arguments, stdout=output)
    return output.getvalue()


def test_it_makes_the_organization_and_its_administrator(db: None) -> None:
    create(zone="shanghai", currency="CNY", language="zh-hans")
    organization = Organization.objects.get(slug="nova")
    assert (organization.name, organization.zone, organization.currency) == (
        "Nova 集团",
        "Asia/Shanghai",
        "CNY",
    )
    admin = User.objects.get(email="ann@nova.example")
    assert admin.language == "zh-hans"
    with user_scope(admin):
        assert [(m.organization, m.role) for m in Membership.objects.of_user(admin)] == [
            (organization, Role.ADMIN)
        ]


def test_an_unknown_person_sets_a_password_by_the_link_once(db: None) -> None:
    outcome = json.loads(create(json=True))
    assert (outcome["slug"], outcome["admin"]) == ("nova", "ann@nova.example")
    path = urlsplit(outcome["password_link"]).path
    browser = Client()
    form = browser.get(path, follow=True)
    assert form.status_code == 200
    secret = {"password1": "a-quiet-long-sentence", "password2": "a-quiet-long-sentence"}
    browser.post(form.redirect_chain[-1][0], secret)
    assert User.objects.get(email="ann@nova.example").check_password("a-quiet-long-sentence")
    again = Client().get(path, follow=True)
    assert "password1" not in again.content.decode()


def test_a_known_person_logs_in_as_before(alice: User) -> None:
    outcome = json.loads(create(admin=alice.email, json=True))
    assert outcome["password_link"] is None
    assert "logs in as before" in create(slug="nova-2", admin=alice.email)


def test_the_second_time_it_says_that_it_stands(db: None) -> None:
    create()
    with pytest.raises(CommandError, match="nova exists already; nothing was changed"):
        create(name="Other", admin="other@example.org")
    assert not User.objects.filter(email="other@example.org").exists()
    assert Organization.objects.get(slug="nova").name == "Nova 集团"


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("slug", "No Spaces", "small letters"),
        ("slug", "-x-", "small letters"),
        ("admin", "nobody", "valid email"),
        ("zone", "Mars", "no time zone 'Mars'"),
        ("currency", "euro", "ISO code"),
    ],
)
def test_what_is_wrong_is_said_in_one_line_and_nothing_is_made(
    option: str, value: str, message: str, db: None
) -> None:
    with pytest.raises(CommandError, match=message) as refused:
        create(**{option: value})
    assert "\n" not in str(refused.value)
    assert not Organization.objects.exists()
    assert not User.objects.exists()
