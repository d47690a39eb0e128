"""The audit trail: each service writes its row in the transaction that changes the data."""

import datetime
import decimal
from collections.abc import Mapping
from typing import Any

from django.db import models
from django_scopes import get_scope

from organizations.models import AuditEvent, Organization, User


def record_event(
    *,
    actor: User | None,
    action: str,
    target: models.Model,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """Append who did what to which object of the organization in scope; `actor` None is the system."""
    organization: Organization = get_scope()["organization"]
    event: AuditEvent = AuditEvent.objects.create(
        organization=organization,
        actor=actor,
        action=action,
        target_type=target._meta.model_name or "",
        target_id=target.pk,
        target_label=str(target)[:200],
        before=_plain(before or {}),
        after=_plain(after or {}),
        reason=reason,
    )
    return event


def changes_between(
    instance: models.Model, values: Mapping[str, Any]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """(before, after) of the fields of `instance` that `values` would really change."""
    before, after = {}, {}
    for name, value in values.items():
        former = getattr(instance, name)
        if former != value:
            before[name], after[name] = former, value
    return before, after


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _plain_value(value) for name, value in values.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, models.Model):
        return str(value)
    if isinstance(value, decimal.Decimal):
        return str(value)
    if isinstance(value, datetime.date | datetime.datetime):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return [_plain_value(item) for item in value]
    if isinstance(value, Mapping):
        return _plain(value)
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
