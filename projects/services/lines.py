"""Lines of cost and benefit."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.definitions import announce_definition_change
from organizations.errors import ConflictError
from organizations.models import User
from organizations.services import changes_between, record_event
from projects.models import CashFlow, MoneyLine, Project
from projects.services.plan import is_frozen
from projects.services.project import lock_project, refuse_archived
from projects.services.rates import take_plan_rate
from projects.services.shares import sharing_projects
from projects.services.validation import assign, refuse, save_checked
from projects.services.valuation import request_valuation

FIELDS = (
    *("kind", "name", "category", "treatment", "rhythm", "cashability", "risk_adjustment"),
    *("currency", "fx_rate", "fx_rate_on", "fx_source", "owner", "note", "cost_centre"),
)
_RATE = ("fx_rate", "fx_rate_on", "fx_source")
#: what turns amounts into the plan's figures
_PLAN_TERMS = ("kind", "currency", "fx_rate", "risk_adjustment")


@transaction.atomic
def create_line(*, actor: User | None, project: Project, values: Mapping[str, Any]) -> MoneyLine:
    """A cost or benefit, in the reporting currency unless `values` say otherwise.

    Raises:
        InvalidInputError: the name is taken; a foreign currency without its rate.
    """
    refuse_archived(project)
    organization = project.organization
    line = MoneyLine(organization=organization, project=project, currency=organization.currency)
    assign(line, values, FIELDS)
    _refuse_rate(line)
    save_checked(line, people=["owner"])
    after = {name: value for name, value in values.items() if value not in (None, "")}
    record_event(actor=actor, action="line.created", target=line, after=after)
    request_valuation(organization, [project.pk])
    announce_definition_change([project.pk])
    return line


@transaction.atomic
def update_line(*, actor: User | None, line: MoneyLine, values: Mapping[str, Any]) -> MoneyLine:
    """Change a line; what turns its amounts into the frozen plan's figures no longer changes."""
    project = lock_project(line.project_id)
    refuse_archived(project)
    before, after = changes_between(line, values)
    if not after:
        return line
    frozen = [name for name in _PLAN_TERMS if name in after] if _is_in_frozen_plan(line, project) else []
    message = _("This line is part of the frozen plan, so this no longer changes. Add another line instead.")
    refuse({name: [message] for name in frozen})
    assign(line, after, FIELDS)
    _refuse_rate(line)
    save_checked(line, people=["owner"], only=[*after, *_RATE])
    record_event(actor=actor, action="line.updated", target=line, before=before, after=after)
    request_valuation(project.organization, {project.pk, *sharing_projects([line.pk])})
    announce_definition_change([project.pk])
    return line


@transaction.atomic
def archive_line(*, actor: User | None, line: MoneyLine, reason: str = "") -> MoneyLine:
    """Take a line out of the figures; its amounts stay.

    Raises:
        ConflictError: the line is part of the frozen plan.
    """
    project = lock_project(line.project_id)
    refuse_archived(project)
    if _is_in_frozen_plan(line, project):
        raise ConflictError(
            _("This line is part of the frozen plan and stays. Set its forecast to zero where it falls away.")
        )
    if line.archived_at is None:
        line.archived_at = timezone.now()
        line.save(update_fields=["archived_at"])
        record_event(actor=actor, action="line.archived", target=line, reason=reason)
        request_valuation(project.organization, {project.pk, *sharing_projects([line.pk])})
        announce_definition_change([project.pk])
    return line


def _is_in_frozen_plan(line: MoneyLine, project: Project) -> bool:
    planned = CashFlow.objects.filter(line=line, series=CashFlow.Series.PLAN)
    return is_frozen(project) and bool(planned.exists())


def _refuse_rate(line: MoneyLine) -> None:
    """A line in the reporting currency has the rate 1; another one says its rate, or takes the plan rate there is."""
    if line.currency == line.organization.currency:
        if line.fx_rate != 1:
            refuse({"fx_rate": [_("A line in the reporting currency has the rate 1.")]})
    elif line.fx_rate_on is None and line.fx_rate != 1:
        refuse({"fx_rate_on": [_("Say of which day the rate is.")]})
    elif line.fx_rate_on is None and not take_plan_rate(line, line.organization.today()):
        message = _(
            "There is no plan rate of %(currency)s yet. Add it under Rates, or type one with its day."
        )
        refuse({"currency": [message % {"currency": line.currency}]})
