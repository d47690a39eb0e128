"""The roles and the database of local PostgreSQL. Neither role can bypass row-level security.

`valuetrack` logs in and owns the database (migrations and test databases need that); after connecting, the
application becomes `valuetrack_app`, which owns nothing. The superuser `postgres` is used here only.
"""

from typing import Any

import psycopg2
from psycopg2 import sql

from valuetrack.local.paths import APPLICATION_ROLE, DATABASE_NAME, LOGIN_ROLE, POSTGRES_PORT, socket_folder

LOGIN_ATTRIBUTES = "LOGIN CREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"
APPLICATION_ATTRIBUTES = "NOLOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE NOREPLICATION NOBYPASSRLS"

ALL_IS_WELL = """
SELECT (SELECT count(*) FROM pg_roles
        WHERE NOT rolsuper AND NOT rolbypassrls AND NOT rolcreaterole AND NOT rolreplication
          AND ((rolname = %(login)s AND rolcanlogin AND rolcreatedb)
            OR (rolname = %(application)s AND NOT rolcanlogin AND NOT rolcreatedb))) = 2
   AND EXISTS (SELECT FROM pg_auth_members
               WHERE roleid = to_regrole(%(application)s) AND member = to_regrole(%(login)s))
   AND EXISTS (SELECT FROM pg_database
               WHERE datname = %(database)s AND datdba = to_regrole(%(login)s))
"""


def connect_as_login_role() -> Any:
    return _connect(LOGIN_ROLE, DATABASE_NAME)


def superuser_may_connect() -> bool:
    """Whether the server is up, even if the roles are not made yet."""
    try:
        _connect("postgres", "postgres").close()
    except psycopg2.OperationalError:
        return False
    return True


def ensure_roles() -> None:
    """Make roles and database what they should be, from whatever an earlier start left."""
    connection = _connect("postgres", "postgres")
    connection.autocommit = True  # CREATE DATABASE refuses a transaction
    try:
        with connection.cursor() as cursor:
            names = {"login": LOGIN_ROLE, "application": APPLICATION_ROLE, "database": DATABASE_NAME}
            cursor.execute(ALL_IS_WELL, names)
            if not cursor.fetchone()[0]:
                _make_roles(cursor)
                _make_database(cursor)
    finally:
        connection.close()


def _make_roles(cursor: Any) -> None:
    for role, attributes in ((LOGIN_ROLE, LOGIN_ATTRIBUTES), (APPLICATION_ROLE, APPLICATION_ATTRIBUTES)):
        cursor.execute("SELECT FROM pg_roles WHERE rolname = %s", [role])
        verb = "ALTER" if cursor.fetchone() is not None else "CREATE"
        statement = sql.SQL(f"{verb} ROLE {{}} {attributes}")
        cursor.execute(statement.format(sql.Identifier(role)))
    grant = sql.SQL("GRANT {} TO {}")
    cursor.execute(grant.format(sql.Identifier(APPLICATION_ROLE), sql.Identifier(LOGIN_ROLE)))


def _make_database(cursor: Any) -> None:
    cursor.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE_NAME])
    exists = cursor.fetchone() is not None
    change = "ALTER DATABASE {} OWNER TO {}" if exists else "CREATE DATABASE {} OWNER {}"
    cursor.execute(sql.SQL(change).format(sql.Identifier(DATABASE_NAME), sql.Identifier(LOGIN_ROLE)))


def _connect(user: str, database: str) -> Any:
    """A plain connection with every setting given: PG… variables of the person's shell change nothing."""
    return psycopg2.connect(
        host=str(socket_folder()),
        port=POSTGRES_PORT,
        user=user,
        dbname=database,
        connect_timeout=5,
        options="",
        application_name="valuetrack local services",
    )
