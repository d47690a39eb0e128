"""Which commands start local services."""

import pytest

from manage import needs_services
from valuetrack.local.children import MARK


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
