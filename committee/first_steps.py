"""The way of a new organization from nothing to its first digest, ticking itself."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Exists, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from assessments.models import Measurement
from committee.models import Subscription
from kpis.models import Charter, Kpi
from organizations.http import MemberRequest
from organizations.models import Invitation, Membership, Organization
from projects.models import Project

Step = dict[str, Any]


def first_steps(request: MemberRequest) -> list[Step]:
    """Steps for `components/checklist.html`; sample data ticks none of them. Two queries."""
    projects = Project.objects.active().filter(is_sample=False)
    kpis = Kpi.objects.active().filter(project__is_sample=False)
    known = (
        Organization.objects.filter(pk=request.organization.pk)
        .values(
            has_project=Exists(projects),
            has_charter=Exists(Charter.objects.filter(status=Charter.Status.SIGNED, project__in=projects)),
            has_value=Exists(Measurement.objects.filter(kpi__in=kpis).exclude(status="draft")),
            has_colleague=Exists(Membership.objects.exclude(user=request.user))
            | Exists(Invitation.objects.all()),
            has_subscription=Exists(Subscription.objects.exclude(frequency=Subscription.Frequency.OFF)),
        )
        .get()
    )
    # A range and what is to be maintained need no target series, see `kpis.services.draw_plan_path`.
    told = Q(baseline_value__isnull=False) & (Q(plan_path__isnull=False) | Q(direction=Kpi.Direction.RANGE))
    counts = kpis.aggregate(all=Count("pk"), told=Count("pk", filter=told))
    return _steps(request, known, counts)


def _steps(request: MemberRequest, known: Mapping[str, Any], counts: dict[str, int]) -> list[Step]:
    def url(name: str) -> str:
        return reverse(name, args=[request.organization.slug])

    told = ngettext("%(told)d of %(all)d KPI has both.", "%(told)d of %(all)d KPIs have both.", counts["all"])
    return [
        _step(
            _("Set up the first project"),
            _("One roll-out: its system, its owners, its go-live."),
            known["has_project"],
            url("projects:create"),
        ),
        _step(
            _("Choose its KPIs from the library"),
            _("About a dozen over the three tiers, each with a unit and an owner."),
            counts["all"] > 0,
            url("kpis:library"),
        ),
        _step(
            _("Write down baselines and targets"),
            told % counts if counts["all"] else _("How it is today, and the number that means success."),
            0 < counts["all"] == counts["told"],
            url("kpis:list"),
        ),
        _step(
            _("Have the charter signed"),
            _("The business owner and the IT owner agree on what success is."),
            known["has_charter"],
            url("projects:list"),
        ),
        _step(
            _("Enter the first values"),
            _("Type, paste from Excel, or import last year's workbook."),
            known["has_value"],
            url("assessments:entries"),
        ),
        _step(
            _("Invite your colleagues"),
            _("Those who enter values, those who verify them, those who decide."),
            known["has_colleague"],
            url("organizations:members"),
        ),
        _step(
            _("Subscribe to the Monday mail"),
            _("What each roll-out is worth, once a week, in one screen."),
            known["has_subscription"],
            url("committee:subscription"),
        ),
    ]


def _step(label: str, text: str, done: bool, url: str) -> Step:
    return {"label": label, "text": text, "done": done, "url": url}
