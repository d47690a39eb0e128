"""`manage.py send_digests`."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from tests.committee.conftest import MONDAY, Mailbox
from tests.committee.results import result

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("send_digests", *arguments, stdout=out)
    return out.getvalue()


def test_it_sends_what_is_due_and_counts_it_in_one_json_document(
    organization: Organization, other_organization: Organization, erik: User, mailbox: Mailbox
) -> None:
    with organization_scope(organization):
        result(organization, "ERP")
    first = json.loads(run("--json", "--at", MONDAY.isoformat()))
    assert first == {
        "sent": 1,
        "silent": 0,
        "failed": 0,
        "delivered": 1,
        "organizations": [
            {"slug": "acme", "sent": 1, "silent": 0, "failed": 0, "delivered": 1},
            {"slug": "globex", "sent": 0, "silent": 0, "failed": 0, "delivered": 0},
        ],
    }
    assert mailbox.addresses() == [erik.email]
    assert json.loads(run("--json", "--at", MONDAY.isoformat()))["sent"] == 0
    mailbox.only()


def test_one_organization_can_be_chosen(
    organization: Organization, other_organization: Organization, erik: User, mailbox: Mailbox
) -> None:
    with organization_scope(organization):
        result(organization, "ERP")
    at = f"--at={MONDAY.isoformat()}"
    assert (
        run("--organization", "globex", at)
        == "globex: 0 written, 0 with nothing to say, 0 failed, 0 mails sent\n"
    )
    assert "acme: 1 written" in run("--organization", "acme", at)


@pytest.mark.parametrize(
    "arguments", [["--organization", "nobody"], ["--at", "tomorrow"], ["--at", "2026-02-30T08:00"]]
)
def test_a_mistyped_argument_is_named(organization: Organization, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"nobody|--at"):
        run(*arguments)
