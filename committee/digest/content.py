"""What a digest says about each project, rounded as the reader sees it.

The rounding matters: a digest whose every figure reads as it did last time has nothing to say
and is not sent.
"""

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from decimal import ROUND_HALF_UP
from typing import Any, Self

from assessments.models import ProjectResult
from assessments.querysets import Trust
from charts.numbers import as_decimal, round_significant
from committee.message import rank

FINE = {"on_track", "too_early"}


@dataclass(frozen=True, slots=True)
class ProjectFacts:
    """One project: value index × 100, money in the reporting currency, payback in months."""

    pk: int = 0
    code: str = ""
    name: str = ""
    status: str = "no_data"
    index: int | None = None
    actual: float = 0.0
    plan: float = 0.0
    delta: float = 0.0
    payback: int | None = None
    payback_plan: int | None = None
    kpis_due: int = 0
    kpis_in: int = 0
    kpis_late: int = 0

    @classmethod
    def of(cls, result: ProjectResult) -> Self:
        """The facts of one result; `result.project` must be at hand."""
        return cls(
            pk=result.project_id,
            code=result.project.code,
            name=result.project.name,
            status=str(result.status),
            index=_whole(result.value_index),
            actual=_three_digits(result.benefits_actual),
            plan=_three_digits(result.benefits_plan),
            delta=_three_digits(result.benefits_actual - result.benefits_plan),
            payback=_whole(result.payback_outlook),
            payback_plan=_whole(result.payback_plan),
            kpis_due=result.kpis_due,
            kpis_in=result.kpis_in,
            kpis_late=result.kpis_late,
        )

    def said(self) -> dict[str, Any]:
        """What counts as news: everything but the names."""
        return {key: value for key, value in asdict(self).items() if key not in {"name", "code"}}


@dataclass(frozen=True, slots=True)
class Content:
    """What one digest told its reader; kept with the delivery so that the next one can compare."""

    currency: str
    projects: Mapping[int, ProjectFacts] = field(default_factory=dict)
    #: values the reader has to enter; 0 for who enters none
    entries_due: int = 0

    @property
    def is_empty(self) -> bool:
        return not self.projects and not self.entries_due

    def says_the_same_as(self, other: "Content") -> bool:
        return self._said() == other._said()

    def _said(self) -> tuple[Any, ...]:
        projects = {pk: facts.said() for pk, facts in self.projects.items()}
        # The currency names the figures; a change of it alone, without money, is no news.
        money = any(facts.actual or facts.plan for facts in self.projects.values())
        return (projects, self.entries_due, self.currency if money else "")

    def as_json(self) -> dict[str, Any]:
        return {
            "currency": self.currency,
            "entries_due": self.entries_due,
            "projects": [asdict(facts) for facts in self.projects.values()],
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Self:
        """What an earlier version of the product stored may lack keys, or have others."""
        known = {entry.name for entry in fields(ProjectFacts)}
        projects = [
            ProjectFacts(**{key: value for key, value in facts.items() if key in known})
            for facts in stored.get("projects", [])
        ]
        return cls(
            currency=stored.get("currency", ""),
            projects={facts.pk: facts for facts in projects},
            entries_due=stored.get("entries_due", 0),
        )


@dataclass(frozen=True, slots=True)
class Situation:
    """The state of one organization, read once for all its readers."""

    results: Sequence[ProjectResult]
    currency: str
    #: None when nothing has been computed yet
    as_of: datetime.date | None
    known_at: datetime.datetime | None
    trust: Trust = field(default_factory=Trust)
    #: projects whose definition, as it is now, is not signed by both sides
    without_charter: int = 0

    def content(self, *, entries_due: int = 0) -> Content:
        """Worst first, as on the committee page."""
        facts = [ProjectFacts.of(result) for result in sorted(self.results, key=rank)]
        return Content(
            currency=self.currency, projects={each.pk: each for each in facts}, entries_due=entries_due
        )


def _whole(value: float | None) -> int | None:
    number = as_decimal(value)
    return None if number is None else int(number.quantize(as_decimal(1) or number, rounding=ROUND_HALF_UP))


def _three_digits(value: float) -> float:
    number = as_decimal(value)
    return 0.0 if number is None else float(round_significant(number))
