"""A frozen plan as plain data, its fingerprint, and where its signatures stand."""

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from projects.models import CashFlow, LineShare, MoneyLine, PlanBaseline, PlanSignature, Project

Side = PlanSignature.Side
Content = list[dict[str, Any]]
_SIDES = frozenset(Side.values)


def plan_content(project: Project) -> Content:
    """The plan as it is now: lines that count with what turns their amounts into figures, amounts as texts by month."""
    lines: dict[int, dict[str, Any]] = {}
    flows = CashFlow.objects.filter(
        line__project=project, line__archived_at__isnull=True, series=CashFlow.Series.PLAN
    )
    given = dict(
        LineShare.objects.filter(line__project=project)
        .order_by()
        .values_list("line")
        .annotate(models.Sum("share"))
    )
    for flow in flows.select_related("line").order_by("line_id", "month"):
        entry = lines.setdefault(flow.line_id, _entry(flow.line))
        entry["flows"][f"{flow.month:%Y-%m}"] = str(flow.amount)
    for pk in given.keys() & lines.keys():
        # What the project itself bears.
        lines[pk]["share"] = repr(round(1 - given[pk], 12))
    return list(lines.values())


def changed_plan(project: Project, amounts: Mapping[tuple[int, datetime.date], Decimal | None]) -> Content:
    """The plan as it would be with other amounts, by line and month; None takes an amount away."""
    lines: dict[int, dict[str, Any]] = {line["line"]: line for line in plan_content(project)}
    new = {pk for pk, _month in amounts} - set(lines)
    for line in MoneyLine.objects.active().filter(project=project, pk__in=new):
        lines[line.pk] = _entry(line)
    for (pk, month), amount in amounts.items():
        if pk in lines:
            flows = lines[pk]["flows"]
            flows.pop(f"{month:%Y-%m}", None)
            if amount is not None:
                flows[f"{month:%Y-%m}"] = str(amount)
    return list(lines.values())


def hash_of_plan(content: Sequence[Mapping[str, Any]]) -> str:
    """SHA-256 over the one way in which a plan is written, hexadecimal."""
    plain = [{**line, "risk_adjustment": repr(float(line.get("risk_adjustment", 0)))} for line in content]
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def fingerprint(baseline: PlanBaseline) -> str:
    """What a signature of this plan stands for, also where an earlier release froze it."""
    return baseline.content_hash or hash_of_plan(baseline.content)


def plan_in_force(project: Project) -> PlanBaseline | None:
    """The newest frozen plan."""
    baselines = PlanBaseline.objects.filter(project=project).select_related("frozen_by")
    newest: PlanBaseline | None = baselines.order_by("-version", "-id").first()
    return newest


@dataclass(frozen=True, slots=True)
class PlanState:
    """Where the plan in force of one project stands."""

    #: 0: nothing is frozen
    version: int = 0
    #: sides whose signature is missing
    waiting: frozenset[str] = frozenset()

    @property
    def is_frozen(self) -> bool:
        return self.version > 0

    @property
    def is_signed(self) -> bool:
        """Whether both sides have signed the plan in force."""
        return self.is_frozen and not self.waiting

    @property
    def is_unsigned(self) -> bool:
        """Whether it is frozen without both signatures: what pages mark."""
        return bool(self.waiting)

    @property
    def tone(self) -> str:
        """For `components/badge.html`."""
        return "bad" if self.waiting else ""

    @property
    def label(self) -> str:
        """In the language in force."""
        if not self.is_frozen:
            return _("plan not frozen")
        if not self.waiting:
            return _("plan signed v%(version)d") % {"version": self.version}
        if self.waiting == {Side.FINANCE}:
            return _("plan not signed by finance")
        if self.waiting == {Side.BUSINESS}:
            return _("plan not signed by business")
        return _("plan not signed")


NOT_FROZEN = PlanState()


def plan_told(project: models.OuterRef) -> models.Subquery:
    """The plan in force as one column of another query, for `plan_state_from`."""
    signed = PlanSignature.objects.filter(baseline=models.OuterRef("pk")).order_by("side")
    told = JSONObject(version="version", sides=ArraySubquery(signed.values_list("side", flat=True)))
    newest = PlanBaseline.objects.filter(project=project).order_by("-version", "-id")
    return models.Subquery(newest.values_list(told, flat=True)[:1])


def plan_state_from(told: Mapping[str, Any] | None) -> PlanState:
    """The state that `plan_told` found."""
    return PlanState(told["version"], _SIDES - set(told["sides"])) if told else NOT_FROZEN


def plan_state_of(project: Project) -> PlanState:
    """The state of one project's plan, in one query."""
    told = Project.objects.filter(pk=project.pk).order_by().values_list(plan_told(models.OuterRef("pk")))
    return plan_state_from(told.get()[0])


def _entry(line: MoneyLine) -> dict[str, Any]:
    return {
        "line": line.pk,
        "name": line.name,
        "kind": line.kind,
        "currency": line.currency,
        "fx_rate": str(line.fx_rate),
        "risk_adjustment": line.risk_adjustment,
        "flows": {},
    }
