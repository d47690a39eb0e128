"""Start the local services that are needed, once, and share them between commands.

One lock file decides: its holder is the starter, all services are its direct children. Everybody else is a
guest and holds a second lock, shared, while it works; a starter whose own work is done waits for its guests.
A lock vanishes with its process, so a killed starter blocks nobody.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Protocol

from valuetrack.local.accounts import Account, choose_account
from valuetrack.local.errors import LocalServicesError
from valuetrack.local.paths import local_dir, make_local_dir, make_socket_folder
from valuetrack.local.postgres import Postgres, postgres_answers, postgres_programs
from valuetrack.local.processes import PAUSE, last_lines, stop, wait_until
from valuetrack.local.valkey import Valkey, valkey_answers, valkey_program

GUEST_SECONDS = 90.0  # longest wait for a starter at work; initdb and crash recovery included


class Server(Protocol):
    """What there is to know about one service in order to run it."""

    @property
    def name(self) -> str: ...
    @property
    def log(self) -> Path: ...
    @property
    def start_seconds(self) -> float: ...
    @property
    def stop_steps(self) -> Sequence[tuple[signal.Signals, float]]: ...
    def start(self) -> subprocess.Popen[bytes]: ...
    def answers(self) -> bool: ...
    def settle(self) -> None: ...


def postgres_is_local() -> bool:
    return not os.environ.get("DATABASE_URL", "").strip()


def valkey_is_local() -> bool:
    return not os.environ.get("REDIS_URL", "").strip()


def services_running() -> bool:
    """Whether every service whose address is not given by DATABASE_URL or REDIS_URL answers locally."""
    return (not postgres_is_local() or postgres_answers()) and (not valkey_is_local() or valkey_answers())


class LocalServices:
    """The needed services as direct children of this process. Only for the holder of the starter's lock."""

    def __init__(self) -> None:
        self.running: list[tuple[Server, subprocess.Popen[bytes]]] = []

    def start(self) -> None:
        """Start all and return when they answer; on failure nothing keeps running."""
        programs = [postgres_programs() / "postgres"] if postgres_is_local() else []
        programs += [valkey_program()] if valkey_is_local() else []
        if not programs:
            return
        account = choose_account([make_local_dir(), *programs])
        make_socket_folder(account)
        try:
            for server in self._needed(account):
                self.running.append((server, server.start()))
            for server, process in self.running:
                _wait_for(server, process)
        except BaseException:
            self.stop()
            raise

    @staticmethod
    def _needed(account: Account) -> list[Server]:
        database: list[Server] = [Postgres(account)] if postgres_is_local() else []
        queue: list[Server] = [Valkey(account)] if valkey_is_local() else []
        return database + queue

    def mend(self) -> list[str]:
        """Restart what has ended; the names of what was restarted."""
        mended = []
        for place, (server, process) in enumerate(self.running):
            if process.poll() is not None:
                self.running[place] = (server, server.start())
                _wait_for(*self.running[place])
                mended.append(server.name)
        return mended

    def stop(self) -> None:
        for server, process in reversed(self.running):
            stop(process, server.stop_steps)
        self.running = []


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    wait_until(lambda: server.answers() or process.poll() is not None, server.start_seconds)
    if process.poll() is not None or not server.answers():
        raise LocalServicesError(f"{server.name} did not start; see {server.log}\n{last_lines(server.log)}")
    server.settle()


class FileLock:
    """A lock that its process's end releases, on a file that also says who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.file: IO[str] | None = None

    def acquire(self, *, shared: bool = False, wait: bool = False) -> bool:
        kind = (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | (0 if wait else fcntl.LOCK_NB)
        file = self.path.open("a+")
        try:
            fcntl.flock(file, kind)
        except BlockingIOError:
            file.close()
            return False
        except BaseException:
            file.close()
            raise
        self.file = file
        return True

    def describe(self, **words: str | int) -> None:
        """Write down who holds the lock. Only for its holder."""
        self.path.write_text(json.dumps({"process": os.getpid(), **words}))

    def holder(self) -> dict[str, str | int]:
        """What the holder wrote down; empty if it has not yet."""
        try:
            found = json.loads(self.path.read_text())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def release(self) -> None:
        if self.file is not None:
            self.file.close()
            self.file = None


def starter_lock() -> FileLock:
    return FileLock(make_local_dir() / "services.lock")


def guest_lock() -> FileLock:
    return FileLock(make_local_dir() / "guests.lock")


@contextmanager
def services(*, purpose: str = "a command", patience: float = GUEST_SECONDS) -> Iterator[None]:
    """The needed local services run inside this block.

    Uses those that run, or starts them and stops them at the end, after other commands that use them.
    Raises LocalServicesError when they cannot be started, or another starter takes over `patience` seconds.
    """
    if not postgres_is_local() and not valkey_is_local():
        yield
        return
    starter, guest = starter_lock(), guest_lock()
    if _become_starter_or_guest(starter, guest, patience) == "guest":
        try:
            yield
        finally:
            guest.release()
        return
    started = LocalServices()
    try:
        starter.describe(purpose=purpose)
        started.start()
        yield
        _wait_for_guests(guest)
    finally:
        started.stop()
        guest.release()
        starter.release()


def _become_starter_or_guest(starter: FileLock, guest: FileLock, patience: float) -> str:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        if starter.acquire():
            return "starter"
        # First the guests' lock, then the look: the starter cannot stop the services in between.
        if guest.acquire(shared=True):
            if services_running():
                return "guest"
            guest.release()
        time.sleep(PAUSE)
    holder = starter.holder()
    raise LocalServicesError(
        f"Local services in {local_dir()} are held by process {holder.get('process', '?')} "
        f"({holder.get('purpose', 'starting')}) but do not answer. End that process and try again."
    )


def _wait_for_guests(guest: FileLock) -> None:
    if guest.acquire():
        return
    sys.stderr.write("Local services stay up until other commands that use them have ended …\n")
    sys.stderr.flush()
    guest.acquire(wait=True)
