"""PostgreSQL and Valkey on one machine: started, shared, killed, started again."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import redis

from tests.valuetrack.local_folder import (
    another_command,
    nothing_runs,
    own_folder,
    postmaster,
    service_processes,
)
from valuetrack.local import (
    LocalServicesError,
    local_database_url,
    local_redis_url,
    services,
    services_running,
)
from valuetrack.local.accounts import choose_account
from valuetrack.local.processes import spawn, wait_until
from valuetrack.local.sharing import LocalServices, starter_lock


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    with own_folder(tmp_path / "local", monkeypatch) as own:
        yield own


def ask(statement: str) -> list[tuple[Any, ...]]:
    connection = psycopg2.connect(local_database_url())
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


def queue() -> redis.Redis:
    return redis.Redis.from_url(local_redis_url())


def test_roles_cannot_bypass_row_level_security_and_nothing_listens_on_a_port(folder: Path) -> None:
    with services():
        roles = ask(
            "SELECT rolname, rolcanlogin, rolcreatedb, "
            "rolsuper OR rolbypassrls OR rolcreaterole OR rolreplication "
            "FROM pg_roles WHERE rolname LIKE 'valuetrack%' ORDER BY 1"
        )
        assert roles == [("valuetrack", True, True, False), ("valuetrack_app", False, False, False)]
        assert ask("SET ROLE valuetrack_app; SELECT current_user") == [("valuetrack_app",)]
        owned = "SELECT count(*) FROM pg_database WHERE datdba = 'valuetrack_app'::regrole"
        assert ask(owned) == [(0,)]
        names = ("listen_addresses", "fsync", "synchronous_commit", "server_encoding")
        assert [ask(f"SHOW {name}")[0][0] for name in names] == ["", "on", "on", "UTF8"]
        assert queue().config_get("port") == {"port": "0"}


def test_a_killed_starter_takes_its_services_along_and_the_next_start_finds_all_data(folder: Path) -> None:
    with another_command() as starter:
        assert starter.stdout is not None
        assert starter.stdout.readline() == "running\n"
        ask("CREATE TABLE kept AS SELECT 7 AS value")
        queue().set("kept", "7")
        starter.kill()
        assert wait_until(nothing_runs, 30)
    with services():
        assert ask("SELECT value FROM kept") == [(7,)]
        assert queue().get("kept") == b"7"


def test_killed_services_are_mended_without_loss(folder: Path) -> None:
    lock = starter_lock()
    assert lock.acquire()
    started = LocalServices()
    try:
        started.start()
        ask("CREATE TABLE kept AS SELECT 7 AS value")
        queue().set("kept", "7")
        for process in service_processes():
            os.kill(process, signal.SIGKILL)
        for _, child in started.running:
            child.wait()
        assert sorted(started.mend()) == ["PostgreSQL", "Valkey"]
        assert ask("SELECT value FROM kept") == [(7,)]
        assert queue().get("kept") == b"7"
        assert started.mend() == []
    finally:
        started.stop()
        lock.release()


def test_services_that_outlived_their_starter_are_ended_before_new_ones_start(folder: Path) -> None:
    orphans = LocalServices()  # without the lock: as if its holder had died and they had not noticed
    orphans.start()
    ask("CREATE TABLE kept AS SELECT 7 AS value")
    before = postmaster()
    with services():
        assert postmaster() != before
        assert all(child.poll() is not None for _, child in orphans.running)
        assert ask("SELECT value FROM kept") == [(7,)]


def test_a_lock_file_naming_some_other_living_process_does_not_stop_a_start(folder: Path) -> None:
    with services():
        pass
    bystander = spawn(
        ["/bin/sleep", "60"],
        account=choose_account([]),
        folder=Path("/"),
        output=os.open(os.devnull, os.O_WRONLY),
    )
    try:
        stale = folder / "postgres" / "postmaster.pid"
        stale.write_text(
            f"{bystander.pid}\n{folder / 'postgres'}\n1700000000\n5432\n/tmp\n\n       1         1\nready\n"
        )
        with services():
            assert postmaster() != bystander.pid
    finally:
        bystander.kill()
        bystander.wait()


def test_a_start_killed_while_making_the_cluster_is_simply_repeated(folder: Path) -> None:
    with another_command() as starter:
        assert wait_until(lambda: any(folder.glob("postgres.new-*")), 30)
        starter.kill()
        starter.wait()
    assert not (folder / "postgres").exists()
    with services():
        assert ask("SELECT 1") == [(1,)]
    assert not any(folder.glob("postgres.new-*"))


def test_a_start_killed_before_the_roles_were_made_is_completed_by_the_next(folder: Path) -> None:
    with services():
        admin = psycopg2.connect(
            local_database_url().replace("valuetrack@", "postgres@").replace("/valuetrack?", "/postgres?")
        )
        admin.autocommit = True
        with admin.cursor() as cursor:
            cursor.execute("DROP DATABASE valuetrack")
            cursor.execute("DROP ROLE valuetrack_app")
            cursor.execute("ALTER ROLE valuetrack SUPERUSER")
        admin.close()
    with services():
        assert ask("SELECT rolsuper FROM pg_roles WHERE rolname = current_user") == [(False,)]
        assert ask("SET ROLE valuetrack_app; SELECT current_user") == [("valuetrack_app",)]


def test_files_that_are_no_cluster_are_left_alone_and_named(folder: Path) -> None:
    precious = folder / "postgres" / "precious.txt"
    precious.parent.mkdir(parents=True)
    precious.write_text("mine")
    with pytest.raises(LocalServicesError, match="is not empty and no PostgreSQL cluster"), services():
        pass
    assert precious.read_text() == "mine"


def test_a_second_command_shares_the_services_and_the_starter_waits_for_it(folder: Path) -> None:
    with another_command() as starter:
        assert starter.stdin is not None
        assert starter.stdout is not None
        assert starter.stderr is not None
        assert starter.stdout.readline() == "running\n"
        before = postmaster()
        with services():
            assert postmaster() == before
            starter.stdin.write("\n")
            starter.stdin.flush()
            assert "stay up until other commands" in starter.stderr.readline()
            assert services_running()
        assert starter.wait(30) == 0
        assert nothing_runs()


def test_commands_started_at_once_agree_on_one_starter(folder: Path) -> None:
    with another_command() as first, another_command() as second, another_command() as third:
        commands = [first, second, third]
        servers = set()
        for command in commands:
            assert command.stdout is not None
            assert command.stdout.readline() == "running\n"
            servers.add(postmaster())
        assert len(servers) == 1
        assert ask("SELECT 1") == [(1,)]
        for command in commands:
            assert command.stdin is not None
            command.stdin.write("\n")
            command.stdin.flush()
        assert [command.wait(30) for command in commands] == [0, 0, 0]


def test_a_guest_says_so_clearly_when_the_starter_never_answers(folder: Path) -> None:
    lock = starter_lock()
    assert lock.acquire()
    lock.describe(purpose="a stuck command")
    with pytest.raises(LocalServicesError, match=r"a stuck command.*do not answer"), services(patience=0.1):
        pass
    lock.release()


def test_only_what_has_no_address_is_started(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://valuetrack@database.example/valuetrack")
    with services():
        assert queue().ping()
        assert services_running()
        assert not (folder / "postgres").exists()
    monkeypatch.setenv("REDIS_URL", "redis://queue.example:6379/0")
    with services():
        assert nothing_runs()
