"""The message of a project, drafted from its numbers; whole sentences, so that they translate."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import ProjectResult
from assessments.models.results import StatusWord
from charts.numbers import as_decimal, compact_money, write
from projects.models import Project


def project_message(
    project: Project, result: ProjectResult | None, kpis: Sequence[Any], currency: str
) -> str:
    """What is the case, in one or two sentences."""
    if not kpis:
        first = _("%(project)s has no KPIs yet, so nobody can say what it is worth.") % {
            "project": project.name
        }
        return first if result is None else _joined(first, _money(project, result, currency))
    if result is None:
        return _("The figures of %(project)s are being computed.") % {"project": project.name}
    return _joined(_money(project, result, currency), _course(project, kpis))


def months(count: float) -> str:
    """A payback in whole months: nobody knows the day."""
    number = as_decimal(round(count))
    return write(number, 0) if number is not None else ""


def _joined(*sentences: str) -> str:
    present = [sentence for sentence in sentences if sentence]
    if len(present) < 2:
        return "".join(present)
    return _("%(first)s %(second)s") % {"first": present[0], "second": present[1]}


def _money(project: Project, result: ProjectResult, currency: str) -> str:
    plan, now = result.payback_plan, result.payback_outlook
    figures = result.figures
    names = {"project": project.name}
    if plan is not None and now is not None:
        names |= {"now": months(now), "plan": months(plan)}
        if names["now"] == names["plan"]:
            return _("%(project)s pays back in %(now)s months, as planned.") % names
        return _("%(project)s pays back in %(now)s months instead of %(plan)s.") % names
    if now is not None:
        return _("%(project)s pays back in %(now)s months.") % {**names, "now": months(now)}
    if plan is not None:
        return _("%(project)s does not pay back as things stand; planned were %(plan)s months.") % {
            **names,
            "plan": months(plan),
        }
    if figures.get("has_actual"):
        amount = compact_money(result.benefits_actual, currency)
        return _("%(project)s has brought %(amount)s to date.") % {**names, "amount": amount}
    return ""


def _course(project: Project, kpis: Sequence[Any]) -> str:
    """How many of the KPIs that can be judged are off track."""
    words = [kpi.result_status for kpi in kpis]
    off = words.count(StatusWord.OFF_TRACK)
    judged = off + words.count(StatusWord.AT_RISK) + words.count(StatusWord.ON_TRACK)
    if not any(kpi.recent for kpi in kpis):
        return ngettext(
            "No value is in yet for its %(count)d KPI.",
            "No value is in yet for its %(count)d KPIs.",
            len(kpis),
        ) % {"count": len(kpis)}
    if not judged:
        return _("It is too early to say whether its KPIs are on track.")
    if not off:
        return ngettext(
            "The %(total)d KPI that can be judged is not off track.",
            "None of the %(total)d KPIs that can be judged is off track.",
            judged,
        ) % {"total": judged}
    return ngettext(
        "%(off)d of %(total)d KPIs is off track.", "%(off)d of %(total)d KPIs are off track.", off
    ) % {"off": off, "total": judged}
