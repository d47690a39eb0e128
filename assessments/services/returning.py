"""Telling people which of their values came back: one mail a person and act."""

from collections import defaultdict
from collections.abc import Sequence

from assessments.emails import ReturnedValue, returned_mail
from kpis.figures import written
from kpis.models import Kpi
from organizations.models import Membership, Organization, User
from organizations.permissions import Right, allows
from organizations.services import queue_mail

from .deciding import Decidable


def tell_authors(
    *, actor: User, organization: Organization, values: Sequence[Decidable], reason: str, act: int
) -> int:
    """Write to who submitted the values and to who enters them, except to `actor`; the number of mails.

    `act` names the act in the mails' keys, so that none goes twice.
    """
    kpis = Kpi.objects.select_related("project").in_bulk({state.kpi_id for state in values})
    by_person: dict[int, list[Decidable]] = defaultdict(list)
    for state in values:
        for person in {state.submitted_by, kpis[state.kpi_id].data_owner_id} - {None, actor.pk}:
            by_person[person].append(state)
    members = Membership.objects.select_related("user").filter(user__in=by_person, user__is_active=True)
    sent = 0
    for member in members:
        if not allows(member, Right.SEE):
            continue
        lines = [_line(kpis[state.kpi_id], state, member) for state in by_person[member.user_id]]
        mail = returned_mail(organization, lines, reader=member.user, returned_by=actor, reason=reason)
        sent += (
            queue_mail(
                organization=organization,
                kind="returned",
                key=f"returned:{act}:{member.user_id}",
                address=member.user.email,
                mail=mail,
                reader=member.user,
            )
            is not None
        )
    return sent


def _line(kpi: Kpi, state: Decidable, member: Membership) -> ReturnedValue:
    is_own = member.user_id in (kpi.data_owner_id, kpi.business_owner_id, kpi.it_owner_id)
    return ReturnedValue(kpi, state.period, lambda: written(state.value, kpi), is_own)
