"""What happened and what it is worth."""

from .importing import ImportBatch
from .measurement import Measurement
from .reminders import ReminderPause, ReminderRule
from .results import KpiResult, ProjectResult, Run
from .trust import Comment, CommentMention, Evidence, PeriodLock, WithdrawnMeasurement

__all__ = [
    "Comment",
    "CommentMention",
    "Evidence",
    "ImportBatch",
    "KpiResult",
    "Measurement",
    "PeriodLock",
    "ProjectResult",
    "ReminderPause",
    "ReminderRule",
    "Run",
    "WithdrawnMeasurement",
]
