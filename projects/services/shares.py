"""Lines that several projects bear: shares of further projects, at most the whole; the line's own keeps the rest."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NoReturn

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from organizations.errors import ConflictError, InvalidInputError
from organizations.models import User
from organizations.services import record_event
from projects.models import LineShare, MoneyLine, Project
from projects.services.project import lock_project, refuse_archived
from projects.services.valuation import request_valuation

#: what adding up a few shares may miss the whole by
_DUST = 1e-9


@dataclass(frozen=True, slots=True)
class Part:
    """What a further project bears of a line: a part of it (0 to 1), and the key of the split."""

    project: Project
    share: float
    note: str = ""


@transaction.atomic
def share_line(*, actor: User | None, line: MoneyLine, parts: Sequence[Part]) -> list[LineShare]:
    """Have exactly these further projects bear their parts of the line, plan, forecast and actual alike.

    Raises:
        ConflictError: the line or its project is archived.
        InvalidInputError: the parts are more than the whole, a part is none, a project is the line's own, archived or
            named twice; `details["project"]` is the project it is about.
    """
    project = lock_project(line.project_id)
    refuse_archived(project)
    if line.archived_at is not None:
        raise ConflictError(_("This line is archived and is shared no longer."))
    _check(line, parts)
    former = {row.project_id: row for row in LineShare.objects.filter(line=line).select_related("project")}
    wanted = {one.project.pk: one for one in parts}
    before = {row.project.code: _written(row.share, row.note) for row in former.values()}
    after = {one.project.code: _written(one.share, one.note) for one in parts}
    if before == after:
        return list(former.values())
    LineShare.objects.filter(line=line).exclude(project__in=wanted).delete()
    LineShare.objects.bulk_create(
        [
            LineShare(
                organization_id=line.organization_id,
                line=line,
                project=one.project,
                share=one.share,
                note=one.note,
            )
            for one in parts
        ],
        update_conflicts=True,
        unique_fields=["organization", "line", "project"],
        update_fields=["share", "note"],
    )
    record_event(actor=actor, action="line.shared", target=line, before=before, after=after)
    request_valuation(project.organization, {project.pk, *former, *wanted})
    return list(LineShare.objects.filter(line=line).select_related("project"))


def sharing_projects(line_ids: Iterable[int]) -> set[int]:
    """Further projects that bear a part of any of these lines: their figures change with the lines'."""
    return set(LineShare.objects.filter(line__in=list(line_ids)).values_list("project_id", flat=True))


def _check(line: MoneyLine, parts: Sequence[Part]) -> None:
    seen: set[int] = set()
    for one in parts:
        if one.project.pk == line.project_id:
            _refuse(one.project, _("This is the line's own project: it keeps what is left."))
        if one.project.archived_at is not None:
            _refuse(one.project, _("This project is archived. Restore it first."))
        if one.project.pk in seen:
            _refuse(one.project, _("This project stands twice. Keep one row."))
        if not (math.isfinite(one.share) and 0.0001 <= one.share <= 1):
            _refuse(one.project, _("A share lies between 0.01 % and 100 %."))
        seen.add(one.project.pk)
    if math.fsum(one.share for one in parts) > 1 + _DUST:
        total = f"{math.fsum(one.share for one in parts) * 100:.10g}"
        _refuse(
            parts[-1].project,
            _(
                "The shares are %(total)s %% together. They are at most 100 %%; the rest stays with the own project."
            )
            % {"total": total},
        )


def _refuse(project: Project, message: str | Promise) -> NoReturn:
    raise InvalidInputError(message, project=project.pk)


def _written(share: float, note: str) -> str:
    return f"{share * 100:.10g} %{f' ({note})' if note else ''}"
