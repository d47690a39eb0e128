"""Servers that were named instead of local services: do they answer?"""

import os

import psycopg2
import redis

from valuetrack.local.errors import LocalServicesError
from valuetrack.local.sharing import postgres_is_local, valkey_is_local

PATIENCE = 5  # seconds for a server to answer


def check_given_servers() -> None:
    """Raise LocalServicesError, in one line, for a DATABASE_URL or REDIS_URL behind which nothing answers."""
    if not postgres_is_local():
        try:
            psycopg2.connect(os.environ["DATABASE_URL"], connect_timeout=PATIENCE).close()
        except psycopg2.ProgrammingError as error:  # it repeats a malformed address, password and all
            expected = "DATABASE_URL: expected an address such as postgresql://user:password@host:5432/name."
            raise LocalServicesError(expected) from error
        except psycopg2.Error as error:
            raise LocalServicesError(f"DATABASE_URL: {_one_line(error)}") from error
    if not valkey_is_local():
        try:
            address = os.environ["REDIS_URL"]
            redis.Redis.from_url(address, socket_connect_timeout=PATIENCE, socket_timeout=PATIENCE).ping()
        except (redis.RedisError, ValueError) as error:
            raise LocalServicesError(f"REDIS_URL: {_one_line(error)}") from error


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
