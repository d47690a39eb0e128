"""The workbook of a project: Excel's figures are the product's. LibreOffice stands for Excel."""

import io
import tempfile
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client
from django.utils.translation import gettext as _
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from assessments.formula_cards import catalogue  # noqa: F401
from assessments.formula_cards.facts import ProjectFigures, read_kpi_figures, read_project_figures
from assessments.formula_cards.registry import figures_of, find_figure
from assessments.models import ProjectResult
from assessments.workbook import write_project_workbook
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import MoneyLine, Project
from projects.periods import add_months
from projects.services import create_line, set_cash_flows
from tests.assessments.formula_cards.generated import project_figures
from tests.assessments.formula_cards.libreoffice import needs_libreoffice, recalculated, results_of
from tests.assessments.worked_example import JANUARY, make_project

Browser = Callable[[User], Client]
ADDRESS = "/o/acme/projects/ERP/workbook.xlsx"
MONEY = (
    *("npv", "roi", "benefit-cost-ratio", "irr", "mirr", "payback", "discounted-payback"),
    *("benefits", "costs", "risk-adjustment", "functional", "operational", "strategic", "value-index"),
)


def written(facts: ProjectFigures) -> io.BytesIO:
    """The workbook as a file in memory."""
    file = io.BytesIO()
    write_project_workbook(file, facts, "Bob")
    file.seek(0)
    return file


@pytest.fixture
def download(client_of: Browser, victor: User, tmp_path: Path) -> Callable[[], Path]:
    def get() -> Path:
        response: Any = client_of(victor).get(ADDRESS)
        assert response.status_code == 200
        path = tmp_path / "workbook.xlsx"
        path.write_bytes(b"".join(response.streaming_content))
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
    [book] = recalculated(path)
    found = checks(book)
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


def test_it_is_written_in_the_readers_language(computed: Project, organization: Organization) -> None:
    """Sheets and headings are Chinese where the reader's language is; formulas call the sheets by those names."""
    with override("zh-hans"):
        facts = read_project_figures(computed, organization)
        assert facts is not None
        names = [_("Read me"), _("Flows"), _("Plan"), _("Outlook"), _("KPIs"), _("Check")]
        book = openpyxl.load_workbook(written(facts))
    assert book.sheetnames == names


def test_what_people_typed_is_text_and_never_a_formula(
    computed: Project, organization: Organization, bob: User
) -> None:
    create_line(actor=bob, project=computed, values={"kind": "cost", "name": '=HYPERLINK("http://x","y")'})
    line = MoneyLine.objects.get(name__startswith="=")
    set_cash_flows(actor=bob, line=line, series="plan", amounts={JANUARY: Decimal(5)})
    facts = read_project_figures(computed, organization)
    assert facts is not None
    cells = [cell for row in openpyxl.load_workbook(written(facts))["Flows"].iter_rows() for cell in row]
    assert [cell.data_type for cell in cells if cell.value == '=HYPERLINK("http://x","y")'] == ["s", "s"]


def test_a_project_without_money_and_kpis_has_a_workbook(
    organization: Organization, scope: None, bob: User
) -> None:
    facts = read_project_figures(make_project(bob, organization, "BARE"), organization)
    assert facts is not None
    book = openpyxl.load_workbook(written(facts))
    assert book["Flows"]["A3"].value == "No month has an amount yet."
    assert "Plan" not in book.sheetnames


def test_it_is_written_in_less_than_a_second(
    computed: Project, organization: Organization, bob: User
) -> None:
    for number in range(20):
        line = create_line(actor=bob, project=computed, values={"kind": "cost", "name": f"Line {number}"})
        months = {add_months(JANUARY, step): Decimal(100 + step) for step in range(60)}
        set_cash_flows(actor=bob, line=line, series="plan", amounts=months)
    facts = read_project_figures(computed, organization)
    assert facts is not None
    started = time.process_time()
    written(facts)
    assert time.process_time() - started < 1


def test_the_formulas_of_all_cards_give_their_figures(
    computed: Project, kpi: Kpi, organization: Organization, tmp_path: Path
) -> None:
    needs_libreoffice()
    facts, about = read_project_figures(computed, organization), read_kpi_figures(kpi, organization)
    cards = [one.make(facts) for one in figures_of("project")] + [
        one.make(about) for one in figures_of("kpi")
    ]
    readings = [reading for card in cards for reading in card.readings if reading.excel]
    found = results_of([reading.excel for reading in readings], tmp_path / "formulas.xlsx")
    for reading, amount in zip(readings, found, strict=True):
        assert amount == pytest.approx(reading.amount, rel=1e-7, abs=1e-6), reading


@settings(
    max_examples=2,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(made=st.lists(project_figures(), min_size=8, max_size=8))
def test_whatever_the_project_excel_says_the_same(made: list[ProjectFigures]) -> None:
    """Workbooks and the formulas of cards, for generated projects."""
    needs_libreoffice()
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, facts in enumerate(made):
            paths.append(Path(folder) / f"project{number}.xlsx")
            paths[-1].write_bytes(written(facts).getvalue())
        wrong = [
            {name: row for name, row in checks(book).items() if row[2] != "OK"}
            for book in recalculated(*paths)
        ]
        assert wrong == [{}] * len(made)
        readings = [
            reading
            for facts in made
            for code in MONEY
            for reading in find_figure("project", code).make(facts).readings  # type: ignore[union-attr]
            if reading.excel
        ]
        found = results_of([reading.excel for reading in readings], Path(folder) / "formulas.xlsx")
        for reading, amount in zip(readings, found, strict=True):
            assert amount == pytest.approx(reading.amount, rel=1e-7, abs=1e-6), reading
