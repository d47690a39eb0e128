"""The secret key of one machine: made once, kept beside the local data, never in the code."""

import os
import secrets
import tempfile

from valuetrack.local.errors import LocalServicesError
from valuetrack.local.paths import make_local_dir


def secret_key() -> str:
    """The key in the data folder's `secret-key`, readable by its owner only; made at the first call."""
    path = make_local_dir() / "secret-key"
    try:
        return path.read_text()
    except FileNotFoundError:
        pass
    except PermissionError as error:
        reason = f"{path} belongs to another user. Start as that user, or set SECRET_KEY."
        raise LocalServicesError(reason) from error
    # Written whole under another name, then linked: of two processes at their first start, both read one key.
    number, unfinished = tempfile.mkstemp(prefix="secret-key.new-", dir=path.parent)
    with os.fdopen(number, "w") as file:
        file.write(secrets.token_urlsafe(50))
    try:
        os.link(unfinished, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(unfinished)
    return path.read_text()
