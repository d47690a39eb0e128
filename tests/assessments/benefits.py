"""Benefit lines with booked months, made through the services the pages use."""

import datetime
from decimal import Decimal
from typing import Any

from assessments.confirmations import Choice, SeenAmount, list_booked
from organizations.models import Organization, User
from projects.models import MoneyLine, Project
from projects.services import create_line, set_cash_flows

JANUARY, FEBRUARY, MARCH = (datetime.date(2026, month, 1) for month in (1, 2, 3))


def a_benefit(project: Project, actor: User, name: str = "Less stock", **values: Any) -> MoneyLine:
    """A benefit line without amounts."""
    values = {"kind": "benefit", "name": name, **values}
    return create_line(actor=actor, project=project, values=values)


def book(line: MoneyLine, actor: User | None, *amounts: int | str, reason: str = "") -> None:
    """Actual amounts from January 2026 on."""
    months = {datetime.date(2026, place, 1): Decimal(amount) for place, amount in enumerate(amounts, 1)}
    set_cash_flows(actor=actor, line=line, series="actual", amounts=months, reason=reason)


def seen(organization: Organization, **choice: Any) -> list[SeenAmount]:
    """What a person sees who opens the page now."""
    return [row.seen for row in list_booked(organization, Choice(**choice), limit=1000).rows]


def states(organization: Organization) -> list[str]:
    """The states of all booked benefits, by line and month."""
    return [row.state for row in list_booked(organization, Choice(state="all"), limit=1000).rows]
