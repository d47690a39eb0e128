"""What every part of a sample organization's story is built with."""

import datetime
from dataclasses import dataclass

from organizations.models import Department, Organization, User

from .story import OrganizationStory


@dataclass(frozen=True, slots=True)
class Stage:
    """What every part of an organization's story is built with."""

    story: OrganizationStory
    organization: Organization
    people: dict[str, User]
    departments: dict[str, Department]
    today: datetime.date

    def person(self, role: str) -> User:
        """The first person of a role."""
        return next(self.people[person.key] for person in self.story.people if person.role == role)
