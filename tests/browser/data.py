"""Make what the browser tests look at; prints names, addresses and sessions as JSON.

Run in the product's own environment: `python -m tests.browser.data`.
"""

import json
import os
import sys

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "valuetrack.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

from assessments.services.importing.batches import run_import  # noqa: E402
from assessments.services.recompute import recompute_organization  # noqa: E402
from organizations.models import Organization, Role, User  # noqa: E402
from organizations.services import add_member, create_organization, create_user  # noqa: E402
from organizations.tenancy import organization_scope  # noqa: E402
from projects.services import create_project  # noqa: E402
from tests.browser.entries_data import ROLES, make_entries  # noqa: E402
from tests.permissions.everything import make_everything  # noqa: E402

PASSWORD = "correct-horse-battery"
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
#: as many as the budget of the committee page is meant for
PROJECTS = 50


def session_of(user: User) -> str:
    """A log-in that needs no typing."""
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def join(organization: Organization, user: User, role: str) -> None:
    with organization_scope(organization):
        add_member(actor=user, organization=organization, user=user, role=role)


def main() -> None:
    acme = make_everything("acme", "Acme")
    make_everything("globex", "Globex")
    alice = create_user(email="alice@acme.example", password=PASSWORD, name="Alice")
    li = create_user(email="li@acme.example", password=PASSWORD, name="李敏", language="zh-hans")
    for person in (alice, li):
        join(acme.organization, person, Role.ADMIN)
    dora = acme.people[Role.CONTRIBUTOR]
    dora.set_password(PASSWORD)
    dora.save()
    empty = create_organization(slug="empty", name="Empty", admin=alice)
    join(empty, li, Role.ADMIN)
    wide = create_organization(slug="wide", name="Wide", admin=alice)
    join(create_organization(slug="files", name="Files", admin=alice), li, Role.ADMIN)
    with organization_scope(acme.organization):
        owners = {"business_owner": dora, "it_owner": alice}
        values = {"code": "SIGN", "name": "Sign-off", "system_kind": "CRM", **owners}
        create_project(actor=alice, organization=acme.organization, values=values)
    with organization_scope(wide):
        for number in range(PROJECTS):
            values = {"code": f"P{number:02}", "name": f"Roll-out number {number}"}
            create_project(actor=alice, organization=wide, values=values)
    recompute_organization(wide)
    carol = create_user(email="carol@sheet.example", password=PASSWORD, name="Carol")
    otto = create_user(email="otto@sheet.example", name="Otto")
    people = {"alice": alice, "li": li, "dora": dora, "carol": carol, "otto": otto}
    make_entries(alice, ROLES, people)
    batch = acme.own["assessments:import_"]["pk"]
    run_import(acme.organization, batch)
    answer = {
        "sessions": {name: session_of(user) for name, user in people.items()},
        "mail": acme.own["committee:outbox_"]["pk"],
        "batch": batch,
        "upload": acme.own["assessments:import_table"]["pk"],
        "line": acme.arguments["line_id"],
    }
    sys.stdout.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()
