"""Mails about values: each is one function and three templates, in the reader's language and zone."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.confirmations import Booked
from assessments.models import Comment
from kpis.models import Kpi
from organizations.emails import Mail, absolute, as_reader, render_mail
from organizations.models import Organization, User
from projects.numbers import write_amount
from projects.periods import label

AUTOMATIC = {"Auto-Submitted": "auto-generated"}
#: values listed; the page has all
MOST_LINES = 50


def mention_mail(comment: Comment, *, reader: User) -> Mail:
    """Somebody named the reader in a comment."""
    organization, kpi = comment.organization, comment.kpi
    with as_reader(reader, organization):
        context = {
            "organization": organization,
            "comment": comment,
            "kpi": kpi,
            "period": label(comment.period, kpi.frequency),
            "author": str(comment.written_by or _("Somebody")),
            "link": absolute("assessments:cell", organization.slug, kpi.code, comment.period.isoformat()),
        }
        return render_mail("assessments/email/mention", context, AUTOMATIC)


@dataclass(frozen=True, slots=True)
class ReturnedValue:
    """A value that came back. `write` puts it in the language in force; `is_own`: the reader enters this KPI."""

    kpi: Kpi
    period: datetime.date
    write: Callable[[], str]
    is_own: bool


def returned_mail(
    organization: Organization,
    values: Sequence[ReturnedValue],
    *,
    reader: User,
    returned_by: User,
    reason: str,
) -> Mail:
    """Values that the reader submitted or enters were sent back, with the one reason for all of them."""
    with as_reader(reader, organization):
        link = absolute("assessments:entries", organization.slug)
        context = {
            "organization": organization,
            "who": str(returned_by),
            "reason": reason,
            "count": len(values),
            "first": values[0].kpi.name,
            "lines": [
                {
                    "project": value.kpi.project.name,
                    "kpi": value.kpi.name,
                    "period": label(value.period, value.kpi.frequency),
                    "value": value.write(),
                    "unit": value.kpi.unit,
                }
                for value in values[:MOST_LINES]
            ],
            "more": max(0, len(values) - MOST_LINES),
            "link": link if all(value.is_own for value in values) else f"{link}?scope=all",
        }
        return render_mail("assessments/email/returned", context, AUTOMATIC)


def unconfirmed_mail(
    organization: Organization, rows: Sequence[Booked], *, reader: User, actor: User | None, reason: str
) -> Mail:
    """Finance refused benefits or took their confirmation back; `actor` None: the product reopened them."""
    with as_reader(reader, organization):
        context = {
            "organization": organization,
            "who": str(actor) if actor else "",
            "reason": reason,
            "count": len(rows),
            "first": rows[0].line_name,
            "lines": [
                {
                    "project": row.project_name,
                    "line": row.line_name,
                    "month": label(row.month, "month"),
                    "amount": write_amount(row.amount),
                    "currency": row.currency,
                }
                for row in rows[:MOST_LINES]
            ],
            "more": max(0, len(rows) - MOST_LINES),
            "link": absolute("assessments:confirmations", organization.slug) + "?state=all",
        }
        return render_mail("assessments/email/unconfirmed", context, AUTOMATIC)
