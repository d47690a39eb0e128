"""Imports: file → rows → mapping → projects, KPIs, targets, values → report. See docs/import.md."""

from .batches import import_file, queue_import, run_import, waiting_imports
from .drafts import discard_import, repeat_import, save_mapping, start_check, start_import, upload_import
from .keeping import forget_old_files
from .mapping import load_mapping, parse_mapping_text, read_mapping
from .rejected_rows import rejected_rows
from .rejects import rejected_as_csv
from .remembering import fitting_mappings, remembered_mappings
from .report import ImportReport, Rejection
from .running import FileImport
from .undo_plan import UndoPlan, plan_undo
from .undoing import may_undo, refuse_locked, undo_import

__all__ = [
    "FileImport",
    "ImportReport",
    "Rejection",
    "UndoPlan",
    "discard_import",
    "fitting_mappings",
    "forget_old_files",
    "import_file",
    "load_mapping",
    "may_undo",
    "parse_mapping_text",
    "plan_undo",
    "queue_import",
    "read_mapping",
    "refuse_locked",
    "rejected_as_csv",
    "rejected_rows",
    "remembered_mappings",
    "repeat_import",
    "run_import",
    "save_mapping",
    "start_check",
    "start_import",
    "undo_import",
    "upload_import",
    "waiting_imports",
]
