"""What an import says when it is done."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

from .tables import plain_text, type_of_cell

#: A file with more faults than this is not the file the mapping was written for.
MOST_REJECTED = 100_000
_LONGEST_TEXT = 500


@dataclass(frozen=True, slots=True)
class Rejection:
    """A cell that was not taken: its row as a spreadsheet numbers it, its heading, its text, why."""

    row: int
    column: str
    text: str
    reason: str


@dataclass(slots=True)
class ImportReport:
    """The counts that the command prints and the page shows; see docs/import.md for each."""

    rows: int = 0
    kpis: int = 0
    projects: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    with_target: int = 0
    met: int = 0
    rejected: list[Rejection] = field(default_factory=list)

    def reject(self, row: int, column: str, cell: type_of_cell, reason: str) -> None:
        """Note a refused cell.

        Raises:
            InvalidInputError: there are too many to be the exception.
        """
        text = plain_text(cell).strip()
        shown = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}…"
        self.rejected.append(Rejection(row, column, shown, reason))
        if len(self.rejected) > MOST_REJECTED:
            raise InvalidInputError(
                _(
                    "More than %(most)d cells could not be read; the first: row %(row)d, column %(column)s, "
                    "%(reason)s"
                    " Check whether the mapping fits this file."
                )
                % {
                    "most": MOST_REJECTED,
                    "row": self.rejected[0].row,
                    "column": self.rejected[0].column,
                    "reason": self.rejected[0].reason,
                }
            )

    def as_json(self) -> dict[str, Any]:
        """Exactly the documented keys, refused cells by row."""
        self.rejected.sort(key=lambda rejection: rejection.row)
        return asdict(self)
