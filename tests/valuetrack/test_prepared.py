"""A start skips Django's slow look at migrations only when nothing can be to do."""

from collections.abc import Iterator
from pathlib import Path

import psycopg2
import pytest

from tests.valuetrack.local_folder import own_folder
from valuetrack.local import local_database_url, prepared, services


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of one migration, applied, with its services running."""
    migrations = tmp_path / "app" / "migrations"
    migrations.mkdir(parents=True)
    (migrations / "0001_initial.py").write_text("first")
    monkeypatch.setattr(prepared, "PROJECT_FOLDER", tmp_path)
    with own_folder(tmp_path / "local", monkeypatch), services():
        run("CREATE TABLE django_migrations (app text, name text)")
        run("INSERT INTO django_migrations VALUES ('app', '0001_initial')")
        yield tmp_path


def run(statement: str) -> None:
    connection = psycopg2.connect(local_database_url())
    with connection, connection.cursor() as cursor:
        cursor.execute(statement)
    connection.close()


def test_whatever_decides_about_migrations_is_noticed_when_it_changes(project: Path) -> None:
    assert not prepared.is_prepared()
    prepared.remember_prepared()
    assert prepared.is_prepared()

    run("DELETE FROM django_migrations")
    assert not prepared.is_prepared(), "rolled back"
    run("INSERT INTO django_migrations VALUES ('app', '0001_initial')")
    assert prepared.is_prepared()

    translation = project / "locale" / "xx" / "LC_MESSAGES" / "django.po"
    translation.parent.mkdir(parents=True)
    translation.touch()
    prepared.remember_prepared()
    assert not prepared.is_prepared(), "not compiled"
    translation.with_suffix(".mo").touch()
    assert prepared.is_prepared()

    (project / "app" / "migrations" / "0002_more.py").touch()
    assert not prepared.is_prepared(), "a new migration"

    run("DROP TABLE django_migrations")
    prepared.remember_prepared()
    assert not prepared.is_prepared(), "another database"


def test_the_samples_log_ins_are_shown_from_the_time_they_were_loaded(project: Path) -> None:
    assert prepared.demo_log_ins() == []
    prepared.remember_demo_log_ins("admin a@example.org\npmo b@example.org\n")
    assert prepared.demo_log_ins() == ["admin a@example.org", "pmo b@example.org"]
