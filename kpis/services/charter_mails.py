"""Who hears about a charter: each event is one mail a reader, once."""

from collections.abc import Callable, Iterable

from kpis import emails
from kpis.models import Charter, CharterSignature
from organizations.emails import Mail
from organizations.models import Membership, Role, User
from organizations.permissions import Right, allows
from organizations.services import queue_mail

KIND = "charter"


def tell_handed_out(charter: Charter) -> None:
    """Both owners, asked to read and sign; one mail to a person who is both."""
    project = charter.project
    owners = [project.business_owner_id, project.it_owner_id]
    _tell(charter, "handed_out", owners, lambda reader: emails.charter_handed_out(charter, reader=reader))


def tell_returned(charter: Charter, answer: CharterSignature) -> None:
    """Who handed it out and the PMO."""
    pmo = Membership.objects.filter(role=Role.PMO).values_list("user_id", flat=True)
    readers = {charter.created_by_id, *pmo} - {answer.answered_by_id}
    _tell(
        charter, "returned", readers, lambda reader: emails.charter_returned(charter, answer, reader=reader)
    )


def tell_signed(charter: Charter) -> None:
    """Everybody whom the charter names, and who handed it out."""
    project = charter.content["project"]
    named = [project["sponsor"], project["business_owner"], project["it_owner"]]
    for kpi in charter.content["kpis"]:
        named += [kpi["business_owner"], kpi["it_owner"]]
    readers = {person["id"] for person in named if person} | {charter.created_by_id}
    _tell(charter, "signed", readers, lambda reader: emails.charter_signed(charter, reader=reader))


def _tell(
    charter: Charter, event: str, reader_ids: Iterable[int | None], write: Callable[[User], Mail]
) -> None:
    members = Membership.objects.filter(user__in=set(reader_ids) - {None}, user__is_active=True)
    for member in members.select_related("user").order_by("user_id"):
        if not allows(member, Right.SEE):
            continue
        queue_mail(
            organization=charter.organization,
            kind=KIND,
            key=f"charter:{charter.pk}:{event}:{member.user_id}",
            address=member.user.email,
            mail=write(member.user),
            reader=member.user,
        )
