"""Background work of assessments."""

from .changes import explain_span
from .importing import forget_import_files, run_import, sweep_imports
from .persistence import watch_benefits
from .reminders import dispatch_reminders, send_reminders
from .valuation import (
    dispatch_nightly,
    recompute_organization,
    recompute_projects,
    run_night,
    sweep_valuations,
)
from .verdicts import assess_verdicts, sweep_verdicts

__all__ = [
    "assess_verdicts",
    "dispatch_nightly",
    "dispatch_reminders",
    "explain_span",
    "forget_import_files",
    "recompute_organization",
    "recompute_projects",
    "run_import",
    "run_night",
    "send_reminders",
    "sweep_imports",
    "sweep_valuations",
    "sweep_verdicts",
    "watch_benefits",
]
