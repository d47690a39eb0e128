"""What is killed with -9 costs time and nothing else: no night is lost or done twice, no value forgotten."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from tests.browser.product import ROOT, Product, installed
from valuetrack.local.processes import wait_until
from valuetrack.local.valkey import valkey_program

from .data import PROJECTS
from .worker import CHUNK

SEND = """
import django, sys
django.setup()
from organizations.queue import send
send(sys.argv[1], *map(int, sys.argv[2:]))
"""
NIGHT = "assessments.tasks.valuation.run_night"


class Queue:
    """A Valkey of the test's own, to be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "queue.sock"
        self.url = f"unix://{self.socket}"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        options = ["--port", "0", "--unixsocket", str(self.socket), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([valkey_program(), *options], stdout=subprocess.DEVNULL)
        assert wait_until(self.socket.exists, 20)

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.socket.unlink(missing_ok=True)


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    found = Queue(tmp_path)
    found.start()
    yield found
    found.kill()


@pytest.fixture
def product(tmp_path: Path, queue: Queue) -> Iterator[Product]:
    name = f"valuetrack_survival_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    with installed(
        tmp_path, name, 0, REDIS_URL=queue.url, DJANGO_SETTINGS_MODULE="valuetrack.settings"
    ) as found:
        yield found


@contextmanager
def worker(product: Product) -> Iterator[subprocess.Popen[bytes]]:
    """A worker with its children in a group of their own; the whole group is killed at the end."""
    with (product.folder / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.survival.worker"],
            cwd=ROOT, env=product.environment, stdout=log, stderr=log, process_group=0,
        )  # fmt: skip
        try:
            yield process
        finally:
            kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def send(product: Product, task: str, *arguments: int) -> None:
    product.command("-c", SEND, task, *map(str, arguments))


@contextmanager
def looking(product: Product, organization: int) -> Iterator[Any]:
    """A connection inside the organization's scope."""
    with closing(psycopg2.connect(product.database_url)) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.organization_id', %s, false)", [str(organization)])
        connection.commit()
        yield cursor
        connection.rollback()


def ask(product: Product, organization: int, question: str) -> tuple[Any, ...]:
    """The one row that answers."""
    with looking(product, organization) as cursor:
        cursor.execute(question)
        return tuple(cursor.fetchone() or ())


def night(product: Product, organization: int) -> tuple[Any, ...]:
    """Status, projects done, attempts."""
    question = "SELECT status, done, attempts FROM organizations_jobrun WHERE kind = 'night'"
    return ask(product, organization, question)


def is_waiting_for_a_lock(product: Product, organization: int) -> bool:
    question = """SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND wait_event_type = 'Lock'"""
    return bool(ask(product, organization, question)[0])


def test_a_night_whose_worker_is_killed_is_completed_once(product: Product, queue: Queue) -> None:
    acme = product.data("tests.survival.data")["organization"]
    # The tasks of the changes are lost with the queue: only the night will compute.
    queue.kill()
    queue.start()
    with worker(product) as first, looking(product, acme) as cursor:
        cursor.execute(
            # The writer of its result must wait; those before it, in the first chunk, need not.
            "SELECT id FROM projects_project WHERE id ="
            " (SELECT id FROM projects_project ORDER BY id OFFSET %s LIMIT 1) FOR UPDATE",
            [CHUNK],
        )
        send(product, NIGHT, acme)
        assert wait_until(lambda: is_waiting_for_a_lock(product, acme), 40), "the second chunk is held up"
        kill(first)
        assert night(product, acme) == ("running", CHUNK, 1)
    with worker(product):
        for _tick in range(10):
            send(product, NIGHT, acme)
            if wait_until(lambda: night(product, acme)[0] == "done", 2):
                break
        assert night(product, acme) == ("done", PROJECTS, 2)
        send(product, NIGHT, acme)
    results = """SELECT count(*), count(DISTINCT project_id), (SELECT count(*) FROM assessments_kpiresult)
        FROM assessments_projectresult"""
    assert ask(product, acme, results) == (PROJECTS, PROJECTS, PROJECTS)
    assert ask(
        product, acme, "SELECT count(*), sum(projects) FROM assessments_run WHERE trigger = 'night'"
    ) == (
        PROJECTS / CHUNK,
        PROJECTS,
    )
    assert ask(product, acme, "SELECT count(*) FROM projects_pendingvaluation") == (0,)
    assert ask(product, acme, "SELECT count(*) FROM assessments_measurement") == (PROJECTS,)


def test_with_the_queue_killed_pages_answer_and_values_are_kept_and_computed_later(
    product: Product, queue: Queue
) -> None:
    made = product.data("tests.survival.data")
    acme = made["organization"]
    with product.web():
        queue.kill()
        base = f"{product.url}/o/acme/"
        for path in ("committee/", "projects/", "entries/", "kpis/K00/"):
            assert get(f"{base}{path}", made["session"]).startswith("<!doctype html>")
        assert "Lead time 0" in get(f"{base}kpis/K00/", made["session"])
        assert write_value(product, made["key"]) == {"new": 1, "changed": 0, "same": 0}
        assert ask(product, acme, "SELECT count(*) FROM assessments_measurement") == (PROJECTS + 1,)
        queue.start()
        with worker(product):
            send(product, "assessments.tasks.sweep_valuations")
            waiting = "SELECT count(*) FROM projects_pendingvaluation"
            assert wait_until(lambda: ask(product, acme, waiting) == (0,), 30)


def get(address: str, session: str) -> str:
    request = urllib.request.Request(address, headers={"Cookie": f"sessionid={session}"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        return str(answer.read().decode())


def write_value(product: Product, key: str) -> Any:
    rows = [{"kpi": "K00", "period": "2025-02-01", "value": 25.0}]
    request = urllib.request.Request(
        f"{product.url}/api/v1/organizations/acme/measurements/",
        data=json.dumps({"measurements": rows}).encode(),
        headers={"Authorization": f"Bearer {key}", "Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
