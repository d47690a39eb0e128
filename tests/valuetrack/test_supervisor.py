"""`manage.py up`: one process that starts, mends and stops everything."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.valuetrack.local_folder import nothing_runs, own_folder, postmaster
from valuetrack.local import LocalServicesError, paths
from valuetrack.local.children import MARK, STEADY_SECONDS, Child, read_procfile
from valuetrack.local.processes import wait_until
from valuetrack.local.supervisor import DEFAULT_PORT, choose_port

WEB = """
import http.server, os
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(str(os.getpid()).encode())
    def log_message(self, *_):
        pass
http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Answer).serve_forever()
"""
PREPARE = "print('prepared', flush=True)"
SUPERVISE = """
import sys
from pathlib import Path
from valuetrack.local.supervisor import main
sys.exit(main(Path.cwd()))
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder that looks like the project to the supervisor, with processes that start at once."""
    (tmp_path / "web.py").write_text(WEB)
    (tmp_path / "manage.py").write_text(PREPARE)
    (tmp_path / "Procfile").write_text("web: python web.py\nworker: sleep 1000\n")
    with own_folder(tmp_path / "local", monkeypatch):
        yield tmp_path


@contextmanager
def up(project: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISE],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(paths.PROJECT_FOLDER)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """The first line of output that matches; the test's own time limit is the supervisor's."""
    assert process.stdout is not None
    for line in process.stdout:
        found = re.search(pattern, line)
        if found:
            return found
    raise AssertionError(f"ended without a line like {pattern}")


def web_process(address: str) -> int:
    with urllib.request.urlopen(address, timeout=10) as answer:
        return int(answer.read())


def marked_processes() -> list[int]:
    mark = f"{MARK}={paths.service_name()}".encode()
    found = []
    for entry in Path("/proc").glob("[0-9]*/environ"):
        try:
            if mark in entry.read_bytes().split(b"\0"):
                found.append(int(entry.parent.name))
        except OSError:
            continue
    return found


def test_it_prepares_announces_its_address_and_leaves_no_process_when_stopped(project: Path) -> None:
    with up(project) as process:
        read_until(process, "prepared")
        address = read_until(process, r"answers at (\S+)")[1]
        assert web_process(address)
        assert wait_until(lambda: len(marked_processes()) == 2, 30), "the worker starts after the first page"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 0
    assert nothing_runs()
    assert not marked_processes()


def test_killed_processes_and_services_come_back(project: Path) -> None:
    with up(project) as process:
        address = read_until(process, r"answers at (\S+)")[1]
        first = web_process(address)
        os.kill(first, signal.SIGKILL)
        read_until(process, "web had ended; it starts again")
        os.kill(postmaster(), signal.SIGKILL)
        read_until(process, "PostgreSQL had ended; it runs again")

        def answers_again() -> bool:
            try:
                return web_process(address) != first
            except OSError:
                return False

        assert wait_until(answers_again, 30)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_killed_supervisor_takes_everything_along_and_the_next_one_starts(project: Path) -> None:
    with up(project) as process:
        read_until(process, r"answers at (\S+)")
        process.kill()
        assert wait_until(lambda: nothing_runs() and not marked_processes(), 30)
    with up(project) as process:
        assert read_until(process, r"answers at (\S+)")
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


def test_a_second_one_says_where_the_first_answers(project: Path) -> None:
    with up(project) as first:
        address = read_until(first, r"answers at (\S+)")[1]
        with up(project) as second:
            _, complaint = second.communicate(timeout=30)
            assert second.returncode == 1
        assert complaint == f"ValueTrack is already running at {address} (process {first.pid}).\n"
        first.send_signal(signal.SIGTERM)
        assert first.wait(30) == 0


def test_a_failed_preparation_ends_the_start_with_its_reason(project: Path) -> None:
    (project / "manage.py").write_text("import sys; print('no such table'); sys.exit(1)")
    with up(project) as process:
        output, complaint = process.communicate(timeout=30)
        assert process.returncode == 1
    assert "no such table" in output
    assert "could not be prepared" in complaint
    assert nothing_runs()


def test_a_process_that_keeps_dying_is_tried_less_and_less_often() -> None:
    child = Child("worker", "exit 1", Path("/"))
    delays = []
    for _ in range(8):
        child.started = time.monotonic()
        child.plan_restart()
        delays.append(child.delay)
    assert delays == [0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0]
    child.started = time.monotonic() - STEADY_SECONDS
    child.plan_restart()
    assert child.delay == 0.0


def test_the_projects_procfile_names_web_worker_and_beat() -> None:
    assert [child.name for child in read_procfile(paths.PROJECT_FOLDER)] == ["web", "worker", "beat"]


def test_output_is_passed_on_in_whole_lines() -> None:
    child = Child("web", "", Path("/"))
    assert child.lines(b"one\ntw") == ["one"]
    assert child.lines(b"o\nthree") == ["two"]


def test_a_taken_or_malformed_port_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        monkeypatch.setenv("PORT", str(listener.getsockname()[1]))
        with pytest.raises(LocalServicesError, match=r"PORT: \d+ is taken"):
            choose_port("127.0.0.1")
    monkeypatch.setenv("PORT", "eighty")
    with pytest.raises(LocalServicesError, match="PORT: expected a number"):
        choose_port("127.0.0.1")
    monkeypatch.delenv("PORT")
    assert choose_port("127.0.0.1") >= DEFAULT_PORT
