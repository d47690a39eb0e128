"""The committee page as an executive gets it from two workers, and what these weigh."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.database import policies_off
from bench.figures import Figure, at_least, at_most, ratio_at_most

SLUG = "bench-1"
PAGE = f"/o/{SLUG}/committee/"
EMAIL = "executive@bench.example"
READERS = 8
ALONE = 150
TOGETHER = 400


def measure(*, times: int) -> list[Figure]:
    """Time and throughput without and with the page's cache, queries, weight; bare Django as the floor."""
    cookie = sign_in(EMAIL, "Erik Executive", "executive")
    with serving("bench.bare:make_application()") as bare:
        floor = _Read.best_of(times, bare, "/", "")
        bare_megabytes = bare.megabytes()
    with serving("valuetrack.wsgi", PAGE_CACHE_SECONDS="0") as server:
        fresh = _Read.best_of(times, server, PAGE, cookie)
        megabytes = server.megabytes()
        guarded, unguarded = _policies(server, cookie, times)
    with serving("valuetrack.wsgi", PAGE_CACHE_SECONDS="3600") as server:
        warm = _Read.best_of(times, server, PAGE, cookie)
    rate = "pages/s"
    return [
        at_most("Committee page, made anew, p95, one reader", fresh.p95, "ms", 60, floor=floor.p95),
        at_least("Committee page, made anew, 8 readers", fresh.rate, rate, 60, floor=floor.rate),
        at_most("Committee page, cached, p95, one reader", warm.p95, "ms", 33, floor=floor.p95),
        at_least("Committee page, cached, 8 readers", warm.rate, rate, 105, floor=floor.rate),
        at_most("Committee page, database queries", count_queries(PAGE, cookie), "queries", 12),
        at_most("Committee page, HTML gzipped", fresh.kilobytes, "kB", 40),
        ratio_at_most(
            "Committee page, median; floor: without row-level security", guarded, "ms", unguarded, 1.10
        ),
        at_most("Memory of 2 web workers and their parent (PSS)", megabytes, "MB", 290, floor=bare_megabytes),
    ]


@dataclass(frozen=True, slots=True)
class _Read:
    """One reader's 95th percentile, the rate of eight, and the weight of the page."""

    p95: float
    rate: float
    kilobytes: float

    @classmethod
    def best_of(cls, times: int, server: "Server", path: str, cookie: str) -> "_Read":
        server.read(path, cookie, readers=2, pages=30)
        alone = [server.read(path, cookie, readers=1, pages=ALONE) for _ in range(times)]
        together = [server.read(path, cookie, readers=READERS, pages=TOGETHER) for _ in range(times)]
        return cls(
            p95=min(one["times"][int(0.95 * ALONE)] for one in alone),
            rate=max(TOGETHER / one["seconds"] for one in together),
            kilobytes=max(one["bytes"] for one in alone) / 1000,
        )


def _policies(server: "Server", cookie: str, times: int) -> tuple[float, float]:
    """Median of the page with and without policies, in turns."""
    guarded, unguarded = [], []
    for _ in range(times + 1):
        guarded.append(server.read(PAGE, cookie, readers=1, pages=ALONE)["times"][ALONE // 2])
        with policies_off():
            unguarded.append(server.read(PAGE, cookie, readers=1, pages=ALONE)["times"][ALONE // 2])
    return min(guarded), min(unguarded)


def sign_in(email: str, name: str, role: str) -> str:
    """A session of a member of the measured organization."""
    from django.conf import settings
    from django.test import Client

    from organizations.models import Organization, User
    from organizations.services import add_member, create_user
    from organizations.tenancy import organization_scope

    organization = Organization.objects.get(slug=SLUG)
    reader = User.objects.filter(email=email).first()
    if reader is None:
        reader = create_user(email=email, password="only-for-measuring", name=name)
        with organization_scope(organization):
            add_member(actor=reader, organization=organization, user=reader, role=role)
    client = Client()
    client.force_login(reader, backend=settings.AUTHENTICATION_BACKENDS[0])
    cookie = settings.SESSION_COOKIE_NAME
    return f"{cookie}={client.cookies[cookie].value}"


def count_queries(page: str, cookie: str) -> int:
    """Statements of one uncached page, session and scope included."""
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(HTTP_COOKIE=cookie, HTTP_HOST="localhost")
    client.cookies.load(cookie)
    settings.PAGE_CACHE_SECONDS = 0
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(page)
    if answer.status_code != 200:
        raise RuntimeError(f"{page} answered {answer.status_code}")
    return len(captured.captured_queries)


class Server:
    """gunicorn as the Procfile starts it."""

    def __init__(self, port: int, process: "subprocess.Popen[bytes]") -> None:
        self.port = port
        self.process = process

    def read(self, path: str, cookie: str, *, readers: int, pages: int) -> dict[str, Any]:
        wish = {"port": self.port, "path": path, "cookie": cookie, "readers": readers, "pages": pages}
        done = subprocess.run(
            [sys.executable, "-m", "bench.reader"],
            input=json.dumps(wish),
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        if answer["status"] != 200:
            raise RuntimeError(f"{path} answered {answer['status']}")
        return answer

    def megabytes(self) -> float:
        """Proportional set size of the parent and its workers: shared pages count once."""
        parent = self.process.pid
        children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
        texts = [Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in (str(parent), *children)]
        return sum(int(re.findall(r"^Pss:\s+(\d+)", text, re.M)[0]) for text in texts) / 1000


@contextmanager
def serving(application: str, **environment: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--preload", "--no-control-socket"]
    process = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, *words, "--log-level", "warning"],
        env={**os.environ, **environment},
    )
    try:
        _wait(port, process)
        yield Server(port, process)
    finally:
        process.terminate()
        process.wait(timeout=30)


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError("the web server did not start")
