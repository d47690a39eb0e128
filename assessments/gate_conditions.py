"""What a stage gate may ask about what happened: closed months, confirmed benefits, proven changes."""

from collections import defaultdict

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from assessments.confirmations import Choice, State, list_booked
from assessments.locks import locked_months
from assessments.models import KpiVerdict
from kpis.models import Kpi, Monetisation
from projects.gate_conditions import Condition, Finding, offer_conditions
from projects.models import Project
from projects.periods import Frequency, add_months, label, months_between, start_of

#: newest booked months in which every benefit is to be confirmed
CONFIRMED_MONTHS = 3
#: more months than any project has benefits in
_ALL = 100_000


def _months_closed(project: Project) -> Finding:
    where = ("assessments:locks",)
    if project.go_live_actual is None:
        return Finding(False, _("The project is not live, so no month can be closed yet."), where)
    first = start_of(project.go_live_actual, "month")
    running = start_of(project.organization.today(), "month")
    closed = locked_months([project.pk])
    count = max(0, months_between(first, running))
    months = [add_months(first, step) for step in range(count)]
    still_open = [month for month in months if (project.pk, month) not in closed]
    if not still_open:
        return Finding(True, _("Every month since the go-live is locked."), where)
    values = {"count": len(still_open), "month": label(still_open[0], Frequency.MONTH)}
    text = ngettext(
        "%(count)d month since the go-live is not locked, from %(month)s on.",
        "%(count)d months since the go-live are not locked, from %(month)s on.",
        len(still_open),
    )
    return Finding(False, text % values, where)


def _benefits_confirmed(project: Project) -> Finding:
    where = ("assessments:confirmations",)
    booked = list_booked(project.organization, Choice(project=project.code, state="all"), limit=_ALL).rows
    by_month: dict[object, bool] = defaultdict(lambda: True)
    for row in booked:
        by_month[row.month] = by_month[row.month] and row.state == State.CONFIRMED
    newest = sorted(by_month, reverse=True)[:CONFIRMED_MONTHS]  # type: ignore[type-var]
    confirmed = sum(by_month[month] for month in newest)
    names = {"count": confirmed, "asked": CONFIRMED_MONTHS}
    if confirmed == CONFIRMED_MONTHS:
        return Finding(
            True, _("Finance has confirmed the benefits of the newest %(asked)d months.") % names, where
        )
    text = _(
        "Of the newest %(asked)d months of benefits that are asked for, finance has confirmed %(count)d."
    )
    return Finding(False, text % names, where)


def _evidence_real(project: Project) -> Finding:
    where = ("assessments:project",)
    behind = Monetisation.objects.filter(line__project=project, line__archived_at__isnull=True)
    kpis = list(
        Kpi.objects.filter(pk__in=behind.values("kpi"), archived_at__isnull=True)
        .order_by("name")
        .values_list("name", "verdict__word")
    )
    if not kpis:
        return Finding(False, _("No KPI stands behind the benefits, so nothing proves them."), where)
    unproven = [name for name, word in kpis if word != KpiVerdict.Word.REAL]
    if not unproven:
        return Finding(True, _("Every change that brings money is real, not noise."), where)
    names = {"names": pgettext("between names", ", ").join(unproven)}
    return Finding(False, _("Not yet proven to have changed: %(names)s.") % names, where)


def offer() -> None:
    """Add these conditions to those that gates may ask."""
    offer_conditions(
        Condition("months_closed", gettext_lazy("Every month since the go-live is locked"), _months_closed),
        Condition(
            "benefits_confirmed",
            gettext_lazy("Finance has confirmed the benefits of the last three months"),
            _benefits_confirmed,
        ),
        Condition(
            "evidence_real", gettext_lazy("The changes that bring the benefits are real"), _evidence_real
        ),
    )
