"""The organization's own KPI templates."""

import datetime
import re
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kpis.models import KpiTemplate
from organizations.models import Organization, User
from organizations.services import changes_between, record_event
from projects.services.validation import assign, refuse, save_checked

FIELDS = (
    "code", "name", "definition", "formula", "tier", "dimension", "direction", "unit", "frequency",
    "system_kind", "industry", "typical_source", "pitfalls",
)  # fmt: skip
#: addresses of the library's pages
RESERVED_CODES = ("new",)
_NUMBERED = re.compile(r"T-(\d{1,6})")


def next_template_code() -> str:
    """The next free code, such as `T-01`: a suggestion until it is saved."""
    taken = KpiTemplate.objects.filter(code__startswith="T-").values_list("code", flat=True)
    numbers = [int(found[1]) for code in taken if (found := _NUMBERED.fullmatch(code))]
    return f"T-{max(numbers, default=0) + 1:02d}"


@transaction.atomic
def create_template(*, actor: User, organization: Organization, values: Mapping[str, Any]) -> KpiTemplate:
    """Keep a template; without a code it gets the next one. The same sent twice is one template.

    Raises:
        InvalidInputError: a rule is broken; `details["fields"]` has the messages by field.
    """
    given = {**values, "code": values.get("code") or next_template_code()}
    former: KpiTemplate | None = KpiTemplate.objects.filter(code=given["code"]).first()
    if former is not None and changes_between(former, given) == ({}, {}):
        return former
    made = KpiTemplate(organization=organization, created_by=actor)
    assign(made, given, FIELDS)
    _refuse_reserved(made)
    save_checked(made)
    after = {name: value for name, value in given.items() if value}
    record_event(actor=actor, action="template.created", target=made, after=after)
    return made


@transaction.atomic
def update_template(*, actor: User, template: KpiTemplate, values: Mapping[str, Any]) -> KpiTemplate:
    """Change a template; KPIs made from it stay as they are.

    Raises:
        InvalidInputError: a rule is broken; `details["fields"]` has the messages by field.
    """
    template.refresh_from_db(from_queryset=KpiTemplate.objects.select_for_update(no_key=True))
    before, after = changes_between(template, values)
    if after:
        assign(template, after, FIELDS)
        _refuse_reserved(template)
        save_checked(template, only=list(after))
        record_event(actor=actor, action="template.updated", target=template, before=before, after=after)
    return template


@transaction.atomic
def archive_template(*, actor: User, template: KpiTemplate) -> KpiTemplate:
    """Put a template away; KPIs made from it stay as they are."""
    return _set_archived(actor, template, timezone.now(), "template.archived")


@transaction.atomic
def restore_template(*, actor: User, template: KpiTemplate) -> KpiTemplate:
    """Bring an archived template back."""
    return _set_archived(actor, template, None, "template.restored")


def _set_archived(
    actor: User, template: KpiTemplate, moment: datetime.datetime | None, action: str
) -> KpiTemplate:
    template.refresh_from_db(from_queryset=KpiTemplate.objects.select_for_update(no_key=True))
    if (template.archived_at is None) != (moment is None):
        template.archived_at = moment
        template.save(update_fields=["archived_at"])
        record_event(actor=actor, action=action, target=template)
    return template


def _refuse_reserved(template: KpiTemplate) -> None:
    if template.code.lower() in RESERVED_CODES:
        refuse({"code": [_("This code is taken by an address of the product. Choose a different one.")]})
