"""The two published files, against facts counted independently of this product."""

import csv
import time
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Count, Sum

from assessments.models import Measurement
from kpis.models import Kpi, Target
from organizations.models import Department, Organization, User
from organizations.tenancy import organization_scope
from projects.models import CashFlow, MoneyLine, Project, ProjectDepartment
from tests.assessments.importing.files import mapping_of, real_file, run

NYCT = "nyct_performance_2008_2018.csv"
UK = "uk_major_projects_2022.csv"
RIDERSHIP = ["103929", "166716", "204043"]
COSTS = ["total_baseline", "forecast_incl_NGC", "wlc_baseline_incl_NCG"]
MILLION = Decimal(1_000_000)


def test_transit_file_gives_86_kpis_and_2270_of_8381_values_meet_their_target(
    organization: Organization, alice: User
) -> None:
    path = real_file(NYCT)
    report = run(alice, organization, path, mapping_of("nyct_performance.json"))
    # 6 of the 9,213 actuals are 0, which the publisher writes for "no value".
    assert report.as_json() == {
        "rows": 9213,
        "kpis": 86,
        "projects": 1,
        "new": 9207,
        "changed": 0,
        "same": 0,
        "with_target": 8381,
        "met": 2270,
        "rejected": [],
    }
    with organization_scope(organization):
        _check_ridership(path)
        _check_definitions()


def _check_ridership(path: Path) -> None:
    """The sum of the monthly values is the year-to-date that the publisher gives beside them."""
    published: dict[tuple[str, int], float] = {}
    with path.open(encoding="cp1252", newline="") as file:
        for row in csv.DictReader(file):
            year = int(row["PERIOD_YEAR"])
            running = float(row["YTD_ACTUAL"].replace(",", ""))
            code = f"NYCT-{row['INDICATOR_SEQ']}"
            published[code, year] = max(published.get((code, year), 0), running)
    sums: dict[tuple[str, int], float] = defaultdict(float)
    codes = [f"NYCT-{number}" for number in RIDERSHIP]
    values = Measurement.objects.filter(kpi__code__in=codes).values_list("kpi__code", "period__year", "value")
    for code, year, value in values:
        sums[code, year] += value
    assert len(sums) == 31
    assert {key: round(total) for key, total in sums.items()} == {key: round(published[key]) for key in sums}


def _check_definitions() -> None:
    kpis = {kpi.code: kpi for kpi in Kpi.objects.all()}
    assert Counter(kpi.direction for kpi in kpis.values()) == {"higher": 81, "lower": 4, "maintain": 1}
    texts = [kpi.name + kpi.definition for kpi in kpis.values()]
    assert not any("\u00a0" in text or "\r" in text for text in texts)
    assert kpis["NYCT-374956"].weight == 0
    rate = kpis["NYCT-100360"]
    assert (rate.decimals, rate.unit, rate.frequency, rate.source) == (2, "", "month", "import")
    first = [1.93, 2.33, 1.93, 1.81, 2.93, 2.7, 2.79, 2.7, 2.43, 2.48, 1.87, 2.86]  # MONTHLY_ACTUAL of 2008
    assert rate.baseline_value == pytest.approx(sum(first) / 12)
    assert f"{rate.baseline_start} {rate.baseline_end}" == "2008-01-01 2009-01-01"
    # A target of 0 means none: 8,463 of 9,213 cells have one.
    assert Target.objects.count() == 8463


def test_the_transit_file_takes_under_ten_seconds_and_twice_changes_nothing(
    organization: Organization, alice: User
) -> None:
    path, mapping = real_file(NYCT), mapping_of("nyct_performance.json")
    started = time.process_time()
    run(alice, organization, path, mapping)
    assert time.process_time() - started < 10
    again = run(alice, organization, path, mapping)
    assert (again.new, again.changed, again.same) == (0, 0, 9207)
    with organization_scope(organization):
        assert Measurement.objects.count() == 9207
        assert not Measurement.objects.filter(version__gt=1).exists()


def test_every_project_of_the_uk_file_is_imported_with_its_costs_and_refusals(
    organization: Organization, alice: User
) -> None:
    report = run(alice, organization, real_file(UK), mapping_of("uk_major_projects.json")).as_json()
    assert (report["rows"], report["projects"], report["kpis"]) == (235, 235, 0)
    assert (report["new"], report["changed"], report["same"]) == (198 + 200 + 191, 0, 0)
    _check_refusals(report["rejected"])
    with organization_scope(organization):
        assert Project.objects.count() == 235
        assert Department.objects.count() == 18
        largest = ProjectDepartment.objects.values_list("department__name").annotate(count=Count("pk"))
        assert dict(largest.order_by("-count")[:5]) == {
            "MOD": 52,
            "MOJ": 24,
            "DFT": 22,
            "BEIS": 22,
            "HMRC": 19,
        }
        _check_costs()


def _check_refusals(rejected: list[dict[str, Any]]) -> None:
    columns = Counter(cell["column"] for cell in rejected)
    assert [columns[name] for name in COSTS] == [235 - 198, 235 - 200, 235 - 191]
    first = next(cell for cell in rejected if cell["text"].startswith("Exempt under Section 43"))
    assert (first["row"], first["column"]) == (11, "wlc_baseline_incl_NCG")
    assert all(cell["reason"] and cell["row"] > 1 for cell in rejected)


def _check_costs() -> None:
    """In-year sums as published; the whole life contains them and stands in no total."""
    flows = CashFlow.objects.values_list("series").annotate(Count("pk"), Sum("amount"))
    assert {series: (count, total / MILLION) for series, count, total in flows} == {
        "plan": (198, Decimal("43128.88")),
        "forecast": (200, Decimal("39554.02")),
    }
    notes = MoneyLine.objects.filter(name="Whole-life cost").values_list("note", flat=True)
    stated = [Decimal(note.partition(" GBP")[0].replace(",", "")) / MILLION for note in notes]
    assert (len(stated), sum(stated)) == (191, Decimal(494181))


def test_importing_the_uk_file_twice_changes_nothing(organization: Organization, alice: User) -> None:
    path, mapping = real_file(UK), mapping_of("uk_major_projects.json")
    first = run(alice, organization, path, mapping).as_json()
    again = run(alice, organization, path, mapping).as_json()
    assert (again["new"], again["changed"], again["same"]) == (0, 0, 589)
    assert again["rejected"] == first["rejected"]
