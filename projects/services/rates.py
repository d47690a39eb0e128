"""Rates of foreign currencies: dated, with their source, never changed; the newest of a day counts."""

import datetime
from decimal import Decimal

from django.db import connection, transaction
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.models import FxRate, Organization, User
from organizations.services import record_event
from projects.models import MoneyLine, Project
from projects.services.validation import refuse, save_checked
from projects.services.valuation import request_valuation


@transaction.atomic
def add_rate(
    *,
    actor: User | None,
    organization: Organization,
    currency: str,
    use: str,
    valid_from: datetime.date,
    rate: Decimal,
    source: str,
) -> FxRate:
    """A rate from a day on: reporting currency per unit of the foreign one. A correction is a new rate of the same day.

    A plan rate is taken by lines when their plan is frozen; an actual rate shows what the currency did since.

    Raises:
        InvalidInputError: the reporting currency, a rate that is none, or no source.
    """
    currency = currency.strip().upper()
    if currency == organization.currency:
        refuse({"currency": [_("This is the reporting currency: its rate is 1.")]})
    if not source.strip():
        refuse({"source": [_("Say where the rate comes from, such as the ECB or the treasury.")]})
    row = FxRate(
        organization=organization,
        currency=currency,
        use=use,
        valid_from=valid_from,
        rate=rate,
        source=source.strip(),
        recorded_by=actor,
    )
    with connection.cursor() as cursor:
        # Whoever computes figures as known at a moment waits for this commit, or does not see the rate.
        cursor.execute("SELECT pg_advisory_xact_lock_shared(7381, %s)", [organization.pk])
    save_checked(row)
    after = {"currency": currency, "use": use, "valid_from": valid_from, "rate": rate, "source": row.source}
    record_event(actor=actor, action="rate.added", target=row, after=after)
    if use == FxRate.Use.ACTUAL:
        lines = MoneyLine.objects.filter(currency=currency).order_by()
        projects = set(lines.values_list("project_id", flat=True))
        projects |= set(
            Project.objects.filter(line_shares__line__currency=currency).values_list("pk", flat=True)
        )
        request_valuation(organization, projects)
    return row


def newest_rate(currency: str, use: str, day: datetime.date) -> FxRate | None:
    """The rate of a currency that counts on `day`."""
    rates = FxRate.objects.filter(currency=currency, use=use, valid_from__lte=day)
    found: FxRate | None = rates.order_by("-valid_from", "-id").first()
    return found


def take_plan_rate(line: MoneyLine, day: datetime.date) -> bool:
    """Give a line in a foreign currency the plan rate of the day, unsaved; whether there is one."""
    rate = newest_rate(line.currency, FxRate.Use.PLAN, day)
    if rate is not None:
        line.fx_rate, line.fx_rate_on, line.fx_source = rate.rate, rate.valid_from, rate.source[:80]
    return rate is not None


def freeze_rates(actor: User | None, project: Project, *, settled: set[int]) -> None:
    """Give the plan rate of today to each line in a foreign currency that is not `settled` in a former plan.

    A line that no plan rate is known for keeps the rate that was typed into it.

    Raises:
        InvalidInputError: a line has neither.
    """
    lines = MoneyLine.objects.active().filter(project=project).exclude(pk__in=settled)
    for line in lines.exclude(currency=project.organization.currency):
        line.organization = project.organization
        before = (line.fx_rate, line.fx_rate_on, line.fx_source)
        if not take_plan_rate(line, project.organization.today()) and line.fx_rate_on is None:
            raise InvalidInputError(
                _(
                    "There is no plan rate of %(currency)s, so “%(line)s” cannot be frozen. Add the rate first."
                )
                % {"currency": line.currency, "line": line.name}
            )
        after = (line.fx_rate, line.fx_rate_on, line.fx_source)
        if before != after:
            line.save(update_fields=["fx_rate", "fx_rate_on", "fx_source"])
            names = ("fx_rate", "fx_rate_on", "fx_source")
            record_event(
                actor=actor,
                action="line.updated",
                target=line,
                before=dict(zip(names, before, strict=True)),
                after=dict(zip(names, after, strict=True)),
            )
