"""Where local data and sockets are, and who may have made the folders."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.valuetrack.local_folder import own_folder
from valuetrack.local import LocalServicesError, local_database_url, local_redis_url, paths, secret_key
from valuetrack.local.accounts import NOBODY, Account, choose_account
from valuetrack.local.postgres import postgres_programs

SHORTEST_SOCKET_LIMIT = 104  # bytes, macOS; Linux has 108


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with own_folder(tmp_path / "local", monkeypatch) as own:
        yield own


def test_socket_paths_stay_short_however_deep_the_data_folder_lies(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VALUETRACK_LOCAL_DIR", str(folder / ("very-long-name" * 20)))
    for socket in (paths.valkey_socket(), paths.socket_folder() / ".s.PGSQL.5432"):
        assert len(os.fsencode(socket)) < SHORTEST_SOCKET_LIMIT


def test_addresses_follow_from_the_folder_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = (local_database_url(), local_redis_url())
    assert first == (local_database_url(), local_redis_url())
    assert not paths.runtime_folder().exists()
    monkeypatch.setenv("VALUETRACK_LOCAL_DIR", str(folder / "other"))
    assert not set(first) & {local_database_url(), local_redis_url()}


def test_sockets_lie_in_a_private_folder(folder: Path) -> None:
    made = paths.make_socket_folder(Account())
    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert made.stat().st_uid == os.getuid()


def test_a_runtime_folder_prepared_by_somebody_else_is_refused(folder: Path, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    trap.mkdir()
    paths.runtime_folder().symlink_to(trap)
    try:
        with pytest.raises(LocalServicesError, match="belongs to another user"):
            paths.make_socket_folder(Account())
    finally:
        paths.runtime_folder().unlink()


@pytest.mark.skipif(os.getuid() != 0, reason="only root runs services as another user")
def test_roots_services_run_as_nobody_with_one_capability_only_where_folders_are_closed(
    tmp_path: Path,
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    assert choose_account([Path("/usr/bin/env")]) == Account(NOBODY, NOBODY, passes_closed_folders=False)
    assert choose_account([closed]) == Account(NOBODY, NOBODY, passes_closed_folders=True)


def test_another_bin_folder_must_hold_postgresql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VALUETRACK_PG_BIN", str(tmp_path))
    with pytest.raises(LocalServicesError, match="VALUETRACK_PG_BIN="):
        postgres_programs()
    for name in ("postgres", "initdb"):
        (tmp_path / name).touch()
    assert postgres_programs() == tmp_path


def test_the_secret_key_is_made_once_and_readable_by_its_owner_only(folder: Path) -> None:
    key = secret_key()
    assert len(key) >= 50
    assert secret_key() == key
    assert stat.S_IMODE((folder / "secret-key").stat().st_mode) == 0o600
