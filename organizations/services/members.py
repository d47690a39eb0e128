"""Invitations by mail link, and what happens to members."""

import datetime
import hashlib
import secrets

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from organizations.emails import invitation_mail
from organizations.errors import ConflictError, InvalidInputError, NotFoundError
from organizations.models import Department, Invitation, Membership, Organization, Role, User
from organizations.services.audit import changes_between, record_event
from organizations.services.mail import queue_mail
from organizations.services.tenants import add_member, create_user
from organizations.tenancy import organization_scope

INVITATION_DAYS = 14
_SALT = "organizations.invitation"


@transaction.atomic
def invite(
    *, actor: User, organization: Organization, email: str, role: str, department: Department | None = None
) -> Invitation:
    """Invite an address; the mail with the link leaves through the outbox."""
    email = email.strip().lower()
    if Membership.objects.filter(user__email=email).exists():
        raise InvalidInputError(_("This person is a member already."))
    Invitation.objects.filter(
        email__iexact=email, accepted_at__isnull=True, revoked_at__isnull=True, expires_at__lte=timezone.now()
    ).update(revoked_at=timezone.now())
    secret = secrets.token_urlsafe(24)
    invitation = Invitation(
        organization=organization,
        email=email,
        role=role,
        department=department,
        secret_hash=_hash(secret),
        invited_by=actor,
        expires_at=timezone.now() + datetime.timedelta(days=INVITATION_DAYS),
    )
    invitation.full_clean()
    invitation.save()
    record_event(
        actor=actor, action="member.invited", target=invitation, after={"email": email, "role": role}
    )
    mail = invitation_mail(invitation, link=invitation_link(invitation, secret))
    queue_mail(
        organization=organization,
        kind="invitation",
        key=f"invitation:{invitation.pk}",
        address=email,
        mail=mail,
    )
    return invitation


def invitation_link(invitation: Invitation, secret: str) -> str:
    """The absolute address of the invitation; it names the organization, signed, and carries the secret."""
    token = signing.dumps([invitation.organization_id, invitation.pk, secret], salt=_SALT)
    return settings.PUBLIC_URL + reverse("organizations:accept_invitation", args=[token])


def read_invitation(token: str) -> Invitation:
    """The open invitation of a link.

    Raises:
        NotFoundError: the link is forged, used, revoked or older than 14 days.
    """
    gone = NotFoundError(
        _("This invitation is no longer valid. Ask the person who invited you for a new one.")
    )
    try:
        organization_id, invitation_id, secret = signing.loads(token, salt=_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise gone from error
    organization = Organization.objects.filter(pk=organization_id).first()
    if organization is None:
        raise gone
    with organization_scope(organization):
        invitation: Invitation | None = (
            Invitation.objects.open()
            .select_related("organization", "invited_by", "department")
            .filter(pk=invitation_id, secret_hash=_hash(secret))
            .first()
        )
    if invitation is None:
        raise gone
    return invitation


@transaction.atomic
def accept_invitation(*, token: str, user: User | None, name: str = "", password: str = "") -> Membership:
    """Join; without a log-in (`user` None) one is made for the invited address.

    Raises:
        ConflictError: the address has a log-in already (log in first), or the log-in is another person's.
    """
    invitation = read_invitation(token)
    with organization_scope(invitation.organization):
        # Claimed by a conditional update before anything else, so that a double click joins once.
        claimed = Invitation.objects.filter(
            pk=invitation.pk, accepted_at__isnull=True, revoked_at__isnull=True
        ).update(accepted_at=timezone.now())
        if not claimed:
            raise ConflictError(_("This invitation has been used."))
        user = _invited_user(invitation, user, name=name, password=password)
        if Membership.objects.filter(user=user).exists():
            raise ConflictError(_("You are a member of this organization already."))
        return add_member(
            actor=user,
            organization=invitation.organization,
            user=user,
            role=invitation.role,
            department=invitation.department,
        )


def _invited_user(invitation: Invitation, user: User | None, *, name: str, password: str) -> User:
    if user is None:
        if User.objects.filter(email=invitation.email).exists():
            raise ConflictError(
                _("This address has a log-in already. Log in first, then open the link again.")
            )
        return create_user(
            email=invitation.email, password=password, name=name, language=invitation.organization.language
        )
    if user.email.lower() != invitation.email.lower():
        raise ConflictError(
            _("This invitation is for %(email)s. Log out, then open the link again.")
            % {"email": invitation.email}
        )
    return user


@transaction.atomic
def revoke_invitation(*, actor: User, invitation: Invitation) -> None:
    """The link stops working."""
    Invitation.objects.filter(pk=invitation.pk, accepted_at__isnull=True).update(revoked_at=timezone.now())
    record_event(actor=actor, action="member.invitation_revoked", target=invitation)


@transaction.atomic
def change_member(
    *, actor: User, membership: Membership, role: str, department: Department | None
) -> Membership:
    """Change role or department; the last administrator keeps the role."""
    if membership.role == Role.ADMIN and role != Role.ADMIN:
        _refuse_without_administrator(membership)
    before, after = changes_between(membership, {"role": role, "department": department})
    membership.role, membership.department = role, department
    membership.save(update_fields=["role", "department"])
    record_event(actor=actor, action="member.changed", target=membership, before=before, after=after)
    return membership


@transaction.atomic
def remove_member(*, actor: User, membership: Membership) -> None:
    """The person loses access at once, keys included; what they entered stays."""
    if membership.role == Role.ADMIN:
        _refuse_without_administrator(membership)
    record_event(actor=actor, action="member.removed", target=membership, before={"role": membership.role})
    membership.delete()


def _refuse_without_administrator(membership: Membership) -> None:
    # Locked, so that two administrators cannot remove each other at the same moment.
    administrators = list(
        Membership.objects.select_for_update().filter(role=Role.ADMIN).values_list("pk", flat=True)
    )
    if administrators == [membership.pk]:
        raise ConflictError(_("An organization needs an administrator. Give another member the role first."))


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
