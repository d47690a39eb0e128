"""My entries: tables of what is due. What is typed is kept as drafts, row by row, until it is submitted."""

import datetime
from dataclasses import dataclass, replace
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments.entry.cells import Unsaved
from assessments.entry.reading import Listed, listed_kpis, read_sheet, scopes_of
from assessments.entry.rows import build_rows, build_tables, heading
from assessments.entry.states import Cell
from assessments.entry.window import COLUMNS, Window, read_choice, read_window
from assessments.forms.entries import EntryForm, value_id
from assessments.services.entering import EntryReport, enter_values, preview_values
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.periods import label

PER_PAGE = 100
#: of a paste's cells that ask for an explanation: their rows ask again
SHOWN_DOUBTS = 20


@dataclass(frozen=True, slots=True)
class Action:
    """What a button asks for: save | submit, of all or of one KPI (`submit:12`); mine | theirs for one cell."""

    word: str
    kpi_id: int | None = None
    cell: Cell | None = None
    version: int = 0

    def submits(self, kpi_id: int) -> bool:
        return self.word == "submit" and self.kpi_id in (None, kpi_id)


@requires(Right.ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def entries(request: MemberRequest) -> HttpResponse:
    """The tables; a POST keeps or submits what was typed. A script that asks for JSON gets the changed rows."""
    response = _enter(request) if request.method == "POST" else _render_page(request, Unsaved())
    patch_vary_headers(response, ["Accept"])
    return response


@requires(Right.ENTER)
@require_POST
def entries_preview(request: MemberRequest) -> HttpResponse:
    """What would become of pasted cells, before anything is saved: numbers are read as when they are entered."""
    form = EntryForm.of(request.POST.dict())
    kpis = _entered_kpis(request, form)
    values = form.read(kpis, request.organization.today())
    found = preview_values(membership=request.membership, values=values)
    rejected = {**form.problems, **found.refused}
    cells = [(cell, kpis[cell[0]]) for cell in form.cells if cell[0] in kpis]
    context = {
        "count": len(form.cells),
        "accepted": [value.cell for value in values if value.cell not in rejected],
        "rejected": [_line(kpi, cell, rejected[cell]) for cell, kpi in cells if cell in rejected],
        "doubted": len(found.unexplained),
        "doubts": [
            _line(kpi, cell, found.unexplained[cell][0]) for cell, kpi in cells if cell in found.unexplained
        ][:SHOWN_DOUBTS],
        "outside": _number(request.POST.get("outside", "")),
    }
    html = get_template("assessments/entries_preview.html").render(context, request)
    ready = [value_id(*cell) for cell in context["accepted"]]  # type: ignore[attr-defined]
    return JsonResponse({"html": html, "ready": ready})


def _line(kpi: Kpi, cell: Cell, text: str) -> dict[str, str]:
    return {"kpi": kpi.name, "period": label(cell[1], kpi.frequency), "text": text}


def _enter(request: MemberRequest) -> HttpResponse:
    action = _action(request.POST.get("action", ""))
    form = EntryForm.of(request.POST.dict())
    if action.cell and action.word == "theirs":
        form.take_theirs(action.cell)
    elif action.cell and action.word == "mine":
        form.keep_mine(action.cell, action.version)
    report, unsaved = _record(request, form, action)
    text = _outcome(report, unsaved)
    if "application/json" in request.headers.get("Accept", ""):
        shown = {action.cell[0]} if action.cell else set()
        return _json(request, form.kpi_ids | shown, unsaved, text)
    if unsaved.count:
        messages.warning(request, text)
        return _render_page(request, unsaved, status=422)
    messages.success(request, text)
    return HttpResponseRedirect(_address(request) + (f"#row-{action.kpi_id}" if action.kpi_id else ""))


def _record(request: MemberRequest, form: EntryForm, action: Action) -> tuple[EntryReport, Unsaved]:
    """Save what is right; keep what is not, with what is wrong about it."""
    kpis = _entered_kpis(request, form)
    values = form.read(kpis, request.organization.today())
    values = [replace(value, submit=action.submits(value.kpi_id)) for value in values]
    report = EntryReport()
    problems = dict(form.problems)
    if values:
        try:
            report = enter_values(membership=request.membership, values=values)
        except InvalidInputError as error:
            problems |= {value.cell: str(error) for value in values}
    problems |= report.refused
    wrong = {*problems, *report.conflicts}
    texts = {cell: typed for cell, typed in form.cells.items() if cell in wrong}
    absences = {cell: given for cell, given in form.absences.items() if cell in wrong}
    return report, Unsaved(texts, problems, report.conflicts, report.unexplained, absences)


def _entered_kpis(request: MemberRequest, form: EntryForm) -> dict[int, Kpi]:
    own = Kpi.objects.enterable_by(request.membership).filter(pk__in=form.kpi_ids)
    return {kpi.pk: kpi for kpi in own}


def _outcome(report: EntryReport, unsaved: Unsaved) -> str:
    """What happened, in one or two sentences."""
    submitted, saved, wrong = len(report.submitted), len(report.saved), unsaved.count
    parts = []
    if submitted:
        names = {"count": submitted}
        parts.append(ngettext("%(count)d value submitted.", "%(count)d values submitted.", submitted) % names)
    if saved:
        names = {"count": saved}
        parts.append(ngettext("%(count)d draft saved.", "%(count)d drafts saved.", saved) % names)
    if wrong:
        names = {"count": wrong}
        parts.append(ngettext("%(count)d cell needs a look.", "%(count)d cells need a look.", wrong) % names)
    return pgettext("between sentences", " ").join(parts) or _("Nothing had changed.")


def _json(request: MemberRequest, kpi_ids: set[int], unsaved: Unsaved, text: str) -> JsonResponse:
    """The rows of some KPIs, drawn anew, and what else changes on the page."""
    today, window = request.organization.today(), _window(request)
    listed = listed_kpis(request.membership, read_choice(request.GET.dict(), request.membership), today)
    shown = [row for row in listed if row.pk in kpi_ids]
    rows = build_rows(read_sheet(shown, window), unsaved, _entries_url(request)) if shown else {}
    template = get_template("assessments/entries_row.html")
    return JsonResponse(
        {
            "rows": {
                str(pk): template.render({"row": row, "table": table}, request)
                for pk, (row, table) in rows.items()
            },
            "heading": heading(listed, today),
            "announcement": text,
            "saved": formats.time_format(timezone.localtime(), "TIME_FORMAT"),
            "left": [value_id(*cell) for cell in unsaved.left],
            "problems": unsaved.count,
        }
    )


def _render_page(request: MemberRequest, unsaved: Unsaved, status: int = 200) -> HttpResponse:
    today, window = request.organization.today(), _window(request)
    choice = read_choice(request.GET.dict(), request.membership)
    listed = listed_kpis(request.membership, choice, today)
    page = Paginator(listed, PER_PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    tables = build_tables(read_sheet(shown, window), shown, unsaved, _entries_url(request))
    may_see_all = allows(request.membership, Right.ENTER_ANY)
    projects, departments = scopes_of() if may_see_all else ([], [])
    context = {
        "heading": heading(listed, today),
        "page": page,
        "tables": tables,
        "drafts": sum(row.drafts for table in tables for group in table.groups for row in group.rows),
        "query": request.GET.urlencode(),
        "choice": choice,
        "scope": request.GET.get("scope", ""),
        "may_see_all": may_see_all,
        "projects": projects,
        "departments": departments,
        "may_import": allows(request.membership, Right.IMPORT),
        **_moves(window, shown),
    }
    if choice.everybody or not choice.is_wide:
        # The count in the navigation is of KPIs that are at hand.
        context["due_count"] = sum(row.is_owed and row.is_own for row in listed)
    return render(request, "assessments/entries.html", context, status=status)


def _moves(window: Window, listed: list[Listed]) -> dict[str, Any]:
    """Where the buttons for earlier, later and more periods lead."""
    frequency = listed[0].frequency if listed else "month"
    return {
        "earlier": window.earlier(frequency),
        "later": window.later(frequency),
        "column_choices": [(count, count == window.columns) for count in COLUMNS],
        "moved": window.start is not None,
    }


def _window(request: MemberRequest) -> Window:
    return read_window(request.GET.dict(), request.organization.today())


def _entries_url(request: MemberRequest) -> str:
    return reverse("assessments:entries", args=[request.organization.slug])


def _address(request: MemberRequest) -> str:
    query = request.GET.urlencode()
    return _entries_url(request) + (f"?{query}" if query else "")


def _action(text: str) -> Action:
    """Read the value of a button; anything else keeps drafts, which harms nobody."""
    word, *rest = text.split(":")
    if word in {"mine", "theirs"} and len(rest) == 3 and rest[0].isdecimal() and rest[2].isdecimal():
        try:
            return Action(
                word, cell=(int(rest[0]), datetime.date.fromisoformat(rest[1])), version=int(rest[2])
            )
        except ValueError:
            return Action("save")
    kpi_id = _number(rest[0]) if rest else None
    return Action("submit" if word == "submit" and kpi_id != 0 else "save", kpi_id)


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 19 else 0
