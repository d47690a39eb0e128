"""Two organizations with one of everything."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django_scopes import scope

from .everything import Everything, make_everything

#: stands in everything Charlie's organization typed
THEIRS = "Xylophone"


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """A thousand requests, most of them refused on purpose: their lines would hide what is wrong."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def acme(db: None, uploads: None) -> Everything:
    return make_everything("acme", "Acme")


@pytest.fixture
def globex(db: None, uploads: None) -> Everything:
    return make_everything("globex", THEIRS)


@pytest.fixture(params=["both", "database alone", "managers alone"])
def protection(request: pytest.FixtureRequest, db: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """What keeps the tenants apart: managers and policies, or one of them when the other has failed."""
    if request.param == "database alone":
        monkeypatch.setattr("organizations.tenancy.scope.scope", _no_filter)
    if request.param == "managers alone":
        _switch_policies_off()
    protection: str = request.param
    return protection


@contextmanager
def _no_filter(**named: Any) -> Iterator[None]:
    """The organization is known, as in any scope, but the managers do not ask for it."""
    with scope(**named, _enabled=False):
        yield


def _switch_policies_off() -> None:
    """As the owner, until the end of the test's transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        (application,) = cursor.fetchone()
        cursor.execute("RESET ROLE")
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity")
        for (table,) in cursor.fetchall():
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        cursor.execute(f'SET ROLE "{application}"')
