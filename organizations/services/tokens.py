"""Keys for programs."""

import datetime
import hashlib
import secrets

from django.db import transaction
from django.utils import timezone

from organizations.models import ApiToken, Membership
from organizations.services.audit import record_event


def hash_secret(secret: str) -> str:
    """What is stored of a key. The key has 256 random bits, so a plain digest cannot be guessed backwards."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create_token(
    *, membership: Membership, name: str, access: str, expires_at: datetime.datetime | None = None
) -> tuple[ApiToken, str]:
    """A key acting for `membership`, and its secret, which is shown once and kept nowhere."""
    secret = f"vt_{secrets.token_urlsafe(32)}"
    token: ApiToken = ApiToken.objects.create(
        organization=membership.organization,
        membership=membership,
        name=name,
        access=access,
        prefix=secret[:10],
        secret_hash=hash_secret(secret),
        expires_at=expires_at,
    )
    record_event(
        actor=membership.user, action="token.created", target=token, after={"name": name, "access": access}
    )
    return token, secret


@transaction.atomic
def revoke_token(*, membership: Membership, token: ApiToken) -> None:
    """The key stops working at once."""
    ApiToken.objects.filter(pk=token.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())
    record_event(actor=membership.user, action="token.revoked", target=token)
