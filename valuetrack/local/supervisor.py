"""`manage.py up`: everything ValueTrack needs on one machine, under one process.

Services first, then what must be prepared, then the Procfile's lines. Whatever dies is started again; when
this process ends, however it ends, nothing stays behind. It imports no Django: the first page waits for it.
"""

import http.client
import os
import selectors
import signal
import socket
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

from valuetrack.local.children import Child, child_environment, end_leftovers, read_procfile
from valuetrack.local.errors import LocalServicesError
from valuetrack.local.given import check_given_servers
from valuetrack.local.paths import PROJECT_FOLDER
from valuetrack.local.prepared import demo_log_ins, is_prepared
from valuetrack.local.processes import spawn
from valuetrack.local.sharing import FileLock, LocalServices, starter_lock

DEFAULT_PORT = 8000
PORTS_TO_TRY = 100
STOP_SECONDS = 10.0  # for a request or a task at work; afterwards it is killed, and its task runs again
READY_SECONDS = 60.0
LOOK_SECONDS = 0.1
NOT_READY_PAUSE = 2.0
EVERY_INTERFACE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - and where such a server is reached


class StopRequests:
    """How often Ctrl-C or SIGTERM came.

    They are counted and not raised: an exception out of a signal handler may come up inside a destructor,
    where it is lost, or between a fork and the note of its number.
    """

    def __init__(self) -> None:
        self.count = 0
        for wish in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(wish, self._add)

    def _add(self, _number: int, _frame: FrameType | None) -> None:
        self.count += 1


def main(project: Path = PROJECT_FOLDER) -> int:
    """Run `project`, a folder with manage.py and Procfile, until asked to stop; the process's exit status."""
    requests = StopRequests()
    try:
        lock = starter_lock()
        if not _take(lock, requests):
            return 1
        try:
            Supervisor(lock, project, requests).run()
        finally:
            lock.release()
    except LocalServicesError as error:
        _complain(f"ValueTrack cannot start: {error}")
        return 1
    return 0


def _take(lock: FileLock, requests: StopRequests) -> bool:
    """Hold the services' lock, after another command has finished; False if that is not to be."""
    if lock.acquire():
        return True
    holder = lock.holder()
    if holder.get("purpose") == "up":
        where = holder.get("address") or "an address not known yet"
        _complain(f"ValueTrack is already running at {where} (process {holder.get('process')}).")
        return False
    _say(f"Waiting for another command to finish (process {holder.get('process', '?')}) …")
    while not requests.count:
        if lock.acquire():
            return True
        time.sleep(LOOK_SECONDS)
    return False


