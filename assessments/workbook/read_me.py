"""What the workbook is, and the terms by which it computes: cells with a frame may be changed."""

from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _

from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.money_readings import conventions
from assessments.method import METHOD_VERSION
from assessments.workbook.book import Book, Sheet


@dataclass(frozen=True, slots=True)
class Terms:
    """Cells that other sheets read."""

    as_of: str
    live_plan: str
    live_now: str


def write_read_me(book: Book, sheet: Sheet, facts: ProjectFigures, by: str) -> Terms:
    """Fill the sheet and name the terms."""
    project, inputs = facts.project, facts.valuation.inputs
    sheet.widths(40, 60)
    sheet.text(0, 0, _("%(project)s: how its figures are computed") % {"project": project.name}, "title")
    known = timezone.localtime(inputs.known_at)
    zone = timezone.get_current_timezone_name()
    rows = [
        (_("Organization"), facts.organization.name),
        (_("Project"), f"{project.code} · {project.name}"),
        (_("Written by"), by),
        (_("Known at"), f"{known:%Y-%m-%d %H:%M:%S} ({zone})"),
        (_("Method version"), METHOD_VERSION),
        (_("Reporting currency"), facts.currency),
    ]
    for number, (name, text) in enumerate(rows, 2):
        sheet.text(number, 0, name, "strong")
        sheet.text(number, 1, text)
    row = 2 + len(rows) + 1
    sheet.text(row, 0, _("Terms"), "heading")
    sheet.text(row + 1, 0, _("As of"), "strong")
    sheet.date(row + 1, 1, inputs.as_of)
    sheet.text(row + 2, 0, _("Discount rate a year"), "strong")
    sheet.number(row + 2, 1, inputs.terms.discount_rate, "input")
    book.name("discount_rate", sheet.place(row + 2, 1))
    sheet.text(row + 3, 0, _("Discount rate a month"), "strong")
    sheet.formula(row + 3, 1, "(1+discount_rate)^(1/12)-1", "rate")
    book.name("monthly_rate", sheet.place(row + 3, 1))
    sheet.text(row + 4, 0, _("Cap of a KPI's score"), "strong")
    sheet.number(row + 4, 1, inputs.terms.score_cap, "input")
    book.name("score_cap", sheet.place(row + 4, 1))
    live_plan = project.go_live_planned
    live_now = project.go_live_actual or live_plan
    sheet.text(row + 5, 0, _("Go-live planned"), "strong")
    sheet.text(row + 6, 0, _("Go-live, actual or else planned"), "strong")
    # From go-live is counted only where both views have one.
    both = live_plan is not None and live_now is not None
    for number, day in ((row + 5, live_plan), (row + 6, live_now)):
        sheet.date(number, 1, day) if both and day else sheet.number(number, 1, 0, "until")
    _write_conventions(sheet, row + 8)
    return Terms(sheet.place(row + 1, 1), sheet.place(row + 5, 1), sheet.place(row + 6, 1))


def _write_conventions(sheet: Sheet, row: int) -> None:
    sheet.text(row, 0, _("Conventions"), "heading")
    texts = [
        *conventions(),
        _(
            "A payback is the first month in which the sum of all flows is back at 0, along a straight line within it."
        ),
        _(
            "Attainment is (actual − baseline) / (target − baseline), uncapped; a score counts it from 0 to the cap."
        ),
        _("Every figure is a formula without macros: change a framed cell or an amount, and all follow."),
        _("A dash means that the figure cannot be said; it never means 0."),
    ]
    for number, text in enumerate(texts, row + 1):
        sheet.text(number, 0, text)
