"""One value: the KPI in a period, as its page shows it. Whole sentences, so that they translate."""

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from django.db.models import Prefetch
from django.utils.translation import gettext as _

from assessments.entry.states import is_emptied
from assessments.locks import month_of
from assessments.models import (
    Comment,
    CommentMention,
    Evidence,
    ImportBatch,
    Measurement,
    PeriodLock,
    WithdrawnMeasurement,
)
from assessments.sentences import with_unit
from assessments.series import PeriodVersions
from charts.numbers import percent
from kpis.figures import final_target, planned_at, written
from kpis.models import Kpi
from projects.periods import Frequency, label, shift

TONES = {
    Measurement.Status.VERIFIED: "good",
    Measurement.Status.RETURNED: "bad",
    Measurement.Status.DRAFT: "open",
}


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the history: a whole sentence, when, why, whence."""

    at: datetime.datetime
    sentence: str
    why: str = ""
    source: str = ""
    batch: ImportBatch | None = None


@dataclass(frozen=True, slots=True)
class Cell:
    """The value of a KPI in one period with everything known about it."""

    kpi: Kpi
    period: datetime.date
    versions: list[Measurement]
    locks: list[PeriodLock]
    withdrawn: list[WithdrawnMeasurement]
    evidence: list[Evidence]
    comments: list[Comment]
    batches: dict[int, ImportBatch] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return label(self.period, self.kpi.frequency)

    @property
    def newest(self) -> Measurement | None:
        """The version that stands there; under a draft that was emptied again, what stood before it."""
        newest = self.versions[0] if self.versions else None
        if newest is None or not is_emptied(newest.status, newest.note):
            return newest
        decided = (version for version in self.versions if version.status != Measurement.Status.DRAFT)
        return next(decided, None)

    @property
    def counted(self) -> Measurement | None:
        """The version that counts, or None."""
        return PeriodVersions(self.period, self.versions).counted

    @property
    def lock(self) -> PeriodLock | None:
        """The lock in force."""
        return next((lock for lock in self.locks if lock.reopened_at is None), None)

    @property
    def month(self) -> str:
        """The month to which the period belongs when months are closed."""
        return label(month_of(self.period, self.kpi.frequency), Frequency.MONTH)

    @property
    def standing(self) -> list[Evidence]:
        """Files that are still attached."""
        return [row for row in self.evidence if row.removed_at is None]

    @property
    def removed(self) -> list[Evidence]:
        return [row for row in self.evidence if row.removed_at is not None]


def load_cell(kpi: Kpi, period: datetime.date) -> Cell:
    """Seven queries, whatever there is."""
    here = {"kpi": kpi, "period": period}
    versions = list(Measurement.objects.filter(**here).select_related("recorded_by").order_by("-version"))
    told = CommentMention.objects.select_related("user").order_by("user__name")
    # As a list: the managers of a scope know no cache.
    mentions = Prefetch("mentions", told, to_attr="told")
    withdrawn = list(WithdrawnMeasurement.objects.filter(kpi_number=kpi.pk, period=period))
    batches = {row.batch_id for row in (*versions, *withdrawn)} - {None}
    return Cell(
        kpi=kpi,
        period=period,
        versions=versions,
        locks=list(
            PeriodLock.objects.filter(
                project=kpi.project_id, month=month_of(period, kpi.frequency)
            ).select_related("locked_by", "reopened_by")
        ),
        withdrawn=withdrawn,
        evidence=list(Evidence.objects.filter(**here).select_related("file", "attached_by", "removed_by")),
        comments=list(Comment.objects.filter(**here).select_related("written_by").prefetch_related(mentions)),
        batches=ImportBatch.objects.only("file_name", "organization").in_bulk(batches) if batches else {},
    )


def message(cell: Cell) -> str:
    """ "Order lead time, Oct 2026: 33 hours"."""
    names = {"kpi": cell.kpi.name, "period": cell.name}
    newest = cell.newest
    if newest is None or newest.status == Measurement.Status.RETURNED:
        return _("%(kpi)s, %(period)s: no value yet") % names
    if newest.value is None:
        return _("%(kpi)s, %(period)s: not available") % names
    return _("%(kpi)s, %(period)s: %(value)s") % {**names, "value": with_unit(newest.value, cell.kpi)}


def badge(cell: Cell) -> dict[str, str]:
    """The state of the value, as `components/badge.html` takes it."""
    if cell.newest is None:
        return {"label": _("open"), "tone": "open"}
    status = Measurement.Status(cell.newest.status)
    return {"label": str(status.label), "tone": TONES.get(status, "")}


def notice(cell: Cell) -> dict[str, str]:
    """What whoever opens the page should know first, or nothing."""
    newest = cell.newest
    if newest is None:
        return {}
    if newest.status == Measurement.Status.RETURNED:
        names = {"who": _who(newest), "value": with_unit(newest.value, cell.kpi)}
        title = _("%(who)s returned %(value)s. It does not count.") % names
        return {"tone": "bad", "title": title, "text": _quoted(newest.note)}
    if newest.value is None:
        return {"tone": "info", "title": _("Not available because:"), "text": newest.note}
    if newest.status != Measurement.Status.DRAFT:
        return {}
    if cell.counted is not None:
        names = {"value": with_unit(cell.counted.value, cell.kpi)}
        return {
            "tone": "info",
            "text": _("This is a draft. Until it is submitted, %(value)s counts.") % names,
        }
    return {"tone": "info", "text": _("This is a draft. It counts once it is submitted.")}


def figures(cell: Cell) -> list[dict[str, Any]]:
    """Value, plan, target and how far the way is covered, as `components/stats.html` takes them."""
    kpi, newest = cell.kpi, cell.newest
    shown = newest if newest is not None and newest.status != Measurement.Status.RETURNED else None
    planned = planned_at(kpi, cell.period)
    stats: list[dict[str, Any]] = [
        {"label": _("Value"), "value": with_unit(shown.value, kpi) if shown else "—", "note": ""},
        {"label": _("Plan"), "value": with_unit(planned, kpi), "note": cell.name},
    ]
    if kpi.direction == Kpi.Direction.RANGE:
        names = {"low": written(kpi.range_low, kpi), "high": with_unit(kpi.range_high, kpi)}
        stats[1] = {"label": _("Range"), "value": _("%(low)s to %(high)s") % names, "note": ""}
    else:
        stats.append({"label": _("Target"), "value": with_unit(final_target(kpi), kpi), "note": ""})
    # Imported here: numpy costs 0.1 s at the start of a web process that may never need it.
    from assessments.services.baselines import attainment_with

    covered = attainment_with(kpi, kpi.baseline_value, shown.value if shown else None)
    if covered is not None:
        note = _("of the way to the target")
        stats.append({"label": _("Attainment"), "value": percent(covered), "note": note})
    return stats


def history(cell: Cell) -> list[Happened]:
    """Every version, lock and withdrawal, newest first."""
    lines = [_version(cell, row, before) for row, before in pairwise([*cell.versions, None]) if row]
    lines += [line for lock in cell.locks for line in _lock(cell, lock)]
    lines += [_withdrawal(cell, row) for row in cell.withdrawn]
    return sorted(lines, key=lambda line: line.at, reverse=True)


def _version(cell: Cell, version: Measurement, former: Measurement | None) -> Happened:
    names = {
        "who": _who(version),
        "value": with_unit(version.value, cell.kpi),
        "old": with_unit(former.value if former else None, cell.kpi),
    }
    entered = version.status in (Measurement.Status.DRAFT, Measurement.Status.SUBMITTED)
    return Happened(
        at=version.recorded_at,
        sentence=_sentence(version, former) % names,
        why=_quoted(version.note),
        source=version.get_source_display() if entered else "",
        batch=cell.batches.get(version.batch_id or 0),
    )


def _sentence(version: Measurement, former: Measurement | None) -> str:
    status = Measurement.Status(version.status)
    moved = former is not None and former.value != version.value
    if status == Measurement.Status.RETURNED:
        return _("%(who)s returned %(value)s")
    if status == Measurement.Status.VERIFIED:
        return (
            _("%(who)s verified %(value)s; it was %(old)s before")
            if moved
            else _("%(who)s verified %(value)s")
        )
    if version.value is None:
        if status == Measurement.Status.DRAFT:
            return _("%(who)s noted that there is no value, as a draft")
        return _("%(who)s answered that there is no value")
    if status == Measurement.Status.DRAFT:
        return (
            _("%(who)s changed %(old)s to %(value)s, as a draft")
            if moved
            else _("%(who)s typed %(value)s, as a draft")
        )
    return _submitted(version, former, moved=moved)


def _submitted(version: Measurement, former: Measurement | None, *, moved: bool) -> str:
    if former is None:
        return _("%(who)s entered %(value)s")
    if not moved:
        if former.status == Measurement.Status.DRAFT:
            return _("%(who)s submitted %(value)s")
        return _("%(who)s submitted %(value)s again")
    if former.value is None:
        return _("%(who)s entered %(value)s")
    if former.status == Measurement.Status.VERIFIED:
        return _("%(who)s changed the verified value from %(old)s to %(value)s")
    return _("%(who)s changed %(old)s to %(value)s")


def _who(version: Measurement) -> str:
    return str(version.recorded_by) if version.recorded_by else _("ValueTrack")


def _quoted(text: str) -> str:
    return _("“%(text)s”") % {"text": text} if text else ""


def _lock(cell: Cell, lock: PeriodLock) -> Iterable[Happened]:
    names = {"who": lock.locked_by or _("ValueTrack"), "month": cell.month}
    yield Happened(lock.locked_at, _("%(who)s locked %(month)s") % names, _quoted(lock.reason))
    if lock.reopened_at:
        names["who"] = lock.reopened_by or _("ValueTrack")
        yield Happened(lock.reopened_at, _("%(who)s reopened %(month)s") % names, _quoted(lock.reopen_reason))


def _withdrawal(cell: Cell, row: WithdrawnMeasurement) -> Happened:
    names = {"value": with_unit(row.value, cell.kpi)}
    return Happened(
        at=row.withdrawn_at,
        sentence=_("%(value)s went with an import that was undone") % names,
        batch=cell.batches.get(row.batch_id or 0),
    )


def neighbours(cell: Cell, today: datetime.date) -> dict[str, datetime.date | None]:
    """The periods before and after, the latter only while it has begun."""
    after = shift(cell.period, cell.kpi.frequency, 1)
    return {"before": shift(cell.period, cell.kpi.frequency, -1), "after": after if after <= today else None}
