"""Whether this process lives, and whether it can serve."""

from celery import current_app
from django.db import DatabaseError, connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

_migrated = False


@transaction.non_atomic_requests
def alive(request: HttpRequest) -> HttpResponse:
    """`/healthz`: the process answers, also while the database is away: a restart would mend nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """`/readyz`: database, broker and migrations; 503 with the reasons otherwise."""
    problems = {name: problem for name, check in _CHECKS.items() if (problem := check())}
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "The database does not answer."
    return ""


def _broker() -> str:
    try:
        with current_app.connection_for_read() as broker:
            broker.ensure_connection(max_retries=1, timeout=2)
    except (RedisError, OperationalError, OSError):
        return "The broker does not answer."
    return ""


def _migrations() -> str:
    # A finished migration stays finished while this process runs; later probes need not look again.
    global _migrated
    if _migrated:
        return ""
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "The state of the migrations cannot be read."
    if pending:
        return f"{len(pending)} migrations are pending; run: python manage.py migrate"
    _migrated = True
    return ""


_CHECKS = {"database": _database, "broker": _broker, "migrations": _migrations}
