"""What templates of the ground floor need."""

from typing import Any

from django import template
from django.utils.translation import gettext as _

from organizations.sections import sections_for

register = template.Library()


@register.inclusion_tag("components/tabs.html", takes_context=True)
def organization_tabs(context: template.Context) -> dict[str, Any]:
    """The tabs over the pages about the organization."""
    return {"tabs": sections_for(context["request"]), "label": _("Organization")}
