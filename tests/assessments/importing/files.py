"""Files and mappings for the tests of imports."""

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings

from assessments.models import ImportBatch, Measurement
from assessments.services.importing import ImportReport, import_file, load_mapping
from organizations.models import Organization, User
from organizations.tenancy import organization_scope

Rows = Sequence[Sequence[Any]]

MAPPINGS = Path(settings.BASE_DIR) / "docs" / "mappings"
DATA = Path(settings.BASE_DIR).parent / "shared" / "data"

HEADINGS = ["KPI", "Name", "Month", "Actual", "Target"]
#: a file of KPIs that are created in a project of their own
CREATING: dict[str, Any] = {
    "kind": "measurements",
    "create": {"projects": True, "kpis": True},
    "project": {"code": "ERP", "name": "ERP group"},
    "kpi": {"code": {"column": "KPI"}, "name": {"column": "Name"}, "direction": "lower", "unit": "h"},
    "period": "Month",
    "value": "Actual",
    "target": "Target",
}


def real_file(name: str) -> Path:
    """One of the files written by nobody here; tests skip where they are absent, and fail in CI."""
    path = DATA / name
    if not path.is_file():
        if os.environ.get("CI") == "true":
            pytest.fail(f"{path} is absent; CI must have it")
        pytest.skip(f"{path} is absent")
    return path


def mapping_of(name: str) -> dict[str, Any]:
    """A mapping of docs/mappings."""
    return load_mapping(MAPPINGS / name)


def csv_text(rows: Rows, delimiter: str = ",") -> str:
    """Rows as CSV text."""
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)
    return buffer.getvalue()


def csv_file(
    folder: Path, rows: Rows, *, delimiter: str = ",", encoding: str = "utf-8", name: str = "v.csv"
) -> Path:
    """Rows as a CSV file."""
    path = folder / name
    path.write_bytes(csv_text(rows, delimiter).encode(encoding))
    return path


def xlsx_file(folder: Path, rows: Rows, *, name: str = "v.xlsx") -> Path:
    """Rows as the first sheet of a workbook."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    path = folder / name
    book.save(path)
    return path


def run(actor: User, organization: Organization, path: Path, mapping: Any, **options: Any) -> ImportReport:
    """Import a file now."""
    return import_file(actor=actor, organization=organization, path=path, mapping=mapping, **options)


def refused(report: ImportReport) -> list[tuple[int, str, str]]:
    """(row, column, text) of each rejected cell."""
    return [(cell["row"], cell["column"], cell["text"]) for cell in report.as_json()["rejected"]]


def stored_values(organization: Organization) -> dict[tuple[str, str], float | None]:
    """(KPI code, month) → newest value."""
    with organization_scope(organization):
        rows = Measurement.objects.newest().values_list("kpi__code", "period", "value")
        return {(code, f"{period:%Y-%m}"): value for code, period, value in rows}


def batches_of(organization: Organization) -> list[ImportBatch]:
    """All imports, oldest first."""
    with organization_scope(organization):
        return list(ImportBatch.objects.order_by("pk"))
