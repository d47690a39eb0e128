"""The doors to objects of the ground floor: unknown → 404; the right is asked by the view's `requires`."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.http import HttpRequest, HttpResponseBase

from organizations.errors import NotFoundError
from organizations.http import MemberRequest
from organizations.log_in import logged_in
from organizations.models import ApiToken, Department, Invitation, LedgerEntry, Membership
from organizations.permissions import Right, allows

type_of_view = Callable[..., HttpResponseBase]
Found = TypeVar("Found")


def for_members(view: type_of_view) -> type_of_view:
    """A view for every member whatever their role: anonymous → log-in, stranger → 404."""

    @wraps(view)
    def checked(request: HttpRequest, organization_slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "membership", None) is None:
            raise NotFoundError
        return view(cast(MemberRequest, request), *args, **kwargs)

    return logged_in(checked)


def get_member_for(request: MemberRequest, member_id: int) -> Membership:
    """A member of the organization."""
    membership: Membership | None = (
        Membership.objects.select_related("user", "department").filter(pk=member_id).first()
    )
    return _found(membership)


def get_invitation_for(request: MemberRequest, invitation_id: int) -> Invitation:
    """An invitation that nobody has accepted or revoked."""
    invitation: Invitation | None = Invitation.objects.listed().filter(pk=invitation_id).first()
    return _found(invitation)


def get_department_for(request: MemberRequest, department_id: int) -> Department:
    """A department of the organization."""
    department: Department | None = Department.objects.filter(pk=department_id).first()
    return _found(department)


def get_ledger_entry_for(request: MemberRequest, number: int) -> LedgerEntry:
    """A sign-off by its number."""
    entry: LedgerEntry | None = LedgerEntry.objects.filter(number=number).first()
    return _found(entry)


def get_token_for(request: MemberRequest, token_id: int) -> ApiToken:
    """A key in force that the member may manage."""
    token: ApiToken | None = tokens_for(request).filter(pk=token_id).first()
    return _found(token)


def tokens_for(request: MemberRequest) -> Any:
    """Keys in force: everybody's for who manages members, otherwise one's own."""
    tokens = ApiToken.objects.listed()
    return (
        tokens
        if allows(request.membership, Right.MANAGE_MEMBERS)
        else tokens.filter(membership=request.membership)
    )


def _found(thing: Found | None) -> Found:
    if thing is None:
        raise NotFoundError
    return thing
