"""My entries: a table of what is due, saved row by row."""

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_http_methods, require_POST

from assessments.due import ENTERED, own_kpis, with_due
from assessments.entry_rows import (
    EntryRow,
    Typed,
    build_row,
    columns_of,
    is_late,
    newest_of,
    open_periods,
    rank_of,
    stored_text,
)
from assessments.forms import EntryForm, seen_name, value_name
from assessments.services.entering import EntryReport, enter_values
from kpis.access import get_kpi_for, may_enter
from kpis.models import Kpi
from organizations.errors import ForbiddenError, InvalidInputError
from organizations.http import MemberRequest
from organizations.permissions import Right, allows, requires
from projects.models import Project
from projects.periods import label, last_complete

PER_PAGE = 100


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose KPIs the table shows, by the address."""

    everybody: bool
    project: str
    kpi: str


@requires(Right.ENTER)
@require_http_methods(["GET", "HEAD", "POST"])
def entries(request: MemberRequest) -> HttpResponse:
    """The table; a POST is "Save all"."""
    if request.method == "POST":
        return _save_all(request)
    return _render_page(request, Typed())


@requires(Right.ENTER)
@require_POST
def entry_save(request: MemberRequest, code: str) -> HttpResponse:
    """Save the row of one KPI. htmx gets the row back, a plain form the page."""
    kpi = get_kpi_for(request, code, Right.ENTER)
    if not may_enter(request.membership, kpi):
        raise ForbiddenError(
            _("You may enter the values of the KPIs you answer for. This is not one of them.")
        )
    report, typed_in = _save(request, [kpi])
    text = _row_message(kpi, report, typed_in)
    if request.htmx:
        return _render_row(request, kpi, typed_in, text)
    waiting = _typed_elsewhere(request, kpi)
    if typed_in.problems or typed_in.conflicts:
        return _render_page(request, _merged(typed_in, waiting), status=422)
    messages.success(request, text)
    if waiting:
        return _render_page(request, Typed(waiting))
    return HttpResponseRedirect(f"{_address(request)}#row-{kpi.pk}")


def _save_all(request: MemberRequest) -> HttpResponse:
    chosen = Kpi.objects.enterable_by(request.membership).filter(pk__in=_ids(request))
    kpis = list(chosen.select_related("project"))
    report, typed_in = _save(request, kpis)
    saved = len(report.saved)
    text = ngettext("%(count)d value saved.", "%(count)d values saved.", saved) % {"count": saved}
    problems = len(typed_in.problems) + len(typed_in.conflicts)
    if not problems:
        messages.success(request, text if saved else _("Nothing had changed."))
        return HttpResponseRedirect(_address(request))
    names = {"count": problems}
    more = ngettext("%(count)d cell needs a look.", "%(count)d cells need a look.", problems) % names
    messages.warning(request, _("%(first)s %(second)s") % {"first": text, "second": more})
    return _render_page(request, typed_in, status=422)


def _save(request: MemberRequest, kpis: Iterable[Kpi]) -> tuple[EntryReport, Typed]:
    """Save what is right; keep what is not, with what is wrong about it."""
    today = request.organization.today()
    forms = [EntryForm(request.POST, kpi=kpi, periods=open_periods(kpi, today)) for kpi in kpis]
    problems: dict[tuple[int, datetime.date], str] = {}
    values = []
    for form in forms:
        form.is_valid()
        values += form.values
        problems |= {
            (form.kpi.pk, period): text for period in form.periods if (text := form.error_of(period))
        }
    report = EntryReport()
    if values:
        try:
            report = enter_values(membership=request.membership, values=values)
        except InvalidInputError as error:
            problems |= {(value.kpi_id, value.period): str(error) for value in values}
    problems |= {
        cell: _("A saved value cannot be emptied. Type the right one, or say below why there is none.")
        for cell in report.emptied
    }
    wrong = {*problems, *report.conflicts}
    texts = {
        name: text
        for form in forms
        if any((form.kpi.pk, period) in wrong for period in form.periods)
        for name, text in form.unsaved(wrong).items()
    }
    return report, Typed(texts, problems, report.conflicts)


def _row_message(kpi: Kpi, report: EntryReport, typed_in: Typed) -> str:
    if typed_in.problems or typed_in.conflicts:
        return _("%(kpi)s was not saved. Look at its row.") % {"kpi": kpi.name}
    if not report.saved:
        return _("%(kpi)s: nothing had changed.") % {"kpi": kpi.name}
    periods = pgettext("between names", ", ").join(
        label(period, kpi.frequency) for _kpi, period in sorted(report.saved)
    )
    return _("%(kpi)s is saved for %(periods)s.") % {"kpi": kpi.name, "periods": periods}


def _typed_elsewhere(request: MemberRequest, kpi: Kpi) -> dict[str, str]:
    """What was typed in other rows when a browser without a script sent this one: it must not be lost."""
    today = request.organization.today()
    others = list(
        Kpi.objects.enterable_by(request.membership).filter(pk__in=_ids(request)).exclude(pk=kpi.pk)
    )
    newest = newest_of(others, today)
    typed_in: dict[str, str] = {}
    for other in others:
        for period in open_periods(other, today):
            text = request.POST.get(value_name(other, period), "").strip()
            if text != stored_text(newest.get((other.pk, period))):
                seen = seen_name(other, period)
                typed_in |= {value_name(other, period): text, seen: request.POST.get(seen, "")}
    return typed_in


def _ids(request: MemberRequest) -> set[int]:
    """The KPIs whose cells are in the request."""
    parts = [name.split("-") for name in request.POST if name.startswith("value-")]
    return {int(part[1]) for part in parts if part[1].isdecimal() and len(part[1]) < 19}


def _merged(typed_in: Typed, more: Mapping[str, str]) -> Typed:
    return Typed({**more, **typed_in.texts}, typed_in.problems, typed_in.conflicts)


def _address(request: MemberRequest) -> str:
    query = request.GET.urlencode()
    return reverse("assessments:entries", args=[request.organization.slug]) + (f"?{query}" if query else "")


def _choice(request: MemberRequest) -> Choice:
    everybody = request.GET.get("scope") == "all" and allows(request.membership, Right.ENTER_ANY)
    # PostgreSQL refuses to look for a text with a zero byte.
    project, kpi = (request.GET.get(name, "").replace("\0", "") for name in ("project", "kpi"))
    return Choice(everybody, project, kpi)


def _chosen_kpis(request: MemberRequest, choice: Choice) -> list[Kpi]:
    if choice.everybody or choice.kpi:
        kpis: Any = Kpi.objects.enterable_by(request.membership).filter(source__in=ENTERED)
    else:
        kpis = own_kpis(request.membership)
    if choice.project:
        kpis = kpis.filter(project__code=choice.project)
    if choice.kpi:
        kpis = kpis.filter(code=choice.kpi)
    return list(with_due(kpis.select_related("project"), request.organization.today()))


def _render_page(request: MemberRequest, typed_in: Typed, status: int = 200) -> HttpResponse:
    today, choice = request.organization.today(), _choice(request)
    kpis = _chosen_kpis(request, choice)
    page = Paginator(_sorted(kpis, today), PER_PAGE).get_page(request.GET.get("page"))
    newest = newest_of(page.object_list, today)
    rows = [build_row(kpi, newest=newest, today=today, typed_in=typed_in) for kpi in page.object_list]
    may_see_all = allows(request.membership, Right.ENTER_ANY)
    context = {
        "heading": heading(kpis, today),
        "page": page,
        "groups": _groups(rows),
        "columns": columns_of(rows),
        "query": request.GET.urlencode(),
        "choice": choice,
        "may_see_all": may_see_all,
        "projects": Project.objects.active().values_list("code", "name") if may_see_all else [],
        "may_import": allows(request.membership, Right.IMPORT),
    }
    return render(request, "assessments/entries.html", context, status=status)


def _render_row(request: MemberRequest, kpi: Kpi, typed_in: Typed, text: str) -> HttpResponse:
    today = request.organization.today()
    annotated = with_due(Kpi.objects.filter(pk=kpi.pk).select_related("project"), today).get()
    row = build_row(annotated, newest=newest_of([kpi], today), today=today, typed_in=typed_in)
    context = {
        "row": row,
        "frequency": request.POST.get("frequency", ""),
        "query": request.GET.urlencode(),
        "announcement": text,
        "heading": heading(_chosen_kpis(request, _choice(request)), today),
    }
    return render(request, "assessments/entries_answer.html", context)


def _sorted(kpis: list[Kpi], today: datetime.date) -> list[Kpi]:
    """Projects with late values first, in each what is late or due first."""
    ranks = {kpi.pk: rank_of(kpi, today) for kpi in kpis}
    worst: dict[int, int] = {}
    for kpi in kpis:
        worst[kpi.project_id] = min(worst.get(kpi.project_id, ranks[kpi.pk]), ranks[kpi.pk])
    return sorted(
        kpis,
        key=lambda kpi: (worst[kpi.project_id], kpi.project.name, kpi.project_id, ranks[kpi.pk], kpi.name),
    )


def _groups(rows: list[EntryRow]) -> list[dict[str, Any]]:
    return [
        {"project": project, "rows": sorted(found, key=lambda row: row.rank)}
        for project, found in groupby(rows, lambda row: row.kpi.project)
    ]


def heading(kpis: list[Any], today: datetime.date) -> str:
    """ "7 values due, 2 late. 33 of 40 in for October 2026." """
    expected = [kpi for kpi in kpis if kpi.is_expected]
    owed = [kpi for kpi in expected if not kpi.has_value]
    if not kpis:
        return _("Nothing to enter")
    if not expected:
        return _("Nothing is due yet")
    names = {"in": len(expected) - len(owed), "all": len(expected)}
    frequencies = {kpi.frequency for kpi in expected}
    if len(frequencies) == 1:
        frequency = frequencies.pop()
        names["period"] = label(last_complete(today, frequency), frequency)  # type: ignore[assignment]
        done = _("%(in)d of %(all)d in for %(period)s.") % names
    else:
        done = _("%(in)d of %(all)d in for their last complete period.") % names
    return _("%(first)s %(second)s") % {"first": _owed(owed, today), "second": done}


def _owed(owed: list[Kpi], today: datetime.date) -> str:
    if not owed:
        return _("Nothing is due.")
    late = sum(is_late(kpi, today) for kpi in owed)
    names = {"due": len(owed), "late": late}
    if not late:
        return ngettext("%(due)d value due.", "%(due)d values due.", len(owed)) % names
    return (
        ngettext("%(due)d value due, %(late)d late.", "%(due)d values due, %(late)d late.", len(owed)) % names
    )
