"""Finding the KPIs a file names, and creating those it may, with baseline and targets from the file."""

import datetime
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from kpis.models import Kpi, Target
from kpis.services import create_kpis, set_targets
from organizations.errors import ProductError
from organizations.models import Organization, User
from projects.models import Project
from projects.periods import shift

from .making import Made
from .mapping import Baseline, MeasurementMapping
from .project_finding import ProjectFinder
from .report import ImportReport
from .value_rows import KpiDraft

Points = dict[datetime.date, float]


@dataclass(slots=True)
class FoundKpi:
    """What becomes of a draft: a KPI, or a definition that waits to be created, or a reason against it.

    `column` and `text` say which cell is to blame where it is not the KPI's own.
    """

    draft: KpiDraft
    kpi: Kpi | None = None
    project: Project | None = None
    reason: str = ""
    column: str = ""
    text: str = ""
    values: Points = field(default_factory=dict)
    targets: Points = field(default_factory=dict)

    @property
    def frequency(self) -> str:
        return self.kpi.frequency if self.kpi else str(self.draft.values.get("frequency", ""))

    @property
    def direction(self) -> str:
        return self.kpi.direction if self.kpi else ""


class KpiFinder:
    """Inside the organization's scope."""

    def __init__(
        self,
        actor: User | None,
        organization: Organization,
        mapping: MeasurementMapping,
        report: ImportReport,
        made: Made,
    ) -> None:
        self.actor = actor
        self.mapping = mapping
        self.made = made
        self.projects = ProjectFinder(actor, organization, report, made, create=mapping.project.create)

    def find(self, drafts: list[KpiDraft]) -> list[FoundKpi]:
        """One answer for each draft, in the same order; nothing but projects is created yet."""
        self.projects.find({draft.project.code: draft.project for draft in drafts}.values())
        by_code = {
            kpi.code: kpi for kpi in Kpi.objects.filter(code__in={draft.code for draft in drafts} - {""})
        }
        by_name = self._by_name(drafts)
        return [self._answer(draft, by_code, by_name) for draft in drafts]

    def create(self, waiting: list[FoundKpi]) -> None:
        """Create the KPIs that wait; those that break a rule get the reason instead."""
        by_project: dict[Project, list[FoundKpi]] = defaultdict(list)
        for found in waiting:
            if found.project:
                by_project[found.project].append(found)
        for project, group in by_project.items():
            try:
                self._create_together(project, group)
            except ProductError:
                for found in group:
                    self._create_one(project, found)

    def set_targets(self, known: list[FoundKpi]) -> None:
        """Bring the targets of existing KPIs to what the file says; periods it does not name stay."""
        self.made.valued = [found.kpi.pk for found in known if found.kpi]
        stored: dict[int, Points] = defaultdict(dict)
        with_targets = [found for found in known if found.targets]
        targets = Target.objects.filter(kpi__in=[found.kpi for found in with_targets if found.kpi])
        for kpi_id, period, value in targets.values_list("kpi_id", "period", "value"):
            stored[kpi_id][period] = value
        for found in with_targets:
            if found.kpi and not found.targets.items() <= stored[found.kpi.pk].items():
                set_targets(actor=self.actor, kpi=found.kpi, points=found.targets, reason=_("Imported"))
                self._note_targets(found.kpi, found.targets, stored[found.kpi.pk])

    def _note_targets(self, kpi: Kpi, points: Points, former: Points) -> None:
        for period, value in points.items():
            if former.get(period) != value:
                self.made.note_target(kpi.pk, period, former.get(period), value)

    def _by_name(self, drafts: list[KpiDraft]) -> dict[tuple[int, str], Kpi]:
        if not any(not draft.code for draft in drafts):
            return {}
        projects = [project.pk for project in self.projects.found.values()]
        within = Kpi.objects.filter(project__in=projects) if projects else Kpi.objects.all()
        named: dict[tuple[int, str], Kpi] = {}
        for kpi in within.order_by("-archived_at", "pk"):
            named[kpi.project_id if projects else 0, kpi.name.casefold()] = kpi
        return named

    def _answer(
        self, draft: KpiDraft, by_code: dict[str, Kpi], by_name: dict[tuple[int, str], Kpi]
    ) -> FoundKpi:
        found = FoundKpi(draft, project=self.projects.found.get(draft.project.code))
        if draft.project.code in self.projects.refused:
            found.reason = self.projects.refused[draft.project.code]
            return found
        place = found.project.pk if found.project else 0
        found.kpi = by_code.get(draft.code) if draft.code else by_name.get((place, draft.name.casefold()))
        if found.kpi is None:
            self._explain_missing(found)
        elif found.kpi.archived_at:
            found.reason = _("This KPI is archived; restore it first.")
        elif found.project and found.kpi.project_id != found.project.pk:
            found.reason = _("A KPI of this code belongs to another project.")
        return found

    def _explain_missing(self, found: FoundKpi) -> None:
        fault = found.draft.fault
        if not self.mapping.kpi.create:
            found.reason = _("There is no such KPI. Create it, or let the mapping create KPIs.")
        elif found.project is None:
            found.reason = _("There is no such KPI, and no project is named to create it in.")
        elif fault:
            found.reason, found.column, found.text = fault.reason, fault.column, fault.text

    def _create_together(self, project: Project, group: list[FoundKpi]) -> None:
        with transaction.atomic():
            definitions = [self._definition(found) for found in group]
            created = create_kpis(actor=self.actor, project=project, definitions=definitions)
        for found, kpi in zip(group, created, strict=True):
            found.kpi = kpi
            self.made.kpis.append(kpi.pk)

    def _create_one(self, project: Project, found: FoundKpi) -> None:
        try:
            self._create_together(project, [found])
        except ProductError as error:
            found.reason = str(error)

    def _definition(self, found: FoundKpi) -> dict[str, Any]:
        values = dict(found.draft.values) | {"source": Kpi.Source.IMPORT, "targets": found.targets}
        if self.mapping.kpi.baseline:
            values |= baseline_of(found.values, self.mapping.kpi.baseline, found.frequency)
        return values


def baseline_of(values: Points, rule: Baseline, frequency: str) -> dict[str, Any]:
    """Mean and period of the values that the rule names; nothing where there are too few.

    `first` needs that many values; a stated period needs one.
    """
    since, until = rule.start or datetime.date.min, rule.end or datetime.date.max
    periods = sorted(period for period in values if since <= period < until)[: rule.first or None]
    if len(periods) < max(rule.first, 1):
        return {}
    mean = sum(values[period] for period in periods) / len(periods)
    return {
        "baseline_value": mean,
        "baseline_start": rule.start or periods[0],
        "baseline_end": rule.end or shift(periods[-1], frequency, 1),
    }
