"""Who hears about a frozen plan: each event is one mail a reader, once."""

from collections.abc import Callable, Iterable

from organizations.emails import Mail
from organizations.models import Membership, Role, User
from organizations.permissions import Right, allows
from organizations.services import queue_mail
from projects import emails
from projects.models import ChangeRequest, PlanBaseline, Project

KIND = "plan"


def tell_frozen(project: Project, baseline: PlanBaseline) -> None:
    """The business owner and finance, asked to sign."""
    if project.is_sample:
        return
    readers = {project.business_owner_id, *people_of_finance()}
    _tell(project, f"{baseline.pk}:frozen", readers, lambda to: emails.plan_frozen(project, baseline, to))


def tell_signed(project: Project, baseline: PlanBaseline) -> None:
    """Who froze it, and the sponsor."""
    readers = {project.sponsor_id, baseline.frozen_by_id}
    _tell(project, f"{baseline.pk}:signed", readers, lambda to: emails.plan_signed(project, baseline, to))


def tell_decided(project: Project, request: ChangeRequest) -> None:
    """Who asked for a change of the plan."""
    key = f"change:{request.pk}:decided"
    _tell(project, key, [request.requested_by_id], lambda to: emails.change_decided(project, request, to))


def tell_requested(project: Project, request: ChangeRequest) -> None:
    """Who may decide on a change of the plan: sponsor and PMO; not who asked."""
    pmo = Membership.objects.filter(role=Role.PMO).values_list("user_id", flat=True)
    readers = {project.sponsor_id, *pmo} - {request.requested_by_id}
    key = f"change:{request.pk}:requested"
    _tell(project, key, readers, lambda to: emails.change_requested(project, request, to))


def people_of_finance() -> list[int]:
    """Members of finance; the administrators where there are none."""
    members = list(
        Membership.objects.filter(role__in=[Role.FINANCE, Role.ADMIN]).values_list("role", "user_id")
    )
    finance = [user for role, user in members if role == Role.FINANCE]
    return finance or [user for _role, user in members]


def _tell(
    project: Project, event: str, reader_ids: Iterable[int | None], write: Callable[[User], Mail]
) -> None:
    members = Membership.objects.filter(user__in=set(reader_ids) - {None}, user__is_active=True)
    for member in members.select_related("user").order_by("user_id"):
        if not allows(member, Right.SEE):
            continue
        queue_mail(
            organization=project.organization,
            kind=KIND,
            key=f"plan:{event}:{member.user_id}",
            address=member.user.email,
            mail=write(member.user),
            reader=member.user,
        )
