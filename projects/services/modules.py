"""Writes of modules."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction

from organizations.models import User
from organizations.services import changes_between, record_event
from projects.models import Module, Project
from projects.services.project import refuse_archived
from projects.services.validation import assign, save_checked

FIELDS = ("name", "weight", "contracted", "delivered_on", "accepted_on", "in_use_since")


@transaction.atomic
def create_module(*, actor: User | None, project: Project, values: Mapping[str, Any]) -> Module:
    """A part of the contract.

    Raises:
        InvalidInputError: the name is taken; accepted before it was delivered.
    """
    refuse_archived(project)
    module = Module(organization=project.organization, project=project)
    assign(module, values, FIELDS)
    save_checked(module)
    record_event(actor=actor, action="module.created", target=module, after=dict(values))
    return module


@transaction.atomic
def update_module(*, actor: User | None, module: Module, values: Mapping[str, Any]) -> Module:
    """Change a module, such as the day it was accepted."""
    refuse_archived(module.project)
    before, after = changes_between(module, values)
    if after:
        assign(module, after, FIELDS)
        save_checked(module, only=list(after))
        record_event(actor=actor, action="module.updated", target=module, before=before, after=after)
    return module


@transaction.atomic
def delete_module(*, actor: User | None, module: Module) -> None:
    """Take a module out; the history keeps what it was."""
    refuse_archived(module.project)
    before = {name: getattr(module, name) for name in FIELDS}
    # The project's own event: a module that is gone has no history page to stand on.
    record_event(actor=actor, action="module.deleted", target=module.project, before=before)
    module.delete()
