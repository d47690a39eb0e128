"""The door for values: `python -m bench.recording ORGANIZATION ROWS` records that many values in a fresh process.

Prints {"seconds", "megabytes"}: until the commit is done, and the peak resident size of the process.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import IO, cast

from bench.database import Stream, policies_off
from bench.figures import Figure, at_most, ratio_at_least

#: values per KPI lie in this year and before it, where nothing was loaded
BEFORE = 2020


def measure(*, rows: int) -> list[Figure]:
    """Rows per second against a staged COPY with upsert, and the memory it takes. Uses organizations 1 and 2."""
    floor = floor_seconds(2, rows)
    done = subprocess.run(
        [sys.executable, "-m", "bench.recording", "1", str(rows)], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout.splitlines()[-1])
    return [
        ratio_at_least(
            f"record_measurements, {rows:,} values", rows / answer["seconds"], "rows/s", rows / floor, 0.4
        ),
        at_most(f"record_measurements, peak memory (RSS), {rows:,} values", answer["megabytes"], "MB", 200),
    ]


def _kpis() -> list[int]:
    """KPIs of the organization in scope."""
    from kpis.models import Kpi

    return list(Kpi.objects.order_by("pk").values_list("pk", flat=True))


def _values(ids: list[int], rows: int) -> Iterator[tuple[int, str, float]]:
    """KPI, month and value, month by month as files bring them."""
    for number in range(rows):
        back = number // len(ids)
        month = BEFORE * 12 - 1 - back
        yield ids[number % len(ids)], f"{month // 12:04d}-{month % 12 + 1:02d}-01", number * 0.25


def floor_seconds(pk: int, rows: int) -> float:
    """COPY into a temporary table, then one INSERT … ON CONFLICT DO UPDATE into the same table.

    By the owner while no policy holds, for the application's role may not update values; the table keeps its
    keys, references and checks.
    """
    with policies_off() as cursor:
        cursor.execute("SELECT id FROM kpis_kpi WHERE organization_id = %s ORDER BY id", [pk])
        ids = [row[0] for row in cursor.fetchall()]
        started = time.perf_counter()
        cursor.execute("BEGIN")
        cursor.execute(
            "CREATE TEMPORARY TABLE staged (kpi_id bigint, period date, value double precision) ON COMMIT DROP"
        )
        lines = (f"{kpi}\t{period}\t{value!r}\n" for kpi, period, value in _values(ids, rows))
        cursor.copy_from(cast(IO[str], Stream(lines)), "staged", size=1 << 20)
        cursor.execute(
            "INSERT INTO assessments_measurement (organization_id, kpi_id, period, version, value, status,"
            " recorded_at, source, note) SELECT %s, kpi_id, period, 1, value, 'submitted', now(), 'manual', ''"
            " FROM staged ON CONFLICT (organization_id, kpi_id, period, version)"
            " DO UPDATE SET value = excluded.value",
            [pk],
        )
        cursor.execute("COMMIT")
        return time.perf_counter() - started


def main() -> None:
    import datetime

    import django

    django.setup()
    from assessments.services.record import MeasurementInput, record_measurements
    from organizations.models import Organization
    from organizations.tenancy import organization_scope
    from valuetrack.celery import app

    app.conf.update(broker_url="memory://localhost")
    pk, rows = int(sys.argv[1]), int(sys.argv[2])
    organization = Organization.objects.get(pk=pk)
    started = time.perf_counter()
    with organization_scope(organization):
        ids = _kpis()
        values = (
            MeasurementInput(kpi, datetime.date.fromisoformat(period), value)
            for kpi, period, value in _values(ids, rows)
        )
        report = record_measurements(None, organization, values)
    seconds = time.perf_counter() - started
    if report.new != rows:
        raise RuntimeError(f"{report} instead of {rows} new values")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": peak}) + "\n")


if __name__ == "__main__":
    main()
