"""The workbook of a project: Excel's figures are the product's. LibreOffice stands for Excel."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from assessments.models import ProjectResult
from organizations.models import User
from projects.models import Project
from tests.assessments.formula_cards.libreoffice import needs_libreoffice, recalculated

Browser = Callable[[User], Client]
ADDRESS = "/o/acme/projects/ERP/workbook.xlsx"


@pytest.fixture
def download(client_of: Browser, victor: User, tmp_path: Path) -> Callable[[], Path]:
    def get() -> Path:
        response = client_of(victor).get(ADDRESS)
        assert response.status_code == 200
        path = tmp_path / "workbook.xlsx"
        path.write_bytes(b"".join(response.streaming_content))  # type: ignore[arg-type]
        return path

    return get


def checks(book: Any, name: str = "Check") -> dict[str, tuple[Any, Any, str]]:
    """By figure: product, Excel, verdict."""
    rows = book[name].iter_rows(min_row=5, values_only=True)
    return {row[0]: (row[1], row[2], row[4]) for row in rows if row[0]}


def test_libreoffice_computes_the_same_figures(computed: Project, download: Callable[[], Path]) -> None:
    needs_libreoffice()
    path = download()
    before = checks(openpyxl.load_workbook(path, data_only=True))
    assert not any(excel for _product, excel, _word in before.values()), (
        "no figure is written beside its formula"
    )
    found = checks(recalculated(path))
    assert {name: row for name, row in found.items() if row[2] != "OK"} == {}
    result = ProjectResult.objects.get(project=computed)
    for name, stored in (
        ("Plan: Net present value", result.npv_plan),
        ("Outlook: Net present value", result.npv_outlook),
    ):
        assert found[name][1] == pytest.approx(stored, abs=0.005)
    assert found["Outlook: Payback from go-live, months"][1] == pytest.approx(
        result.payback_outlook, abs=1e-6
    )
    assert found["Outlook: Benefits to date"][1] == pytest.approx(result.benefits_actual, abs=0.005)
