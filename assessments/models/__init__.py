"""What happened and what it is worth."""

from .importing import ImportBatch
from .measurement import Measurement
from .outlooks import ProjectOutlook
from .reminders import ReminderPause, ReminderRule
from .reported import ReportedFigures
from .results import KpiResult, ProjectResult, Run
from .trust import Comment, CommentMention, Evidence, PeriodLock, WithdrawnMeasurement
from .verdicts import Comparison, ComparisonControl, KpiVerdict, PendingVerdict, RebasePoint

__all__ = [
    "Comment",
    "CommentMention",
    "Comparison",
    "ComparisonControl",
    "Evidence",
    "ImportBatch",
    "KpiResult",
    "KpiVerdict",
    "Measurement",
    "PendingVerdict",
    "PeriodLock",
    "ProjectOutlook",
    "ProjectResult",
    "RebasePoint",
    "ReminderPause",
    "ReminderRule",
    "ReportedFigures",
    "Run",
    "WithdrawnMeasurement",
]
