"""How views of KPIs answer."""

from typing import Any


def status_of(form: Any) -> int:
    """A refused form answers 422: nothing was saved. 409: somebody else was faster."""
    if not (form.is_bound and form.errors):
        return 200
    return 409 if getattr(form, "has_conflicts", False) else 422
