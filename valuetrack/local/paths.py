"""Where local services keep their data and sockets, and the addresses that follow from it.

Everything here is computed from the data folder's path alone, so that every process finds the same
sockets without asking anyone. Nothing is started or written by the functions that return addresses.
"""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

from valuetrack.local.accounts import Account
from valuetrack.local.errors import LocalServicesError

PROJECT_FOLDER = Path(__file__).resolve().parents[2]
DATABASE_NAME = "valuetrack"
LOGIN_ROLE = "valuetrack"
APPLICATION_ROLE = "valuetrack_app"
POSTGRES_PORT = 5432
# A socket's address may hold 108 bytes on Linux and 104 on macOS, its ending zero included; a
# checkout deep in a home folder is longer than that, so the sockets never live beside the data.
SOCKET_ROOT = Path("/tmp")  # noqa: S108 - `_make_own_folder` refuses a folder that another user prepared


def local_dir() -> Path:
    """The folder of all local data: `VALUETRACK_LOCAL_DIR`, or `.local` in the project."""
    named = os.environ.get("VALUETRACK_LOCAL_DIR", "").strip()
    return Path(named).expanduser().resolve() if named else PROJECT_FOLDER / ".local"


def service_name() -> str:
    """A word that only processes serving this data folder carry in their title."""
    digest = hashlib.sha256(os.fsencode(local_dir())).hexdigest()
    return f"valuetrack-{digest[:16]}"


def runtime_folder() -> Path:
    """The short folder that holds the sockets' folder; it belongs to the person who starts the services."""
    return SOCKET_ROOT / f"{service_name()}-{os.getuid()}"


def socket_folder() -> Path:
    """The folder of the sockets themselves; it belongs to the account that runs the services."""
    return runtime_folder() / "sockets"


def valkey_socket() -> Path:
    return socket_folder() / "valkey.sock"


def local_database_url() -> str:
    """The address of the local database for the login role, as dj-database-url and libpq read it."""
    return f"postgresql://{LOGIN_ROLE}@:{POSTGRES_PORT}/{DATABASE_NAME}?host={socket_folder()}"


def local_redis_url() -> str:
    """The address of local Valkey for redis-py and Django's cache."""
    return f"unix://{valkey_socket()}"


def make_local_dir() -> Path:
    """Create the data folder. Others may pass through root's, since its services run as another user."""
    folder = local_dir()
    try:
        folder.mkdir(mode=0o711 if os.getuid() == 0 else 0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise LocalServicesError(
            f"The folder for local data cannot be made: {folder} ({error.strerror}). "
            "Set VALUETRACK_LOCAL_DIR to a folder you may write."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise LocalServicesError(
            f"{folder} belongs to another user. "
            "Start as that user, or set VALUETRACK_LOCAL_DIR to a folder of yours."
        )
    return folder


def make_socket_folder(account: Account) -> Path:
    """Create the folder of the sockets so that nobody else can have prepared it, or say who did."""
    outer, inner = runtime_folder(), socket_folder()
    _make_own_folder(outer, 0o711 if account.user is not None else 0o700)
    if not inner.exists():
        # Finished under another name first: a start killed half-way leaves no folder with the wrong owner.
        unfinished = Path(tempfile.mkdtemp(prefix="sockets-", dir=outer))
        account.take(unfinished)
        unfinished.rename(inner)
    elif inner.stat().st_uid != account.user_id:
        account.take(inner)
    inner.chmod(0o700)
    return inner


def _make_own_folder(folder: Path, mode: int) -> None:
    try:
        folder.mkdir(mode=0o700)
    except FileExistsError:
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise LocalServicesError(
                f"{folder} exists and belongs to another user (number {found.st_uid}). "
                "Remove it, or set VALUETRACK_LOCAL_DIR to another folder."
            ) from None
    except OSError as error:
        reason = f"The folder for sockets cannot be made: {folder} ({error.strerror})."
        raise LocalServicesError(reason) from error
    folder.chmod(mode)
