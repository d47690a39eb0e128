"""The cast of the tests: Alice runs her organization, Bob works in it, Charlie belongs to another."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from organizations.models import Membership, Organization, Role, User
from organizations.services import add_member, create_organization, create_user
from organizations.tenancy import organization_scope

PASSWORD = "correct-horse-battery"


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    """Logging in is not what most tests are about: real hashing takes a third of a second each."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _empty_cache(request: pytest.FixtureRequest) -> None:
    """Rate limits and cached pages of one test must not reach the next."""
    if "db" in request.fixturenames or "transactional_db" in request.fixturenames:
        cache.clear()


def person(name: str, organization: Organization, role: str) -> User:
    """A member with the role, made as an invitation would make them."""
    user = create_user(email=f"{name.lower()}@{organization.slug}.example", password=PASSWORD, name=name)
    with organization_scope(organization):
        add_member(actor=user, organization=organization, user=user, role=role)
    return user


@pytest.fixture
def alice(db: None) -> User:
    """Administrator of `organization`."""
    return create_user(email="alice@acme.example", password=PASSWORD, name="Alice")


@pytest.fixture
def organization(alice: User) -> Organization:
    """Alice's organization."""
    return create_organization(slug="acme", name="Acme", admin=alice, currency="EUR", zone="Europe/Berlin")


@pytest.fixture
def charlie(db: None) -> User:
    """Administrator of `other_organization`."""
    return create_user(email="charlie@globex.example", password=PASSWORD, name="Charlie")


@pytest.fixture
def other_organization(charlie: User) -> Organization:
    """Charlie's organization."""
    return create_organization(slug="globex", name="Globex", admin=charlie)


@pytest.fixture
def bob(organization: Organization) -> User:
    """PMO of `organization`."""
    return person("Bob", organization, Role.PMO)


@pytest.fixture
def dora(organization: Organization) -> User:
    """Contributor of `organization`."""
    return person("Dora", organization, Role.CONTRIBUTOR)


@pytest.fixture
def fiona(organization: Organization) -> User:
    """Finance of `organization`."""
    return person("Fiona", organization, Role.FINANCE)


@pytest.fixture
def erik(organization: Organization) -> User:
    """Executive of `organization`."""
    return person("Erik", organization, Role.EXECUTIVE)


@pytest.fixture
def axel(organization: Organization) -> User:
    """Auditor of `organization`."""
    return person("Axel", organization, Role.AUDITOR)


@pytest.fixture
def victor(organization: Organization) -> User:
    """Viewer of `organization`."""
    return person("Victor", organization, Role.VIEWER)


@pytest.fixture
def scope(organization: Organization) -> Iterator[Organization]:
    """The open scope of `organization`."""
    with organization_scope(organization):
        yield organization


@pytest.fixture
def client_of() -> Callable[[User], Client]:
    """A logged-in browser of a person."""

    def log_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return log_in


@pytest.fixture
def membership_of(organization: Organization) -> Callable[[User], Membership]:
    """The membership of a person in `organization`."""

    def find(user: User) -> Membership:
        with organization_scope(organization):
            found: Membership = Membership.objects.select_related("organization", "user").get(user=user)
        return found

    return find
