"""What happened and what it is worth."""

from .importing import ImportBatch
from .measurement import Measurement
from .results import KpiResult, ProjectResult, Run

__all__ = ["ImportBatch", "KpiResult", "Measurement", "ProjectResult", "Run"]
