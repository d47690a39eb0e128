"""Lists as files: XLSX and CSV. A list is an `ExportTable`; a view answers with `answer_export`."""

from .answers import FileFormat, answer_export
from .neutral import harmless, original
from .streaming import stream, stream_sql
from .tables import Column, ExportTable, Kind

__all__ = [
    "Column",
    "ExportTable",
    "FileFormat",
    "Kind",
    "answer_export",
    "harmless",
    "original",
    "stream",
    "stream_sql",
]
