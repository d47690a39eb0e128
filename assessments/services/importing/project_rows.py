"""Projects as rows of a file describe them."""

import datetime
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError

from .cells import Cells, Columns, DateReader, TextReader
from .mapping import ProjectFields, choices_of
from .report import ImportReport


@dataclass(slots=True)
class ProjectDraft:
    """A project of the file; `values` are what `create_project` takes. `row` is where it stood first.

    `cells` tells for an attribute the column and the text it came from.
    """

    code: str
    row: int
    values: dict[str, Any] = field(default_factory=dict)
    cells: dict[str, tuple[str, str]] = field(default_factory=dict)
    department: str = ""


class ProjectReader:
    """Reads the project of a row; what it says of itself counts where it stands first."""

    def __init__(self, fields: ProjectFields, columns: Columns, report: ImportReport) -> None:
        self.report = report
        self.code = TextReader(fields.code, columns)
        self.texts = {
            name: TextReader(text, columns, lines=name == "description")
            for name, text in fields.texts.items()
        }
        self.dates = {name: DateReader(date, columns) for name, date in fields.dates.items()}
        self.drafts: dict[str, ProjectDraft] = {}

    def __call__(self, row: int, cells: Cells) -> ProjectDraft:
        """The draft; attributes that cannot be read are reported and left out.

        Raises:
            InvalidInputError: the code itself cannot be read.
        """
        code = self.code(cells)
        draft = self.drafts.get(code)
        if draft is None:
            draft = self.drafts[code] = ProjectDraft(code, row)
            draft.values = {
                "code": code,
                "name": code,
                **self._read_texts(row, cells),
                **self._read_dates(row, cells),
            }
            readers: dict[str, TextReader | DateReader] = {**self.texts, **self.dates}
            draft.cells = {name: readers[name].source(cells) for name in draft.values if name in readers}
        return draft

    def _read_texts(self, row: int, cells: Cells) -> dict[str, str]:
        values = {}
        for name, reader in self.texts.items():
            try:
                text = reader(cells)
                check_choice(name, text)
            except InvalidInputError as error:
                reader.reject(self.report, row, cells, str(error))
                continue
            if text:
                values[name] = text
        return values

    def _read_dates(self, row: int, cells: Cells) -> dict[str, datetime.date]:
        values = {}
        for name, reader in self.dates.items():
            try:
                day = reader(cells)
            except InvalidInputError as error:
                reader.reject(self.report, row, cells, str(error))
                continue
            if day:
                values[name] = day
        return values


def check_choice(name: str, text: str) -> None:
    """Refuse a text from a cell that is none of the attribute's choices."""
    known = choices_of(name)
    if text and known and text not in known:
        raise InvalidInputError(
            _("This is not one of: %(known)s. Translate it in the mapping by “map”.")
            % {"known": ", ".join(known)}
        )
