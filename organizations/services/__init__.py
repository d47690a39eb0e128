"""Writes of the ground floor."""

from .audit import changes_between, record_event
from .deletion import request_deletion
from .mail import queue_mail
from .members import (
    accept_invitation,
    change_member,
    invitation_link,
    invite,
    read_invitation,
    remove_member,
    revoke_invitation,
)
from .tenants import (
    add_member,
    create_department,
    create_organization,
    create_user,
    delete_organization,
    update_department,
    update_organization,
    update_profile,
)
from .tokens import create_token, revoke_token

__all__ = [
    "accept_invitation",
    "add_member",
    "change_member",
    "changes_between",
    "create_department",
    "create_organization",
    "create_token",
    "create_user",
    "delete_organization",
    "invitation_link",
    "invite",
    "queue_mail",
    "read_invitation",
    "record_event",
    "remove_member",
    "request_deletion",
    "revoke_invitation",
    "revoke_token",
    "update_department",
    "update_organization",
    "update_profile",
]
