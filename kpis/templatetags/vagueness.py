"""`{% vagueness kpi %}`: what is vague about a stored definition, and what to write instead."""

from typing import Any

from django import template

from kpis.models import Kpi
from kpis.vagueness import warnings_of

register = template.Library()


@register.inclusion_tag("kpis/vagueness.html")
def vagueness(kpi: Kpi) -> dict[str, Any]:
    """Advice in a frame; nothing where there is none. Asks the database nothing."""
    return {"warnings": warnings_of(kpi)}
