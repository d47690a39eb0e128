"""Sign-offs about a project go into the organization's ledger; those of sample projects do not."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import models
from django_scopes import get_scope

from organizations.models import LedgerEntry, User
from organizations.services.ledger import append_entry
from projects.models import Project


def record_sign_off(
    *,
    actor: User | None,
    project: Project,
    kind: str,
    summary: Any,
    content: Mapping[str, Any],
    rows: Sequence[models.Model],
) -> LedgerEntry | None:
    """`append_entry` for a project; None for a sample, whose rows are invented and may go without a trace.

    Called last in the transaction (see `organizations.services.ledger`).
    """
    if project.is_sample:
        return None
    return append_entry(
        organization=get_scope()["organization"],
        actor=actor,
        kind=kind,
        summary=summary,
        content={"project": {"code": project.code, "name": project.name}, **content},
        rows=rows,
        project_code=project.code,
    )
