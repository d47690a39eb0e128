"""What finance said about the booked benefits of a sample organization."""

import datetime

from assessments.confirmations import Choice, list_booked
from assessments.services.confirming import confirm_amounts, refuse_amounts
from organizations.models import Membership, Organization, Role, User
from organizations.tenancy import organization_scope
from projects.periods import add_months, start_of

from .story import OrganizationStory

#: newest months that finance has not looked at yet
OPEN_MONTHS = 3
#: amounts read at once: more than any story has
_ALL = 10_000
#: by language, why the newest amount of one line was refused
REASONS = {
    "en": "The cost centre shows half of it. Please attach the posting.",
    "zh-hans": "成本中心账上只有一半，请补充凭证。",
}


def confirm_benefits(
    story: OrganizationStory, organization: Organization, today: datetime.date | None
) -> None:
    """Confirm what was booked up to a few months ago and refuse one newer amount. Outside of any scope."""
    with organization_scope(organization):
        finance = _finance()
        running = start_of(today or organization.today(), "month")
        booked = list_booked(organization, Choice(), limit=_ALL).rows
        until = add_months(running, -OPEN_MONTHS)
        old = [row.seen for row in booked if row.month < until]
        confirm_amounts(actor=finance, organization=organization, amounts=old)
        newer = [row for row in booked if row.month == until and row.owner_id != finance.pk]
        if newer:
            smallest = min(newer, key=lambda row: row.amount)
            refuse_amounts(
                actor=finance,
                organization=organization,
                amounts=[smallest.seen],
                reason=REASONS[story.language],
            )


def _finance() -> User:
    member: Membership = Membership.objects.select_related("user").filter(role=Role.FINANCE).order_by("pk")[0]
    return member.user
