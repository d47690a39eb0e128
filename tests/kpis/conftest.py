"""A roll-out with nothing in it yet."""

import pytest

from projects.models import Project


@pytest.fixture
def project(organization: object, scope: None) -> Project:
    project: Project = Project.objects.create(organization=organization, code="ERP", name="ERP group")
    return project
