"""Tenancy: fails closed, twice (managers and row-level security), with keys that cannot cross tenants."""

from .scope import organization_scope, user_scope

__all__ = ["organization_scope", "user_scope"]
