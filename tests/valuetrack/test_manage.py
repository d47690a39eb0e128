"""Which commands start local services."""

import os
import subprocess
import sys

import pytest

from manage import needs_services
from valuetrack.local.children import MARK
from valuetrack.local.paths import PROJECT_FOLDER


@pytest.mark.parametrize(
    ("arguments", "needs"),
    [
        ([], False),
        (["help"], False),
        (["migrate", "--help"], False),
        (["--version"], False),
        (["check", "--deploy"], False),
        (["check", "--database", "default"], True),
        (["migrate"], True),
        (["shell"], True),
        (["recompute", "--organization", "acme"], True),
    ],
)
def test_commands_that_touch_the_database_find_it_running(
    arguments: list[str], needs: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(MARK, raising=False)
    assert needs_services(arguments) is needs


def test_what_the_supervisor_starts_finds_everything_running(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MARK, "valuetrack-0")
    assert not needs_services(["migrate"])


@pytest.mark.parametrize(
    ("command", "variable", "value", "complaint"),
    [
        ("migrate", "DATABASE_URL", "mysql://host/name", "DATABASE_URL: expected"),
        (
            "migrate",
            "DATABASE_URL",
            "postgresql://valuetrack@127.0.0.1:1/valuetrack",
            "The database does not answer",
        ),
        (
            "up",
            "DATABASE_URL",
            "postgresql://valuetrack@127.0.0.1:1/valuetrack",
            "DATABASE_URL: connection to",
        ),
        ("up", "DATABASE_URL", "mysql://host/name", "DATABASE_URL: expected"),
        ("up", "REDIS_URL", "redis://127.0.0.1:1/0", "REDIS_URL: Error"),
        ("check", "EMAIL_URL", "http://mail.example", "EMAIL_URL: expected"),
    ],
)
def test_a_wrong_address_fails_at_the_start_with_one_line(
    command: str, variable: str, value: str, complaint: str, tmp_path: os.PathLike[str]
) -> None:
    environment = {**os.environ, "VALUETRACK_LOCAL_DIR": str(tmp_path), variable: value}
    environment.pop(MARK, None)
    if variable == "DATABASE_URL":
        environment["REDIS_URL"] = "redis://127.0.0.1:1/0"  # so that nothing local is started for this
    started = subprocess.run(
        [sys.executable, "manage.py", command],
        cwd=PROJECT_FOLDER,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert started.returncode == 1
    assert complaint in started.stderr
    assert len(started.stderr.splitlines()) == 1
