"""One import from file to report."""

from pathlib import Path
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from organizations.errors import InvalidInputError
from organizations.models import Organization, User

from .guessing import guess_mapping
from .making import Made
from .mapping import Mapping, MeasurementMapping, read_mapping
from .measurement_rows import read_value_rows
from .measurement_writing import write_values
from .project_files import ProjectRow, read_project_rows, write_projects
from .report import ImportReport
from .tables import FileOptions, Listener, no_progress, open_table
from .value_rows import ValueRows

_LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('assessments.import.' || %s, 0))"


class FileImport:
    """A file with its mapping, read but not written. Reading needs no database and no scope.

    Raises:
        InvalidInputError: the file or the mapping as a whole cannot be used.
    """

    def __init__(self, path: Path, content: Any, *, progress: Listener = no_progress) -> None:
        self.report = ImportReport()
        self.made = Made()
        self._values = ValueRows()
        self._projects: list[ProjectRow] = []
        mapping = read_mapping(content) if content else None
        with open_table(path, mapping.file if mapping else FileOptions()) as table:
            #: the mapping used; a guessed one where `content` is empty
            self.content: dict[str, Any] = content or guess_mapping(table.headings)
            self._mapping: Mapping = mapping or read_mapping(self.content)
            if isinstance(self._mapping, MeasurementMapping):
                self._values = read_value_rows(table, self._mapping, self.report, progress)
            else:
                self._projects = read_project_rows(table, self._mapping, self.report, progress)
        if not self.report.rows:
            raise InvalidInputError(
                _("The file has headings and no rows below them. Add at least one row of values.")
            )
        progress(self.report.rows, self.report.rows)

    def write(self, actor: User | None, organization: Organization, *, batch_id: int | None) -> ImportReport:
        """Create, set and record everything. Inside one transaction and the organization's scope."""
        # Two imports at once would both create what both are missing.
        lock_imports(organization)
        if isinstance(self._mapping, MeasurementMapping):
            write_values(
                actor, organization, self._mapping, self._values, self.report, self.made, batch_id=batch_id
            )
        else:
            write_projects(actor, organization, self._mapping, self._projects, self.report, self.made)
        return self.report


def lock_imports(organization: Organization) -> None:
    """One import, or undo of one, at a time in an organization, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [str(organization.pk)])
