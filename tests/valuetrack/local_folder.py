"""Local services in a folder of their own, apart from those the test run itself uses."""

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from valuetrack.local import paths
from valuetrack.local.children import MARK
from valuetrack.local.processes import running, wait_until

START_AND_WAIT = """
import sys
from valuetrack.local import services
with services(purpose="a test"):
    print("running", flush=True)
    sys.stdin.readline()
"""


@contextmanager
def own_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Everything local lives in `folder`; afterwards no process of it may be left."""
    for name in ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "PORT", "HOST", MARK):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("VALUETRACK_LOCAL_DIR", str(folder))
    try:
        yield folder
        assert wait_until(nothing_runs, 30), "a local service outlived its starter"
    finally:
        for process in service_processes():
            os.kill(process, signal.SIGKILL)
        shutil.rmtree(paths.runtime_folder(), ignore_errors=True)


def service_processes() -> list[int]:
    name = paths.service_name()
    return [*running("postgres", name), *running("valkey-server", name)]


def nothing_runs() -> bool:
    return not service_processes()


def postmaster() -> int:
    """The process number of the running server, which its lock file begins with."""
    return int((paths.local_dir() / "postgres" / "postmaster.pid").read_text().split()[0])


@contextmanager
def another_command(program: str = START_AND_WAIT) -> Iterator[subprocess.Popen[str]]:
    """A second process that uses the local services; killed at the end if it still runs."""
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        cwd=paths.PROJECT_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()
