"""What a stage gate may ask about the definition of success."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from kpis.charters.content import draft_content
from kpis.charters.requirements import severe_of
from kpis.charters.states import charter_state_of
from kpis.models import Kpi
from projects.gate_conditions import Condition, Finding, offer_conditions
from projects.models import Project

#: KPIs that one of the gates may ask for
FEWEST = 3
#: problems named in a sentence; the charter's page has all
NAMED = 3


def _any_kpi(project: Project) -> Finding:
    count = _kpis(project)
    detail = ngettext("%(count)d KPI is defined.", "%(count)d KPIs are defined.", count) % {"count": count}
    if count >= FEWEST:
        return Finding(True, detail, ("kpis:setup",))
    wanted = _("At least %(count)d are asked for.") % {"count": FEWEST}
    return Finding(False, f"{detail} {wanted}", ("kpis:setup",))


def _kpi_per_tier(project: Project) -> Finding:
    present = set(
        Kpi.objects.filter(project=project, archived_at__isnull=True)
        .order_by()
        .values_list("tier", flat=True)
        .distinct()
    )
    missing = [str(tier.label) for tier in Kpi.Tier if tier.value not in present]
    if not missing:
        return Finding(True, _("Every tier has a KPI."), ("kpis:setup",))
    names = {"tiers": pgettext("between names", ", ").join(missing)}
    return Finding(False, _("There is no KPI in these tiers: %(tiers)s.") % names, ("kpis:setup",))


def _measurable(project: Project) -> Finding:
    where = ("kpis:charter",)
    if not _kpis(project):
        return Finding(False, _("There is no KPI yet."), ("kpis:setup",))
    problems = severe_of(draft_content(project))
    if not problems:
        return Finding(
            True, _("Every KPI has a unit, a baseline, a target with its day, and an owner."), where
        )
    more = len(problems) - NAMED
    text = " ".join(problems[:NAMED])
    if more > 0:
        text += " " + ngettext("And %(count)d more.", "And %(count)d more.", more) % {"count": more}
    return Finding(False, text, where)


def _charter_signed(project: Project) -> Finding:
    state = charter_state_of(project.pk)
    where = ("kpis:charter",)
    if state.is_signed:
        return Finding(
            True, _("Version %(version)d is signed by both sides.") % {"version": state.version}, where
        )
    return Finding(False, _("What is defined now is not signed: %(state)s.") % {"state": state.label}, where)


def _kpis(project: Project) -> int:
    return int(Kpi.objects.filter(project=project, archived_at__isnull=True).count())


def offer() -> None:
    """Add these conditions to those that gates may ask."""
    offer_conditions(
        Condition("kpis", gettext_lazy("Three KPIs are defined"), _any_kpi),
        Condition("kpi_per_tier", gettext_lazy("Each tier has a KPI"), _kpi_per_tier),
        Condition(
            "kpis_measurable", gettext_lazy("Every KPI has a baseline, a target and an owner"), _measurable
        ),
        Condition("charter_signed", gettext_lazy("The charter is signed"), _charter_signed),
    )
