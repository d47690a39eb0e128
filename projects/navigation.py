"""Where the pages of one project lie, for the tabs over them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from organizations.http import MemberRequest
from organizations.permissions import Right, allows
from projects.models import Project

_TABS = [
    (_("Overview"), "assessments:project", Right.SEE),
    (_("Charter"), "kpis:charter", Right.SEE),
    (_("Money"), "projects:money", Right.SEE),
    (_("Plan"), "assessments:plan", Right.SEE),
    (_("Outlook"), "assessments:outlook", Right.SEE),
    (_("Modules"), "projects:modules", Right.SEE),
    (_("Gates"), "projects:gates", Right.SEE),
    (_("History"), "projects:history", Right.SEE),
    (_("Edit"), "projects:edit", Right.DEFINE),
]


def project_url(project: Project, name: str = "assessments:project", *more: Any) -> str:
    """The address of a page of the project."""
    return reverse(name, args=[project.organization.slug, project.code, *more])


def project_tabs(request: MemberRequest, project: Project, current: str) -> list[dict[str, Any]]:
    """Tabs for `components/tabs.html`; `current` is the name of the page's address."""
    return [
        {"label": label, "url": project_url(project, name), "current": name == current}
        for label, name, right in _TABS
        if allows(request.membership, right)
    ]


def project_page(request: MemberRequest, project: Project, current: str, **context: Any) -> dict[str, Any]:
    """The context every page of a project shares."""
    return {
        "project": project,
        "tabs": project_tabs(request, project, current),
        "may_define": allows(request.membership, Right.DEFINE),
        "may_money": allows(request.membership, Right.MONEY),
        "may_decide": allows(request.membership, Right.DECIDE_GATE),
        **context,
    }
