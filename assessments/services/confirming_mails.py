"""Telling benefit owners, and finance where the product itself reopened something: one mail a person and act."""

from collections import defaultdict
from collections.abc import Sequence

from assessments.confirmations import Booked
from assessments.emails import unconfirmed_mail
from organizations.models import Membership, Organization, User
from organizations.permissions import Right, allows
from organizations.services import queue_mail
from projects.models import Confirmation


def tell_owners(
    organization: Organization,
    rows: Sequence[Booked],
    written: Sequence[Confirmation],
    *,
    actor: User | None,
    reason: str,
) -> int:
    """Write to the owners of the lines, except to `actor`; without one, to everybody who confirms too. The number of mails."""
    by_person: dict[int, list[Booked]] = defaultdict(list)
    members = {
        member.user_id: member
        for member in Membership.objects.select_related("user").filter(user__is_active=True)
        if allows(member, Right.SEE)
    }
    finance = [person for person, member in members.items() if allows(member, Right.CONFIRM)]
    for row in rows:
        told = {row.owner_id, *(finance if actor is None else [])} - {None, actor.pk if actor else None}
        for person in told & members.keys():
            by_person[person].append(row)
    sent = 0
    for person, found in sorted(by_person.items()):
        reader = members[person].user
        mail = unconfirmed_mail(organization, found, reader=reader, actor=actor, reason=reason)
        key = f"unconfirmed:{written[0].pk}:{person}"
        queued = queue_mail(
            organization=organization,
            kind="unconfirmed",
            key=key,
            address=reader.email,
            mail=mail,
            reader=reader,
        )
        sent += queued is not None
    return sent
