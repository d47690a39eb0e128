"""Background work of assessments."""

from .valuation import dispatch_nightly, recompute_organization, recompute_projects, run_night, sweep_valuations

__all__ = ["dispatch_nightly", "recompute_organization", "recompute_projects", "run_night", "sweep_valuations"]
