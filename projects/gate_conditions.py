"""What a stage gate may ask of a project: named conditions, each with its check.

A condition lives where its facts live. Floors further up add theirs when the application starts
(`AppConfig.ready`), since `projects` may not look up.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from projects.models import CashFlow, Module, MoneyLine, PlanBaseline, PlanSignature, Project


@dataclass(frozen=True, slots=True)
class Finding:
    """Whether a project meets a condition, and why, in a sentence; where it is mended, as (URL name, *arguments)."""

    met: bool
    detail: str
    where: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that can be asked. `key` is lasting: rules and decisions keep it."""

    key: str
    label: str | Promise
    check: Callable[[Project], Finding]


@dataclass(frozen=True, slots=True)
class Checked:
    """A condition as it stands for one project."""

    key: str
    label: str
    met: bool
    detail: str
    where: tuple[str, ...] = ()

    def as_record(self) -> dict[str, Any]:
        """As a decision keeps it."""
        return {"key": self.key, "label": self.label, "met": self.met, "detail": self.detail}


_conditions: dict[str, Condition] = {}


def offer_conditions(*conditions: Condition) -> None:
    """Add conditions to those that gates may ask."""
    _conditions.update({condition.key: condition for condition in conditions})


def all_conditions() -> list[Condition]:
    """Every condition that can be asked, in the order in which the floors offer them."""
    return list(_conditions.values())


def check_conditions(project: Project, keys: Iterable[str]) -> list[Checked]:
    """How the conditions stand now, in the order in which all are offered; keys that nobody offers are left out."""
    wanted = set(keys)
    found = []
    for condition in all_conditions():
        if condition.key in wanted:
            finding = condition.check(project)
            found.append(
                Checked(condition.key, str(condition.label), finding.met, finding.detail, finding.where)
            )
    return found


def _description(project: Project) -> Finding:
    where = ("projects:edit",)
    if project.description.strip():
        return Finding(True, _("The project says what it is for."), where)
    return Finding(False, _("The project has no description. Say what it is for."), where)


def _sponsor(project: Project) -> Finding:
    where = ("projects:edit",)
    if project.sponsor:
        return Finding(True, _("%(name)s is the sponsor.") % {"name": project.sponsor}, where)
    return Finding(False, _("Nobody is named as sponsor."), where)


def _owners(project: Project) -> Finding:
    where = ("projects:edit",)
    if project.business_owner and project.it_owner:
        names = {"business": project.business_owner, "it": project.it_owner}
        return Finding(True, _("%(business)s owns it for the business, %(it)s for IT.") % names, where)
    if project.business_owner:
        return Finding(False, _("Nobody is named as IT owner."), where)
    if project.it_owner:
        return Finding(False, _("Nobody is named as business owner."), where)
    return Finding(False, _("Neither a business owner nor an IT owner is named."), where)


def _planned_costs(project: Project) -> Finding:
    where = ("assessments:project",)
    if _is_planned(project, MoneyLine.Kind.COST):
        return Finding(True, _("Costs are planned."), where)
    return Finding(False, _("No cost is planned. Add a cost line and enter its planned amounts."), where)


def _planned_benefits(project: Project) -> Finding:
    where = ("assessments:project",)
    if _is_planned(project, MoneyLine.Kind.BENEFIT):
        return Finding(True, _("Benefits are planned."), where)
    return Finding(
        False, _("No benefit is planned. Add a benefit line and enter its planned amounts."), where
    )


def _is_planned(project: Project, kind: str) -> bool:
    flows = CashFlow.objects.filter(
        line__project=project,
        line__kind=kind,
        line__archived_at__isnull=True,
        series=CashFlow.Series.PLAN,
        amount__gt=0,
    )
    return bool(flows.exists())


def _plan_signed(project: Project) -> Finding:
    where = ("assessments:plan",)
    baseline = PlanBaseline.objects.filter(project=project).order_by("-version", "-pk").first()
    if baseline is None:
        return Finding(False, _("The plan is not frozen."), where)
    signed = set(PlanSignature.objects.filter(baseline=baseline).values_list("side", flat=True))
    missing = [str(side.label) for side in PlanSignature.Side if side.value not in signed]
    if not missing:
        return Finding(True, _("Business and finance have signed the plan."), where)
    if len(missing) == 1:
        return Finding(False, _("The plan waits for this signature: %(side)s.") % {"side": missing[0]}, where)
    return Finding(False, _("Neither the business owner nor finance has signed the plan."), where)


def _go_live(project: Project) -> Finding:
    where = ("projects:edit",)
    if project.go_live_actual:
        return Finding(True, _("The day of the go-live is entered."), where)
    return Finding(False, _("The day the project went live is missing. Enter it on the project."), where)


def _modules_accepted(project: Project) -> Finding:
    where = ("projects:modules",)
    contracted = Module.objects.filter(project=project, contracted=True)
    waiting = list(contracted.filter(accepted_on__isnull=True).values_list("name", flat=True))
    if waiting:
        return Finding(
            False,
            _("Not accepted: %(names)s.") % {"names": pgettext("between names", ", ").join(waiting)},
            where,
        )
    if not contracted.exists():
        return Finding(False, _("No module is contracted, so none could be accepted."), where)
    return Finding(True, _("All contracted modules are accepted."), where)


offer_conditions(
    Condition("description", gettext_lazy("The project is described"), _description),
    Condition("sponsor", gettext_lazy("A sponsor is named"), _sponsor),
    Condition("owners", gettext_lazy("Business owner and IT owner are named"), _owners),
    Condition("planned_costs", gettext_lazy("Costs are planned"), _planned_costs),
    Condition("planned_benefits", gettext_lazy("Benefits are planned"), _planned_benefits),
    Condition("plan_signed", gettext_lazy("The frozen plan is signed by both sides"), _plan_signed),
    Condition("go_live", gettext_lazy("The day of the go-live is entered"), _go_live),
    Condition("modules_accepted", gettext_lazy("All contracted modules are accepted"), _modules_accepted),
)
