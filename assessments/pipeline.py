"""Projects by stage gate, with what their plans promise: whole, and weighted by how far they have come."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext as _

from charts.description import Chart, Step, Title
from charts.kinds import bridge
from charts.numbers import compact_money, percent
from organizations.models import Organization
from projects.gate_rules import Rule, rules
from projects.models import Project


@dataclass(frozen=True, slots=True)
class Promise:
    """One project; money in the reporting currency, None while nothing is planned."""

    code: str
    name: str
    gate: str
    system_kind: str
    owner: str
    is_sample: bool
    npv: float | None
    benefits: float | None
    weight: float

    @property
    def weighted_npv(self) -> float | None:
        return None if self.npv is None else self.npv * self.weight

    @property
    def weighted_benefits(self) -> float | None:
        return None if self.benefits is None else self.benefits * self.weight


@dataclass(frozen=True, slots=True)
class GateColumn:
    """One gate with its projects; sums of what is planned."""

    gate: Project.Gate
    rule: Rule
    promises: tuple[Promise, ...]

    @property
    def npv(self) -> float:
        return sum(one.npv or 0.0 for one in self.promises)

    @property
    def benefits(self) -> float:
        return sum(one.benefits or 0.0 for one in self.promises)

    @property
    def weighted_npv(self) -> float:
        return sum(one.weighted_npv or 0.0 for one in self.promises)

    @property
    def weighted_benefits(self) -> float:
        return sum(one.weighted_benefits or 0.0 for one in self.promises)

    @property
    def weight_label(self) -> str:
        return percent(self.rule.weight, 0)


def read_pipeline() -> list[GateColumn]:
    """The gates L0 to L5 with the projects that stand there, largest weighted value first; two queries."""
    asked = rules()
    rows = (
        Project.objects.active()
        .annotate(planned=KeyTransform("benefits_plan_total", "result__figures"))
        .order_by("name")
        .values_list(
            *("code", "name", "gate", "system_kind", "business_owner__name", "business_owner__email"),
            *("is_sample", "result__npv_plan", "planned"),
        )
    )
    promises = [
        Promise(code, name, gate, kind, owner or email or "", is_sample, npv, planned, asked[gate].weight)
        for code, name, gate, kind, owner, email, is_sample, npv, planned in rows
    ]
    return [GateColumn(gate, asked[gate.value], _at(promises, gate)) for gate in Project.Gate]


def _at(promises: Sequence[Promise], gate: str) -> tuple[Promise, ...]:
    found = [one for one in promises if one.gate == gate]
    return tuple(sorted(found, key=lambda one: (-(one.weighted_npv or 0.0), one.name)))


def pipeline_chart(organization: Organization, columns: Sequence[GateColumn]) -> Chart | None:
    """What each gate adds to the weighted value of all plans."""
    if not any(one.npv for one in columns):
        return None
    total = sum(column.weighted_npv for column in columns)
    gross = sum(column.npv for column in columns)
    steps = [Step(column.gate.value, column.weighted_npv, "PL") for column in columns if column.weighted_npv]
    return bridge(
        message=_("Weighted by gate, %(total)s of %(gross)s planned net present value counts")
        % {
            "total": compact_money(total, organization.currency),
            "gross": compact_money(gross, organization.currency),
        },
        title=Title(organization.name, _("Net present value of the plans, weighted by gate"), _("PL")),
        steps=[*steps, Step(_("Total"), total, "PL", is_total=True)],
        unit=organization.currency,
    )
