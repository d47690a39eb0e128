"""Log-ins of the sample organizations."""

import secrets
from typing import TypedDict

from django.conf import settings
from django.contrib.auth.hashers import make_password

from organizations.models import Organization, User
from organizations.services import create_user

from .stories import STORIES
from .story import OrganizationStory

#: shown on the log-in page of a machine of one's own
LOCAL_PASSWORD = "valuetrack-demo"  # noqa: S105 - meant to be known


class LogIn(TypedDict):
    """What a person needs to look around; `password` is None where it was shown once and is not kept."""

    role: str
    name: str
    email: str
    password: str | None
    organization: str


def logins() -> list[LogIn]:
    """One log-in of each role in the sample organizations that are loaded, in one query.

    None outside local mode: there the password is random and known only to who loaded them.
    """
    if not settings.LOCAL:
        return []
    slugs = [story.slug for story in STORIES]
    present = set(Organization.objects.filter(slug__in=slugs, is_sample=True).values_list("slug", flat=True))
    return [
        entry
        for story in STORIES
        if story.slug in present
        for entry in first_of_each_role(logins_of(story, LOCAL_PASSWORD))
    ]


def logins_of(story: OrganizationStory, password: str | None) -> list[LogIn]:
    """The log-ins of one organization."""
    return [
        LogIn(
            role=person.role,
            name=person.name,
            email=story.address(person.key),
            password=password,
            organization=story.name,
        )
        for person in story.people
    ]


def first_of_each_role(entries: list[LogIn]) -> list[LogIn]:
    """A short list to choose from."""
    return list({entry["role"]: entry for entry in reversed(entries)}.values())[::-1]


def choose_password() -> str:
    """The known password on a machine of one's own; anywhere else a random one, printed once."""
    return LOCAL_PASSWORD if settings.LOCAL else secrets.token_urlsafe(12)


def people_of(story: OrganizationStory, password: str) -> dict[str, User]:
    """The people of a story by key, made where they are missing; all get the password.

    Log-ins outlive their organization, so after a reset they are the same people.
    """
    addresses = {person.key: story.address(person.key) for person in story.people}
    known = {user.email: user for user in User.objects.filter(email__in=addresses.values())}
    people = {}
    for person in story.people:
        email = addresses[person.key]
        people[person.key] = known.get(email) or create_user(
            email=email, name=person.name, language=story.language, zone=story.zone
        )
    # One hash for all: twelve slow ones would take longer than everything else.
    encoded = make_password(password)
    User.objects.filter(email__in=addresses.values()).update(password=encoded, is_active=True)
    return people
