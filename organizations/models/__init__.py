"""Tenants, people, roles, and what is kept about who did what."""

from .audit import AuditEvent, RowVersion
from .files import StoredFile
from .fx import FxRate
from .jobs import JobRun
from .ledger import LedgerEntry
from .mail import OutboundMail
from .membership import Department, Invitation, Membership, Role
from .organization import Organization
from .token import ApiToken
from .user import User

__all__ = [
    "ApiToken",
    "AuditEvent",
    "Department",
    "FxRate",
    "Invitation",
    "JobRun",
    "LedgerEntry",
    "Membership",
    "Organization",
    "OutboundMail",
    "Role",
    "RowVersion",
    "StoredFile",
    "User",
]
