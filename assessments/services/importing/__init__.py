"""Imports: file → rows → mapping → projects, KPIs, targets, values → report. See docs/import.md."""

from .batches import import_file, queue_import, recent_mappings, run_import, start_import, waiting_imports
from .mapping import load_mapping, parse_mapping_text, read_mapping
from .rejects import rejected_as_csv
from .report import ImportReport, Rejection
from .running import FileImport
from .undo_plan import UndoPlan, plan_undo
from .undoing import may_undo, refuse_locked, undo_import

__all__ = [
    "FileImport",
    "ImportReport",
    "Rejection",
    "UndoPlan",
    "import_file",
    "load_mapping",
    "may_undo",
    "parse_mapping_text",
    "plan_undo",
    "queue_import",
    "read_mapping",
    "recent_mappings",
    "refuse_locked",
    "rejected_as_csv",
    "run_import",
    "start_import",
    "undo_import",
    "waiting_imports",
]
