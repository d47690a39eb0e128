"""Closed months, as the entry grid shows them."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models.functions import JSONObject
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from assessments.locks import month_of
from assessments.models import PeriodLock
from kpis.models import Kpi
from projects.periods import Frequency, label

#: by project and first day of the month: why it is closed
Locks = Mapping[tuple[int, datetime.date], str]


def locks_of(project_ids: Iterable[int]) -> Locks:
    """The closed months of some projects, in one query."""
    rows: Any = PeriodLock.objects.in_force().filter(project__in=list(project_ids))
    found = rows.values_list(
        "project_id", "month", "locked_at", "locked_by__name", "locked_by__email", "reason"
    )
    return {
        (project_id, month): _why(month, at, name or email or "", reason)
        for project_id, month, at, name, email, reason in found
    }


def with_locks(kpis: "models.QuerySet[Kpi]") -> "models.QuerySet[Kpi]":
    """Adds `locked`, the closed months of each KPI's project, so that a page asks one query less."""
    rows: Any = PeriodLock.objects.in_force().filter(project=models.OuterRef("project")).order_by()
    fields = ("month", "locked_at", "locked_by__name", "locked_by__email", "reason")
    return kpis.annotate(
        locked=ArraySubquery(rows.values(json=JSONObject(**dict(zip(fields, fields, strict=True)))))
    )


def locks_in(kpis: Iterable[Kpi]) -> Locks:
    """The closed months that `with_locks` has brought."""
    found: dict[tuple[int, datetime.date], str] = {}
    for kpi in kpis:
        for lock in kpi.locked:  # type: ignore[attr-defined]
            month = datetime.date.fromisoformat(lock["month"])
            if (kpi.project_id, month) not in found:
                at = datetime.datetime.fromisoformat(lock["locked_at"])
                who = lock["locked_by__name"] or lock["locked_by__email"] or ""
                found[kpi.project_id, month] = _why(month, at, who, lock["reason"])
    return found


def why_locked(locks: Locks, kpi: Kpi, period: datetime.date) -> str:
    """Why the period takes no value; "" where it does."""
    return locks.get((kpi.project_id, month_of(period, kpi.frequency)), "")


def _why(month: datetime.date, at: datetime.datetime, who: str, reason: str) -> str:
    names = {
        "month": label(month, Frequency.MONTH),
        "who": who or _("Somebody"),
        "day": formats.date_format(timezone.localtime(at), "MONTH_DAY_FORMAT"),
    }
    text = _("%(who)s locked %(month)s on %(day)s. To change a value, ask for it to be reopened.") % names
    return _("%(first)s %(second)s") % {"first": text, "second": reason} if reason else text
