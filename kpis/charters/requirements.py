"""What a definition still needs before it can be handed out for signature."""

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from kpis.charters.content import Content
from kpis.vagueness import Claim, warnings_of
from organizations.models import Membership
from organizations.permissions import Right, allows

Data = Mapping[str, Any]


def missing_for_charter(content: Content) -> list[str]:
    """What is missing, in whole sentences that say what to do; empty when the charter may be handed out."""
    missing = _missing_owners(content["project"])
    if not content["kpis"]:
        missing.append(_("There is no KPI yet. Define at least one: without it nothing is promised."))
    return missing + severe_of(content)


def severe_of(content: Content) -> list[str]:
    """What keeps the KPIs from being measured, in whole sentences."""
    return [sentence for kpi in content["kpis"] for sentence in _said_of(kpi, severe=True)]


def advice_for_charter(content: Content) -> list[str]:
    """What could be said more clearly; it keeps nothing from being handed out."""
    return [sentence for kpi in content["kpis"] for sentence in _said_of(kpi, severe=False)]


def _missing_owners(project: Data) -> list[str]:
    members = {
        member.user_id: member
        for member in Membership.objects.filter(
            user__in=[person["id"] for person in _owners(project)], user__is_active=True
        )
    }
    missing = []
    sides = (
        (
            "business_owner",
            _("The project has no business owner, who signs for the business. Name one on the project."),
            _("The business owner %(name)s cannot sign: no member who may see projects. Name another one."),
        ),
        (
            "it_owner",
            _("The project has no IT owner, who signs for IT. Name one on the project."),
            _("The IT owner %(name)s cannot sign: no member who may see projects. Name another one."),
        ),
    )
    for field, nobody, unable in sides:
        person = project[field]
        if person is None:
            missing.append(nobody)
        elif person["id"] not in members or not allows(members[person["id"]], Right.SEE):
            missing.append(unable % {"name": person["name"]})
    return missing


def _owners(project: Data) -> list[Data]:
    return [person for person in (project["business_owner"], project["it_owner"]) if person]


def _said_of(kpi: Data, *, severe: bool) -> list[str]:
    return [
        _("KPI “%(kpi)s”: %(problem)s") % {"kpi": kpi["name"], "problem": str(warning.message)}
        for warning in warnings_of(_claim(kpi))
        if warning.severe is severe
    ]


def _claim(kpi: Data) -> Claim:
    """A range is its own target, and what is to be maintained may hold its baseline."""
    baseline, targets = kpi["baseline"] or {}, kpi["targets"]
    held = {"range": (kpi["range"] or [None])[0], "maintain": baseline.get("value")}.get(kpi["direction"])
    last = targets[-1][0] if targets else kpi["expected_start"] or (held is not None and baseline.get("end"))
    return Claim(
        name=kpi["name"],
        definition=kpi["definition"],
        unit=kpi["unit"],
        direction=kpi["direction"],
        baseline=baseline.get("value"),
        target=targets[-1][1] if targets else held,
        day=datetime.date.fromisoformat(last) if last else None,
        has_owner=kpi["business_owner"] is not None,
        # Who enters the values is no part of the promise.
        has_data_owner=True,
    )
