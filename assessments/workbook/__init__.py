"""The workbook of a project, in which Excel computes every figure again."""

from typing import IO

from django.utils.translation import gettext as _

from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_course import courses
from assessments.workbook.book import Book
from assessments.workbook.check_sheet import write_check
from assessments.workbook.flows_sheet import write_flows
from assessments.workbook.kpi_sheet import write_kpis
from assessments.workbook.read_me import write_read_me
from assessments.workbook.view_sheet import ViewLayout, write_view

__all__ = ["write_project_workbook"]


def write_project_workbook(file: IO[bytes], facts: ProjectFigures, by: str) -> None:
    """Write the workbook in the language in force; `by` names the person for whom."""
    with Book(file) as book:
        terms = write_read_me(book, book.sheet(_("Read me")), facts, by)
        flows = write_flows(book.sheet(_("Flows")), facts, terms.as_of)
        views: dict[str, ViewLayout] = {}
        for course in courses(facts):
            live = terms.live_plan if course.name == "plan" else terms.live_now
            name = _("Plan") if course.name == "plan" else _("Outlook")
            views[course.name] = write_view(book.sheet(name), facts, flows, course, live)
        kpis = write_kpis(book.sheet(_("KPIs")), facts)
        write_check(book.sheet(_("Check")), facts, views, kpis)
