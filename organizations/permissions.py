"""Who may do what: one table of rights by role, one decorator."""

import enum
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponseBase

from organizations.errors import ForbiddenError, NotFoundError
from organizations.http import MemberRequest
from organizations.log_in import logged_in
from organizations.models import Membership, Role


class Right(enum.Enum):
    """What can be allowed. Rights are about the whole organization; ownership is checked by services."""

    SEE = "see"  # projects, KPIs, results
    SEE_COMMITTEE = "see_committee"
    ENTER = "enter"  # values of the KPIs one owns
    ENTER_ANY = "enter_any"  # values of every KPI
    VERIFY = "verify"  # values that others submitted
    LOCK = "lock"  # close and reopen months
    IMPORT = "import"
    DEFINE = "define"  # projects, modules, KPIs, targets
    MONEY = "money"  # cost and benefit lines, cash flows, plan
    CONFIRM = "confirm"  # actual money: the word of finance
    DECIDE_GATE = "decide_gate"
    MANAGE_MEMBERS = "manage_members"
    MANAGE_SETTINGS = "manage_settings"
    SEE_AUDIT = "see_audit"
    MANAGE_TOKENS = "manage_tokens"
    SUBSCRIBE = "subscribe"
    SEE_OUTBOX = "see_outbox"
    DELETE_ORGANIZATION = "delete_organization"


_READER = {Right.SEE, Right.SEE_COMMITTEE, Right.SUBSCRIBE}
_PMO = _READER | {
    Right.ENTER,
    Right.ENTER_ANY,
    Right.VERIFY,
    Right.LOCK,
    Right.IMPORT,
    Right.DEFINE,
    Right.MONEY,
    Right.DECIDE_GATE,
    Right.SEE_AUDIT,
    Right.MANAGE_TOKENS,
}

RIGHTS: dict[str, frozenset[Right]] = {
    Role.ADMIN: frozenset(Right),
    Role.PMO: frozenset(_PMO),
    Role.CONTRIBUTOR: frozenset({Right.SEE, Right.ENTER, Right.SUBSCRIBE, Right.SEE_COMMITTEE}),
    Role.FINANCE: frozenset(_READER | {Right.MONEY, Right.CONFIRM, Right.VERIFY, Right.SEE_AUDIT}),
    Role.EXECUTIVE: frozenset(_READER | {Right.DECIDE_GATE, Right.SEE_AUDIT}),
    # An auditor from outside sees the audited sample only; until a sample is drawn for them: nothing.
    Role.AUDITOR: frozenset(),
    Role.VIEWER: frozenset(_READER),
}


def allows(membership: Membership, right: Right) -> bool:
    """Whether the member's role has the right."""
    return right in RIGHTS[membership.role]


def require(membership: Membership, right: Right) -> None:
    """Raise `ForbiddenError` unless the member's role has the right."""
    if not allows(membership, right):
        raise ForbiddenError


type_of_view = Callable[..., HttpResponseBase]


def requires(right: Right) -> Callable[[type_of_view], type_of_view]:
    """A view for members with `right`: anonymous → log-in, stranger → 404, member without it → 403."""

    def decorate(view: type_of_view) -> type_of_view:
        @wraps(view)
        def checked(
            request: HttpRequest, organization_slug: str, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            member = cast(MemberRequest, request)
            if getattr(request, "membership", None) is None:
                raise NotFoundError
            require(member.membership, right)
            return view(member, *args, **kwargs)

        checked.required_right = right  # type: ignore[attr-defined]
        return logged_in(checked)

    return decorate
