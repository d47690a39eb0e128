"""The list of imports as a file."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _

from assessments.models import ImportBatch
from organizations.exporting import Column, ExportTable, Kind, stream
from organizations.exporting.tables import type_of_row


def imports_table() -> ExportTable:
    """Imports, newest first, with their counts."""
    return ExportTable(
        name="imports",
        title=_("Imports"),
        columns=[
            Column(_("When"), Kind.MOMENT, 20),
            Column(_("File"), width=36),
            Column(_("By"), width=28),
            Column(_("Status")),
            Column(_("Only checked"), width=12),
            Column(_("Rows"), Kind.NUMBER, 10),
            Column(_("New"), Kind.NUMBER, 10),
            Column(_("Changed"), Kind.NUMBER, 10),
            Column(_("Same"), Kind.NUMBER, 10),
            Column(_("Rejected cells"), Kind.NUMBER, 10),
            Column(_("Error"), width=60),
        ],
        rows=_rows(stream(ImportBatch.objects.listed())),
    )


def _rows(batches: Iterator[Any]) -> Iterator[type_of_row]:
    for batch in batches:
        yield (
            batch.created_at,
            batch.file_name,
            str(batch.created_by or ""),
            batch.get_status_display(),
            _("yes") if batch.dry_run else "",
            batch.rows_total,
            batch.new,
            batch.changed,
            batch.same,
            batch.rejected,
            batch.error,
        )
