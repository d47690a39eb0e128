"""Marks of charters in lists of projects, whoever shows the list."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import template

from kpis.charters.states import NO_CHARTER, CharterState, charter_states
from projects.models import Project

register = template.Library()


@register.simple_tag
def states_of_charters(projects: Iterable[Project]) -> dict[int, CharterState]:
    """The states of these projects' charters, in one query: `{% states_of_charters page as states %}`."""
    ids = [project.pk for project in projects]
    return charter_states(ids) if ids else {}


@register.inclusion_tag("kpis/charter_badge.html")
def charter_mark(states: Mapping[int, CharterState], project: Project) -> dict[str, Any]:
    """The mark of one project in the list."""
    return {"state": states.get(project.pk, NO_CHARTER)}
