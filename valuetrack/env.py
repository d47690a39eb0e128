"""Typed readers of environment variables: the only place the process's configuration enters.

Each reader returns a value of its type or raises `ConfigurationError` with one line that names the variable,
what was expected and what was found.
"""

import os
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import dj_database_url
import dj_email_url
from django.core.exceptions import ImproperlyConfigured

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}


class ConfigurationError(ImproperlyConfigured):
    """A configuration value is missing or malformed; the message is one line for the operator."""


def _wrong(name: str, expected: str, found: str) -> ConfigurationError:
    return ConfigurationError(f"{name}: expected {expected}, found {found!r}.")


def text(name: str, default: str) -> str:
    """The variable as it stands, or `default` when it is not set."""
    return os.environ.get(name, default)


def required_text(name: str, expected: str) -> str:
    """The variable, which must be set and not empty."""
    value = os.environ.get(name, "")
    if not value:
        raise ConfigurationError(f"{name}: expected {expected}, but it is not set.")
    return value


def boolean(name: str, default: bool) -> bool:
    """`1 true yes on` or `0 false no off` in any case."""
    found = os.environ.get(name)
    if found is None:
        return default
    word = found.strip().lower()
    if word in TRUE_WORDS:
        return True
    if word in FALSE_WORDS:
        return False
    raise _wrong(name, "one of 1, true, yes, on, 0, false, no, off", found)


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number in [low, high]."""
    found = os.environ.get(name)
    if found is None:
        return default
    try:
        number = int(found)
    except ValueError:
        raise _wrong(name, f"a whole number from {low} to {high}", found) from None
    if not low <= number <= high:
        raise _wrong(name, f"a whole number from {low} to {high}", found)
    return number


def words(name: str, default: list[str]) -> list[str]:
    """A comma-separated list; blanks around the words are dropped."""
    found = os.environ.get(name)
    return default if found is None else [word.strip() for word in found.split(",") if word.strip()]


def path(name: str, default: Path) -> Path:
    """A file-system path."""
    found = os.environ.get(name)
    return Path(found) if found else default


def database(name: str, default: str) -> dict[str, Any]:
    """A `postgresql://user:password@host:port/name?option=value` address as Django's settings dict."""
    found = os.environ.get(name) or default
    expected = "an address such as postgresql://user:password@host:5432/name"
    if found.split("://", 1)[0] not in {"postgresql", "postgres"}:
        raise _wrong(name, expected, _without_password(found))
    try:
        parsed: dict[str, Any] = dict(dj_database_url.parse(found))
    except (ValueError, KeyError):
        raise _wrong(name, expected, _without_password(found)) from None
    if not parsed.get("NAME"):
        raise _wrong(name, expected + " (the name is missing)", _without_password(found))
    return parsed


def redis(name: str, default: str, *, database: int = 0) -> str:
    """A `redis://`, `rediss://` or `unix://` address; `database` other than 0 replaces its database number."""
    found = os.environ.get(name) or default
    parts = urlsplit(found)
    if parts.scheme not in {"redis", "rediss", "unix"}:
        raise _wrong(name, "an address such as redis://host:6379/0", _without_password(found))
    if not database:
        return found
    if parts.scheme == "unix":
        return f"{found.partition('?')[0]}?db={database}"
    return urlunsplit(parts._replace(path=f"/{database}"))


def broker(address: str) -> str:
    """The address of `redis` as Celery's transport wants it: it has its own words for a unix socket."""
    return address.replace("unix://", "redis+socket://", 1).replace("?db=", "?virtual_host=", 1)


def email(name: str) -> dict[str, Any] | None:
    """A `submission://user:password@host:587` (with TLS) or `smtp://host:25` address as Django's settings dict.

    `None` when not set.
    """
    found = os.environ.get(name)
    if not found:
        return None
    if found.split("://", 1)[0] not in {"smtp", "submission"}:
        raise _wrong(name, "an address such as submission://user:password@host:587", _without_password(found))
    return dict(dj_email_url.parse(found))


def _without_password(address: str) -> str:
    """An address safe to print: everything between the scheme and the host is hidden."""
    scheme, separator, rest = address.partition("://")
    host = rest.rpartition("@")[2]
    return f"{scheme}{separator}…@{host}" if separator and "@" in rest else address
