"""The loader and the floors on tiny data: they must run on today's tables and say what the product says."""

import datetime
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from assessments.models import KpiResult, Measurement, ProjectResult
from assessments.services.importing import import_file
from assessments.services.recompute import recompute_organization, run_night
from bench import data, floors, grid, importing, pages, recording
from kpis.models import Kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from valuetrack.postgres.base import as_owner

TINY = data.Size(organizations=2, projects=3, kpis=6, months=24)


@contextmanager
def _owner_of_the_test_database() -> Iterator[Any]:
    """The bench's own door leads to the bench's own database; here it is the test's."""
    with as_owner(connection), connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tablename FROM pg_policies WHERE schemaname = 'public'")
        tables = [row[0] for row in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY')
        try:
            yield cursor
        finally:
            for table in tables:
                cursor.execute(f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY')


@pytest.fixture
def loaded(transactional_db: None) -> list[Organization]:
    with _owner_of_the_test_database() as cursor:
        data.fill(cursor, TINY)
    return list(Organization.objects.order_by("pk"))


def test_the_loader_fills_what_the_product_reads(loaded: list[Organization]) -> None:
    with organization_scope(loaded[1]):
        expected = TINY.measurements // TINY.organizations
        assert 0.9 * expected < Measurement.objects.count() <= expected
    assert recompute_organization(loaded[1]) == TINY.projects * (TINY.kpis + 1)
    with organization_scope(loaded[1]):
        assert not ProjectResult.objects.filter(value_index=None).exists()
        assert not ProjectResult.objects.filter(roi_outlook=None).exists()


def test_the_floor_computes_what_the_product_computes(loaded: list[Organization]) -> None:
    for organization in loaded:
        recompute_organization(organization)
    with _owner_of_the_test_database() as cursor:
        assert floors.valuation_seconds(cursor, timezone.now().date(), times=1) > 0
        cursor.execute("SELECT project_id, roi_plan, roi_outlook, npv_plan FROM bench_project ORDER BY 1")
        floor = cursor.fetchall()
        cursor.execute("SELECT kpi_id, value, planned, target FROM bench_kpi ORDER BY 1")
        kpis = cursor.fetchall()
        cursor.execute("DROP TABLE bench_kpi, bench_project")
    product, own = [], []
    for organization in loaded:
        with organization_scope(organization):
            product += ProjectResult.objects.order_by("project_id").values_list(
                "project_id", "roi_plan", "roi_outlook", "npv_plan"
            )
            own += KpiResult.objects.order_by("kpi_id").values_list("kpi_id", "value", "planned", "target")
    assert floor == [pytest.approx(row) for row in product]
    assert kpis == own


def test_a_night_finds_only_what_waits(loaded: list[Organization]) -> None:
    organization = loaded[0]
    recompute_organization(organization)
    assert run_night(organization)
    with organization_scope(organization):
        results = ProjectResult.objects.values_list("run__trigger", flat=True)
        assert set(results) == {"command"}


def test_values_to_record_are_first_days_of_months_before_the_loaded_ones() -> None:
    rows = list(recording._values([7, 8], 5))
    assert [kpi for kpi, _month, _value in rows] == [7, 8, 7, 8, 7]
    assert [month for _kpi, month, _value in rows][::2] == ["2019-12-01", "2019-11-01", "2019-10-01"]
    assert all(datetime.date.fromisoformat(month).day == 1 for _kpi, month, _value in rows)


def test_the_measured_file_names_the_loaded_kpis(loaded: list[Organization], tmp_path: Path) -> None:
    path = tmp_path / "values.csv"
    rows = [importing.HEADINGS, *importing._rows(TINY.projects * TINY.kpis)]
    path.write_text("\n".join(",".join(map(str, row)) for row in rows))
    report = import_file(actor=None, organization=loaded[1], path=path, mapping=None)
    assert (report.new, report.rejected) == (TINY.projects * TINY.kpis, [])


def test_the_measured_grid_shows_as_many_kpis_and_periods_as_it_says(loaded: list[Organization]) -> None:
    cookie = pages.sign_in(grid.EMAIL, "Clara", "contributor")
    with organization_scope(loaded[0]):
        Kpi.objects.update(data_owner=User.objects.get(email=grid.EMAIL))
    client = Client(headers={"cookie": cookie})
    client.cookies.load(cookie)
    content = client.get(grid.PAGE).content.decode()
    assert content.count('<td class="num wide entry ') == TINY.projects * TINY.kpis * grid.PERIODS
