"""Codes of KPIs, given by the project."""

import re
from collections.abc import Iterator

from kpis.models import Kpi
from projects.models import Project


def next_code(project: Project) -> str:
    """The project's next free code, such as `ERP-01`: a suggestion until it is saved."""
    return next(free_codes(project))


def free_codes(project: Project) -> Iterator[str]:
    """Codes from the one after the highest given so far.

    Numbers are never filled in afterwards: the code of a deleted KPI shall not name another one in old mails.
    """
    pattern = re.compile(re.escape(project.code) + r"-(\d{1,6})")
    taken = Kpi.objects.filter(code__startswith=f"{project.code}-").values_list("code", flat=True)
    numbers = [int(match[1]) for code in taken if (match := pattern.fullmatch(code))]
    number = max(numbers, default=0)
    while True:
        number += 1
        yield f"{project.code}-{number:02d}"


def lock_codes(project: Project) -> None:
    """One creator of KPIs at a time in a project, until the transaction ends."""
    Project.objects.select_for_update(no_key=True).filter(pk=project.pk).values_list("pk").first()
