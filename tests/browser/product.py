"""The product as it really runs: web server and worker as processes, on a database and a queue of their own."""

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import psycopg2

from valuetrack import local
from valuetrack.local.processes import wait_until

ROOT = Path(__file__).resolve().parents[2]
WEB = "gunicorn valuetrack.wsgi --bind 127.0.0.1:{port} --workers 2 --timeout 60 --no-control-socket"
WORKER = "celery --quiet --app valuetrack.celery worker --concurrency 1 --without-gossip --without-mingle"


class Product:
    """Addresses and processes of one installation; `environment` is what its commands run in."""

    def __init__(self, folder: Path, name: str, redis_database: int, **environment: str) -> None:
        self.folder = folder
        self.port = _free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = _database_url(name)
        self.environment = {
            **os.environ,
            "DATABASE_URL": self.database_url,
            "REDIS_DATABASE": str(redis_database),
            "UPLOADS_DIR": str(folder / "uploads"),
            "PUBLIC_URL": self.url,
            "PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            **environment,
        }

    def command(self, *arguments: str) -> str:
        """Run `python …` to its end and give back what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{arguments} failed:\n{done.stdout}\n{done.stderr}"
        return done.stdout

    def data(self, module: str, *arguments: str) -> Any:
        """What a module that makes data prints as JSON in its last line."""
        return json.loads(self.command("-m", module, *arguments).strip().splitlines()[-1])

    @contextmanager
    def running(self, name: str, arguments: Sequence[str]) -> Iterator[subprocess.Popen[bytes]]:
        """A process of the product, ended with the block; its output is in `folder`/`name`.log."""
        with (self.folder / f"{name}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )
            try:
                yield process
            finally:
                process.terminate()
                try:
                    process.wait(20)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()

    @contextmanager
    def web(self) -> Iterator[None]:
        """The web server, once it answers."""
        with self.running("web", ["-m", *WEB.format(port=self.port).split()]) as process:
            wait_until(lambda: process.poll() is not None or self._answers(), 60)
            assert self._answers(), (self.folder / "web.log").read_text()
            yield

    def worker(self) -> Any:
        """One worker."""
        return self.running("worker", ["-m", *WORKER.split()])

    def _answers(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False


@contextmanager
def installed(folder: Path, name: str, redis_database: int, **environment: str) -> Iterator[Product]:
    """An installation with empty tables; its database is dropped at the end."""
    product = Product(folder, name, redis_database, **environment)
    _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}"')
    try:
        product.command("manage.py", "migrate", "--verbosity", "0")
        yield product
    finally:
        _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _database_url(name: str) -> str:
    given = urlsplit(os.environ.get("DATABASE_URL") or local.local_database_url())
    return urlunsplit(given._replace(path=f"/{name}"))


def _maintain(*statements: str) -> None:
    with closing(psycopg2.connect(_database_url("postgres"))) as connection:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    return port
