"""The Procfile's processes under the supervisor: started, watched, restarted, their output prefixed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from honcho.environ import parse_procfile

from valuetrack.local.paths import service_name
from valuetrack.local.processes import spawn

STEADY_SECONDS = 10.0  # who lived this long is restarted at once
FIRST_DELAY = 0.5
LONGEST_DELAY = 15.0
# On one machine root starts what only root can reach anyway; eight lines of warning would hide the log-ins.
CELERY_AS_ROOT = "ignore:You're running the worker with superuser privileges"
MARK = "VALUETRACK_UP"  # in the environment of every process the supervisor starts


@dataclass
class Child:
    """One line of the Procfile and the process that runs it now."""

    name: str
    command: str
    folder: Path
    process: subprocess.Popen[bytes] | None = None
    output: int = -1  # where its lines are read, while it runs
    started: float = 0.0
    delay: float = 0.0
    due: float = 0.0
    unfinished_line: bytes = field(default=b"", repr=False)

    def start(self, environment: Mapping[str, str]) -> None:
        self.output, inlet = os.pipe()
        os.set_blocking(self.output, False)
        try:
            # `exec`, so that the shell which reads the Procfile's line becomes the process itself.
            command = ["/bin/sh", "-c", f"exec {self.command}"]
            self.process = spawn(command, folder=self.folder, output=inlet, environment=environment)
        finally:
            os.close(inlet)
        self.started = time.monotonic()

    def is_running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> None:
        """Forget the ended process, end what it left in its group, and decide when to try again."""
        self.signal_group(signal.SIGKILL)
        steady = time.monotonic() - self.started >= STEADY_SECONDS
        self.delay = 0.0 if steady else min(max(FIRST_DELAY, self.delay * 2), LONGEST_DELAY)
        self.due = time.monotonic() + self.delay
        self.process = None

    def ask(self, wish: signal.Signals) -> None:
        """Signal the process alone: it ends its own children in order."""
        if self.process is not None:
            self.process.send_signal(wish)

    def signal_group(self, wish: signal.Signals) -> None:
        """Signal the process and everything it started."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, wish)
        except (ProcessLookupError, PermissionError):
            return

    def lines(self, received: bytes) -> list[str]:
        """Whole lines out of `received` and what was left of the last time."""
        *whole, self.unfinished_line = (self.unfinished_line + received).split(b"\n")
        return [line.decode(errors="replace") for line in whole]


def read_procfile(project: Path) -> list[Child]:
    """One child for each line of the project's Procfile, in its order."""
    processes: dict[str, str] = parse_procfile((project / "Procfile").read_text()).processes
    return [Child(name, command, project) for name, command in processes.items()]


def child_environment(port: int, address: str) -> dict[str, str]:
    """Ours, with this virtual environment first on the path, links to `address`, the supervisor's mark."""
    programs = Path(sys.executable).parent
    silenced = [os.environ.get("PYTHONWARNINGS", ""), CELERY_AS_ROOT]
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ.get('PATH', '')}",
        "PORT": str(port),
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": ",".join(word for word in silenced if word),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or address.rstrip("/"),
        MARK: service_name(),
    }


def end_leftovers() -> None:
    """End processes of a killed supervisor of this data folder. Only for the holder of the services' lock."""
    mark = f"{MARK}={service_name()}".encode()
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            marked = mark in entry.read_bytes().split(b"\0")
        except OSError:  # another user's, or ended in between
            continue
        if marked and int(entry.parent.name) != os.getpid():
            try:
                os.kill(int(entry.parent.name), signal.SIGKILL)
            except ProcessLookupError:
                continue
