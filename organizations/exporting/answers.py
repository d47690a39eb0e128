"""The answer to "give me this list as a file"."""

import shutil
import tempfile
from pathlib import Path
from typing import IO

from django.conf import settings
from django.http import FileResponse
from django.urls.converters import StringConverter
from django.utils import timezone
from django.utils.translation import gettext as _

from organizations.http import MemberRequest

from .csv_files import csv_pieces
from .tables import ExportTable
from .workbooks import write_workbook

TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class FileFormat(StringConverter):
    """The ending of an export's address."""

    regex = "csv|xlsx"


def answer_export(request: MemberRequest, table: ExportTable, file_format: str) -> FileResponse:
    """The list as a file to keep.

    The file is finished before the answer begins: a list that breaks off in the middle is an error page and
    never half a file, and the database is not held while somebody's line is slow.

    Raises:
        InvalidInputError: a sheet cannot hold the list.
    """
    file = _write(table, file_format, _about(request, table))
    name = f"{request.organization.slug}-{table.name}-{request.organization.today()}.{file_format}"
    return FileResponse(file, as_attachment=True, filename=name, content_type=TYPES[file_format])


def _write(table: ExportTable, file_format: str, about: list[tuple[str, str]]) -> IO[bytes]:
    """An open file without a name: it is gone when it is closed."""
    file: IO[bytes] = tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR)  # noqa: SIM115
    try:
        if file_format == "csv":
            for piece in csv_pieces(table):
                file.write(piece.encode())
        else:
            with tempfile.TemporaryDirectory(dir=settings.FILE_UPLOAD_TEMP_DIR) as folder:
                path = Path(folder) / "list.xlsx"
                write_workbook(path, table, about)
                with path.open("rb") as written:
                    shutil.copyfileobj(written, file)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    return file


def _about(request: MemberRequest, table: ExportTable) -> list[tuple[str, str]]:
    now = timezone.localtime()
    chosen = [(label, choice) for label, choice in table.chosen if choice]
    return [
        (_("Organization"), request.organization.name),
        (_("List"), table.title),
        (_("Exported"), f"{now:%Y-%m-%d %H:%M} ({timezone.get_current_timezone_name()})"),
        (_("By"), str(request.user)),
        *(chosen or [(_("Filter"), _("none"))]),
    ]
