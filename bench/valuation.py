"""Computing results: everything, and a night after few changes; two workers, as the product runs them."""

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing import get_context
from typing import Any

from bench import floors
from bench.database import owner, policies_off
from bench.figures import Figure, best, ratio_at_most, say

WORKERS = 2
#: one KPI in so many changes before the measured night
CHANGED = 100


def measure(*, times: int) -> list[Figure]:
    """Full recompute against one SQL statement, a night against the full one, with and without policies."""
    from django.utils import timezone

    ids = _organizations()
    with policies_off() as cursor:
        floor = floors.valuation_seconds(cursor, timezone.now().date(), times=times)
        cursor.execute("DROP TABLE bench_kpi, bench_project")
    with _workers() as run:
        run(_wake, range(WORKERS * 4))
        full = unguarded = float("inf")
        # In turns, so that what else the machine does meets both alike.
        for _ in range(times):
            full = min(full, _full(run, ids))
            with policies_off():
                unguarded = min(unguarded, _full(run, ids))
        say(f"  full {full:.2f} s, without policies {unguarded:.2f} s, floor {floor:.2f} s")
        _full(run, ids)
        night = best(lambda: _night(run, ids), times)
    return [
        ratio_at_most("Full recompute, all organizations, 2 workers", full, "s", floor, 3),
        ratio_at_most("Night after 1 % of KPIs changed; floor: the full one", night, "s", full, 0.2),
        ratio_at_most("Full recompute; floor: without row-level security", full, "s", unguarded, 1.10),
    ]


Run = Callable[[Callable[[int], None], Sequence[int]], float]


@contextmanager
def _workers() -> Iterator[Run]:
    """Worker processes that stand ready; calling the result gives the seconds until all is done."""
    with get_context("spawn").Pool(WORKERS, _set_up) as pool:

        def run(work: Callable[[int], None], ids: Sequence[int]) -> float:
            started = time.perf_counter()
            for _ in pool.imap_unordered(work, ids):
                pass
            return time.perf_counter() - started

        yield run


def _set_up() -> None:
    import django

    django.setup()
    from valuetrack.celery import app

    # There is no worker to poke: tasks must not wait in the product's queue.
    app.conf.update(broker_url="memory://localhost")


def _organizations() -> list[int]:
    from organizations.models import Organization

    return list(Organization.objects.order_by("pk").values_list("pk", flat=True))


def _full(run: Run, ids: Sequence[int]) -> float:
    """Seconds to compute and write every result; there are none before."""
    with owner() as cursor:
        cursor.execute("TRUNCATE assessments_kpiresult, assessments_projectresult, assessments_run")
    return run(_value_everything, ids)


def _night(run: Run, ids: Sequence[int]) -> float:
    with owner() as cursor:
        cursor.execute("TRUNCATE organizations_jobrun")
    run(_change_some, ids)
    return run(_value_night, ids)


def _organization(pk: int) -> Any:
    from organizations.models import Organization

    return Organization.objects.get(pk=pk)


def _wake(_number: int) -> None:
    """Load what the first task would wait for."""
    import assessments.tasks  # noqa: F401

    _organizations()
    time.sleep(0.05)  # so that every worker gets one


def _value_everything(pk: int) -> None:
    from assessments.services.recompute import recompute_organization

    recompute_organization(_organization(pk))


def _value_night(pk: int) -> None:
    from assessments.services.recompute import run_night

    if not run_night(_organization(pk)):
        raise RuntimeError(f"the night of organization {pk} was done already")


def _change_some(pk: int) -> None:
    """A new value for one KPI in a hundred, through the door for values."""
    from assessments.models import Measurement
    from assessments.services.record import MeasurementInput, record_measurements
    from kpis.models import Kpi
    from organizations.tenancy import organization_scope

    choice = random.Random(f"{pk} {os.getpid()} {time.time_ns()}")
    organization = _organization(pk)
    with organization_scope(organization):
        ids = list(Kpi.objects.values_list("pk", flat=True))
        chosen = choice.sample(ids, max(1, len(ids) // CHANGED))
        newest = Measurement.objects.filter(kpi__in=chosen).order_by("kpi_id", "-period").distinct("kpi_id")
        rows = [
            MeasurementInput(one.kpi_id, one.period, one.value * choice.uniform(1.01, 1.1)) for one in newest
        ]
        record_measurements(None, organization, rows)
