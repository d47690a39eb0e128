"""The values of one KPI over time, for its page and its chart."""

import datetime
from dataclasses import dataclass, field
from itertools import groupby

from assessments.models import Measurement
from kpis.models import Kpi
from projects.periods import periods_between, shift

#: the longest axis; a daily glance needs no more, the table has all
MOST_PERIODS = 120
#: how far past the newest value the plan is drawn
PLAN_AHEAD = 12

_COUNTED = {Measurement.Status.SUBMITTED, Measurement.Status.VERIFIED}


@dataclass(frozen=True, slots=True)
class PeriodVersions:
    """One period with every version of its value, newest first."""

    period: datetime.date
    versions: list[Measurement]

    @property
    def newest(self) -> Measurement:
        return self.versions[0]

    @property
    def entered(self) -> Measurement:
        """The version in which somebody entered what stands there: verifying or returning is not entering."""
        decisions = (Measurement.Status.VERIFIED, Measurement.Status.RETURNED)
        entered = self.newest
        for version in self.versions[1:]:
            if entered.status not in decisions or version.value != entered.value:
                break
            entered = version
        return entered

    @property
    def counted(self) -> Measurement | None:
        """The version that counts: the newest submitted or verified one that was not returned later."""
        for version in self.versions:
            if version.status == Measurement.Status.RETURNED:
                return None
            if version.status in _COUNTED:
                return version
        return None


@dataclass(frozen=True, slots=True)
class KpiSeries:
    """All periods of a KPI that have a value or an answer, newest first."""

    kpi: Kpi
    periods: list[PeriodVersions]
    values: dict[datetime.date, float] = field(default_factory=dict)

    @property
    def latest(self) -> tuple[datetime.date, float] | None:
        """The newest period with a counted value, and the value."""
        return max(self.values.items(), default=None)

    def axis(self) -> list[datetime.date]:
        """Every period from the first value or planned value to the newest, with some of the plan ahead."""
        kpi, known = self.kpi, sorted(self.values)
        if not known:
            return []
        first, last = known[0], known[-1]
        if kpi.plan_start and kpi.plan_path:
            first = min(first, kpi.plan_start)
            plan_end = shift(kpi.plan_start, kpi.frequency, len(kpi.plan_path) - 1)
            last = max(last, min(plan_end, shift(last, kpi.frequency, PLAN_AHEAD)))
        count = periods_between(first, last, kpi.frequency) + 1
        skipped = max(0, count - MOST_PERIODS)
        return [shift(first, kpi.frequency, step) for step in range(skipped, count)]


def load_series(kpi: Kpi) -> KpiSeries:
    """One query for all versions with the people who recorded them."""
    rows = Measurement.objects.filter(kpi=kpi).select_related("recorded_by").order_by("-period", "-version")
    periods = [
        PeriodVersions(period, list(versions)) for period, versions in groupby(rows, lambda row: row.period)
    ]
    counted = {row.period: row.counted for row in periods}
    values = {
        period: version.value
        for period, version in counted.items()
        if version is not None and version.value is not None
    }
    return KpiSeries(kpi, periods, values)
