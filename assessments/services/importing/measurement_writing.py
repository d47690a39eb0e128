"""From rows of values to KPIs, targets and measurements."""

import datetime
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from assessments.models import Measurement
from assessments.services.record import MeasurementInput, record_measurements
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User

from .kpi_finding import FoundKpi, KpiFinder
from .making import Made
from .mapping import MeasurementMapping
from .measurement_rows import ValueRow, distinct_kpis
from .report import ImportReport


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its KPI and the first day of its period."""

    row: ValueRow
    found: FoundKpi
    period: datetime.date


def write_values(
    actor: User | None,
    organization: Organization,
    mapping: MeasurementMapping,
    rows: list[ValueRow],
    report: ImportReport,
    made: Made,
    *,
    batch_id: int | None,
) -> None:
    """Record every row that can be; the others go into `report`. Inside one transaction and the scope."""
    finder = KpiFinder(actor, organization, mapping, report, made)
    drafts = list(distinct_kpis(rows))
    found = {id(draft): answer for draft, answer in zip(drafts, finder.find(drafts), strict=True)}
    placed = list(_place(rows, found, mapping, report, organization.today()))
    existing = [answer for answer in found.values() if answer.kpi and not answer.reason]
    finder.create([answer for answer in found.values() if not answer.kpi and not answer.reason])
    finder.set_targets(existing)
    kept = list(_with_kpi(placed, report))
    _count(kept, mapping, report)
    _record(actor, organization, mapping, kept, report, batch_id)


def _place(
    rows: list[ValueRow],
    found: dict[int, FoundKpi],
    mapping: MeasurementMapping,
    report: ImportReport,
    today: datetime.date,
) -> Iterator[_Placed]:
    first: dict[tuple[int, datetime.date], ValueRow] = {}
    told: tuple[int, int] | None = None
    for row in rows:
        answer = found[id(row.kpi)]
        if answer.reason:
            # Of a row with many periods the KPI is refused once.
            if told != (row.row, id(row.kpi)):
                _refuse_kpi(row, answer, report)
            told = (row.row, id(row.kpi))
            continue
        try:
            period = row.period.start(answer.frequency)
            if period > today and (row.value is not None or row.note):
                raise InvalidInputError(_("The period lies in the future."))
            former = first.setdefault((id(row.kpi), period), row)
            repeats = former is not row and former.says_the_same(row)
            if former is not row and not repeats:
                _complete(former, row)
        except InvalidInputError as error:
            report.reject(row.row, row.period_column, row.period_text, str(error))
            continue
        if repeats:
            report.same += row.value is not None  # the very same row once more
            continue
        if row.value is not None:
            answer.values[period] = row.value
        if row.target is not None:
            answer.targets[period] = row.target
        if former is row:
            yield _Placed(row, answer, period)


def _complete(former: ValueRow, row: ValueRow) -> None:
    """Values and targets may stand in rows of their own."""
    if not former.complete(row):
        raise InvalidInputError(
            _("Row %(row)d has this KPI and period already, with another value. Keep one of the two.")
            % {"row": former.row}
        )


def _refuse_kpi(row: ValueRow, answer: FoundKpi, report: ImportReport) -> None:
    draft = row.kpi
    report.reject(row.row, answer.column or draft.column, answer.text or draft.cell, answer.reason)


def _with_kpi(placed: list[_Placed], report: ImportReport) -> Iterator[_Placed]:
    told: tuple[int, int] | None = None
    for place in placed:
        if place.found.kpi is not None:
            yield place
        elif told != (place.row.row, id(place.found)):
            _refuse_kpi(place.row, place.found, report)
            told = (place.row.row, id(place.found))


def _count(placed: list[_Placed], mapping: MeasurementMapping, report: ImportReport) -> None:
    """Distinct KPIs and projects, and how many values meet the target beside them."""
    kpis = {place.found.kpi.pk: place.found.kpi for place in placed if place.found.kpi}
    report.kpis = len(kpis)
    report.projects = len({kpi.project_id for kpi in kpis.values()})
    stated = bool(mapping.kpi.texts["direction"].columns)
    for place in placed:
        value, target = place.row.value, place.row.target
        direction = place.row.kpi.values.get("direction") if stated else place.found.direction
        if value is None or not target or direction not in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER):
            continue
        report.with_target += 1
        report.met += value >= target if direction == Kpi.Direction.HIGHER else value <= target


def _record(
    actor: User | None,
    organization: Organization,
    mapping: MeasurementMapping,
    placed: list[_Placed],
    report: ImportReport,
    batch_id: int | None,
) -> None:
    placed = list(_without_standing_returns(placed, report))
    inputs = (
        MeasurementInput(
            kpi_id=place.found.kpi.pk,
            period=place.period,
            value=place.row.value,
            note=place.row.note,
            status=_status(place.row, mapping),
            source=Kpi.Source.IMPORT,
        )
        for place in placed
        if place.found.kpi and (place.row.value is not None or place.row.note)
    )
    written = record_measurements(actor, organization, inputs, batch_id=batch_id)
    report.new += written.new
    report.changed += written.changed
    report.same += written.same


def _status(row: ValueRow, mapping: MeasurementMapping) -> str:
    """A file enters values; it neither verifies nor returns any."""
    if row.status:
        return "draft" if row.status == Measurement.Status.DRAFT else "submitted"
    return mapping.status.constant


def _without_standing_returns(placed: list[_Placed], report: ImportReport) -> Iterator[_Placed]:
    """What was returned and comes back as it was is not submitted anew."""
    kpis = [place.found.kpi for place in placed if place.row.status == Measurement.Status.RETURNED]
    newest = Measurement.objects.filter(kpi__in=kpis).newest() if kpis else Measurement.objects.none()
    standing = {
        (one.kpi_id, one.period): (one.value, one.note)
        for one in newest
        if one.status == Measurement.Status.RETURNED
    }
    for place in placed:
        key = (place.found.kpi.pk, place.period) if place.found.kpi else None
        if place.row.status and key in standing and standing[key] == (place.row.value, place.row.note):
            report.same += 1
        else:
            yield place
