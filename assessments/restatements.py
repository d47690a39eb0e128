"""Corrections of actual amounts that were reported: what pages list."""

from dataclasses import dataclass
from typing import Any

from projects.models import Restatement
from projects.numbers import write_amount
from projects.periods import Frequency, label

#: newest ones that a page lists
SHOWN = 20


@dataclass(frozen=True, slots=True)
class RestatementRow:
    """One correction in the language in force; amounts in the line's currency, "" for none."""

    row: Any
    month: str
    old: str
    new: str


def newest_restatements(project_code: str = "", *, limit: int = SHOWN) -> list[RestatementRow]:
    """The newest corrections, of one project or of all, in one query."""
    rows = Restatement.objects.select_related("line__project", "restated_by")
    if project_code:
        rows = rows.filter(line__project__code=project_code)
    return [
        RestatementRow(
            row,
            label(row.month, Frequency.MONTH),
            "" if row.old is None else write_amount(row.old),
            "" if row.new is None else write_amount(row.new),
        )
        for row in rows.order_by("-pk")[:limit]
    ]