class Supervisor:
    """One run of `up`, from the first service to the last stopped process."""

    def __init__(self, lock: FileLock, project: Path, requests: StopRequests) -> None:
        self.began = time.monotonic()
        self.lock = lock
        self.project = project
        self.requests = requests
        self.services = LocalServices()
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.announced = False
        self.complained = False
        self.next_question = 0.0
        self.lock.describe(purpose="up", address="")
        self.host = os.environ.get("HOST", "").strip() or "127.0.0.1"
        self.port = choose_port(self.host)
        self.environment = child_environment(self.port, self.address)

    @property
    def address(self) -> str:
        # `localhost` and not 127.0.0.1: browsers offer passkeys for names only.
        shown = "localhost" if self.host in {"127.0.0.1", *EVERY_INTERFACE} else self.host
        return f"http://{shown}:{self.port}/"

    def run(self) -> None:
        """Start everything and keep it running until asked to stop; LocalServicesError if it cannot start."""
        try:
            end_leftovers()
            self.lock.describe(purpose="up", address=self.address)
            check_given_servers()
            self.services.start()
            if not is_prepared():
                self._prepare()
            self.children = read_procfile(self.project)
            self._watch()
        finally:
            self._stop()

    def _prepare(self) -> None:
        """Migrate, compile translations, load the demo organizations: in a process with Django."""
        _say("Preparing the database …")
        command: list[str | Path] = [sys.executable, self.project / "manage.py", "up", "--prepare"]
        child = Child("prepare", "", self.project)
        output = sys.stdout.fileno()
        process = spawn(command, folder=self.project, output=output, environment=self.environment)
        child.process = process
        self.children = [child]
        while process.poll() is None and not self.requests.count:
            time.sleep(LOOK_SECONDS / 5)
        if process.returncode and not self.requests.count:
            raise LocalServicesError("the database could not be prepared; the lines above say why.")

    def _watch(self) -> None:
        while not self.requests.count:
            self._start_due_children()
            self._pass_output_on(LOOK_SECONDS)
            self._mend()
            if not self.announced and time.monotonic() >= self.next_question:
                self._announce_when_ready()

    def _start_due_children(self) -> None:
        """Start who is due. The web process goes first and alone: people wait for a page, not for beat."""
        for child in self.children:
            if child.process is None and child.due <= time.monotonic():
                if child.name != "web" and not self.announced and not self._gave_up_waiting():
                    continue
                child.start(self.environment)
                self.selector.register(child.output, selectors.EVENT_READ, child)

    def _gave_up_waiting(self) -> bool:
        return time.monotonic() - self.began > READY_SECONDS

    def _pass_output_on(self, seconds: float) -> None:
        if not self.selector.get_map():
            time.sleep(seconds)
            return
        for key, _ in self.selector.select(seconds):
            child: Child = key.data
            received = os.read(key.fd, 65536)
            if not received:
                self.selector.unregister(key.fd)
                os.close(key.fd)
            for line in child.lines(received):
                _say(f"{child.name:<7}| {line}")

    def _mend(self) -> None:
        """Start again what has died: services at once, the Procfile's processes after their delay."""
        try:
            for name in self.services.mend():
                _say(f"{name} had ended; it runs again.")
        except LocalServicesError as error:
            _say(f"{error} Trying again.")
            time.sleep(1)
        for child in self.children:
            if child.has_ended():
                child.plan_restart()
                _say(f"{child.name} had ended; it starts again in {child.delay:.1f} s.")

    def _announce_when_ready(self) -> None:
        if not self._ready():
            if self._gave_up_waiting() and not self.complained:
                self.complained = True
                _complain(
                    f"No answer after {READY_SECONDS:.0f} s; see the lines above and {self.address}readyz"
                )
            return
        self.announced = True
        seconds = time.monotonic() - self.began
        _say(f"ValueTrack answers at {self.address} after {seconds:.1f} s. Ctrl-C stops it.")
        for line in demo_log_ins():
            _say(line)

    def _ready(self) -> bool:
        connection = http.client.HTTPConnection(_reachable_name(self.host), self.port, timeout=10)
        try:
            connection.request("GET", "/readyz", headers={"Host": f"localhost:{self.port}"})
            # Who answers "not yet" wrote down why: asking again at once would only fill the screen.
            self.next_question = time.monotonic() + NOT_READY_PAUSE
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def _stop(self) -> None:
        """End all children in order, then the services. A second Ctrl-C ends the waiting, not the order."""
        if self.requests.count:
            _say("Stopping …")
        self._end_children()
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
        self.services.stop()

    def _end_children(self) -> None:
        for child in self.children:
            child.ask(signal.SIGTERM)
        end = time.monotonic() + STOP_SECONDS
        requests = self.requests.count
        while any(child.is_running() for child in self.children):
            if time.monotonic() > end or self.requests.count > requests:
                return
            self._pass_output_on(LOOK_SECONDS)


def choose_port(host: str) -> int:
    """`PORT` if it is set and free, else 8000 or the next free one."""
    wanted = os.environ.get("PORT", "").strip()
    if wanted:
        if not wanted.isdecimal() or not 0 < int(wanted) < 65536:
            raise LocalServicesError(f"PORT: expected a number from 1 to 65535, found {wanted!r}.")
        if not _is_free(host, int(wanted)):
            raise LocalServicesError(f"PORT: {wanted} is taken on {host}. Name another one.")
        return int(wanted)
    for port in range(DEFAULT_PORT, DEFAULT_PORT + PORTS_TO_TRY):
        if _is_free(host, port):
            return port
    raise LocalServicesError(f"None of the {PORTS_TO_TRY} ports from {DEFAULT_PORT} on is free. Set PORT.")


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((host, port))
        except OSError:
            return False
    return True


def _reachable_name(host: str) -> str:
    return EVERY_INTERFACE.get(host, host)


def _say(line: str) -> None:
    _write(sys.stdout, line)


def _complain(line: str) -> None:
    _write(sys.stderr, line)


def _write(stream: TextIO, line: str) -> None:
    # Who reads may be gone (`make run | head`, a closed terminal); everything must still be stopped in order.
    with suppress(BrokenPipeError):
        stream.write(f"{line}\n")
        stream.flush()
