"""How views of KPIs answer."""

from typing import Any


def status_of(form: Any) -> int:
    """A refused form answers 422: nothing was saved."""
    return 422 if form.is_bound and form.errors else 200
