"""Pages of formula cards."""

from collections.abc import Callable

import pytest

from assessments.formula_cards import catalogue  # noqa: F401
from assessments.formula_cards.registry import figures_of
from kpis.models import Kpi
from projects.models import Project

Read = Callable[..., str]


@pytest.mark.parametrize("code", [one.code for one in figures_of("project")])
def test_every_figure_of_a_project_has_a_card(computed: Project, read: Read, code: str) -> None:
    text = read(f"projects/ERP/figures/{code}/")
    assert "<math" in text
    assert "The stored figure is older" not in text


@pytest.mark.parametrize("code", [one.code for one in figures_of("kpi")])
def test_every_figure_of_a_kpi_has_a_card(computed: Project, kpi: Kpi, read: Read, code: str) -> None:
    text = read(f"kpis/{kpi.code}/figures/{code}/")
    assert "<math" in text
    assert "The stored figure is older" not in text


def test_the_lists_show_every_figure(computed: Project, kpi: Kpi, read: Read) -> None:
    for path in ("projects/ERP/figures/", f"kpis/{kpi.code}/figures/"):
        text = read(path)
        for one in figures_of("project" if "projects" in path else "kpi"):
            assert f"/o/acme/{path}{one.code}/" in text
