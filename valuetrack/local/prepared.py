"""Whether the database and the translations are already what this checkout needs.

A full answer needs Django and costs a second or more at every start; this one reads files and one table.
The stamp holds two digests: of the files that decide, and of the migrations applied when they had all been
applied. Both must still be true, so a rolled back or exchanged database is noticed.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

import psycopg2

from valuetrack.local.paths import PROJECT_FOLDER, local_database_url, local_dir

DECIDING_FILES = (
    "*/migrations/*.py",
    "*/management/commands/demo.py",
    "locale/*/LC_MESSAGES/*.po",
    "requirements.lock",
)


def is_prepared() -> bool:
    """Whether nothing is to migrate, compile or load before the processes may start."""
    return _translations_compiled() and _read_stamp() == _current_stamp()


def remember_prepared() -> None:
    """Write down that everything is prepared as of now."""
    _stamp_file().write_text(json.dumps(_current_stamp()))


def demo_log_ins() -> list[str]:
    """What the demo command printed when it loaded the sample organizations; empty if it never has."""
    try:
        return _log_ins_file().read_text().splitlines()
    except OSError:
        return []


def remember_demo_log_ins(printed: str) -> None:
    """Keep the log-ins to show them at every start."""
    _log_ins_file().write_text(printed)


def _log_ins_file() -> Path:
    return local_dir() / "demo-log-ins.txt"


def _stamp_file() -> Path:
    return local_dir() / "prepared.json"


def _read_stamp() -> dict[str, str] | None:
    try:
        found = json.loads(_stamp_file().read_text())
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None


def _current_stamp() -> dict[str, str]:
    return {"files": _digest(_deciding_files()), "migrations": _digest(_applied_migrations())}


def _deciding_files() -> Iterator[bytes]:
    for pattern in DECIDING_FILES:
        for path in sorted(PROJECT_FOLDER.glob(pattern)):
            yield os.fsencode(path.relative_to(PROJECT_FOLDER))
            yield path.read_bytes()


def _applied_migrations() -> Iterator[bytes]:
    """Names of the applied migrations; when they cannot be read a random word, which equals no stamp."""
    address = os.environ.get("DATABASE_OWNER_URL") or os.environ.get("DATABASE_URL") or local_database_url()
    try:
        connection = psycopg2.connect(address, connect_timeout=5)
    except psycopg2.Error:
        yield os.urandom(16)
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT app || '.' || name FROM django_migrations ORDER BY 1")
            yield from (row[0].encode() for row in cursor.fetchall())
    except psycopg2.Error:
        yield os.urandom(16)
    finally:
        connection.close()


def _translations_compiled() -> bool:
    sources = PROJECT_FOLDER.glob("locale/*/LC_MESSAGES/*.po")
    return all(source.with_suffix(".mo").exists() for source in sources)


def _digest(parts: Iterator[bytes]) -> str:
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()
