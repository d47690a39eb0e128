"""From rows of values to KPIs, targets and measurements: a few passes over packed columns, no object per row."""

import datetime
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from django.utils.translation import gettext as _

from assessments.models import Measurement
from assessments.services.record import CHUNK, MeasurementInput, locked_rows, record_measurements
from kpis.models import Kpi
from organizations.errors import InvalidInputError
from organizations.models import Organization, User

from .kpi_finding import FoundKpi, KpiFinder
from .making import Made
from .mapping import MeasurementMapping
from .report import ImportReport
from .value_rows import STATUSES, ValueRows

type_of_places = Any  # an array of row places
_RETURNED = STATUSES.index(Measurement.Status.RETURNED)
_DRAFT = STATUSES.index(Measurement.Status.DRAFT)
#: days beyond every calendar, for a period that cannot be placed
_NOWHERE = -1


def write_values(
    actor: User | None,
    organization: Organization,
    mapping: MeasurementMapping,
    rows: ValueRows,
    report: ImportReport,
    made: Made,
    *,
    batch_id: int | None,
) -> None:
    """Record every row that can be; the others go into `report`. Inside one transaction and the scope."""
    finder = KpiFinder(actor, organization, mapping, report, made)
    answers = finder.find(rows.kpis)
    placing = _Placing(rows, answers, report)
    places = placing.place(organization.today())
    placing.hand_out(places)
    finder.create([answer for answer in answers if not answer.kpi and not answer.reason])
    finder.set_targets([answer for answer in answers if answer.kpi and not answer.reason])
    places = placing.refuse_kpis(places)
    _count(rows, answers, places, mapping, report)
    _Recording(actor, organization, mapping, placing, report, batch_id).record(places)


class _Placing:
    """Finds the period of each row, and of rows that repeat each other the one that counts."""

    def __init__(self, rows: ValueRows, answers: list[FoundKpi], report: ImportReport) -> None:
        self.rows, self.answers, self.report = rows, answers, report
        self.kpis = np.asarray(rows.kpi_places)
        #: the first day of each row's period, as an ordinal
        self.days = np.full(len(rows), _NOWHERE, dtype=np.int32)

    def place(self, today: datetime.date) -> type_of_places:
        """Places of the rows that say something of their own, by KPI and period."""
        places = self.refuse_kpis(np.arange(len(self.rows), dtype=np.int32))
        self._align(places)
        places = places[self.days[places] != _NOWHERE]
        places = self._refuse_future(places, today.toordinal())
        return self._without_repeats(places)

    def refuse_kpis(self, places: type_of_places) -> type_of_places:
        """Leave out the rows of KPIs that there is a reason against; of many in one row the KPI is refused once."""
        is_refused = np.array([bool(answer.reason) for answer in self.answers] or [False])
        refused = is_refused[self.kpis[places]]
        told: tuple[int, int] | None = None
        for place in np.sort(places[refused]).tolist():
            answer = self.answers[self.kpis[place]]
            row = self.rows.row_numbers[place]
            if told != (row, id(answer)):
                draft = answer.draft
                self.report.reject(
                    row, answer.column or draft.column, answer.text or draft.cell, answer.reason
                )
            told = (row, id(answer))
        return places[~refused]

    def _align(self, places: type_of_places) -> None:
        """Each pair of frequency and period once; a period that does not fit is refused in all its rows."""
        if not len(places):
            return
        names = [answer.frequency for answer in self.answers]
        frequencies = sorted(set(names))
        of_kpi = np.array([frequencies.index(name) for name in names], dtype=np.int32)
        count = len(self.rows.periods)
        which = of_kpi[self.kpis[places]] * count + np.asarray(self.rows.period_places)[places]
        days = np.full(len(frequencies) * count, _NOWHERE, dtype=np.int32)
        for pair in np.flatnonzero(np.bincount(which)).tolist():
            period = self.rows.periods[pair % count]
            try:
                days[pair] = period.start(frequencies[pair // count]).toordinal()
            except InvalidInputError as error:
                self.refuse(places[which == pair].tolist(), str(error))
        self.days[places] = days[which]

    def _refuse_future(self, places: type_of_places, today: int) -> type_of_places:
        """Periods that have not begun take a target and nothing else."""
        early = self.days[places] > today
        if not early.any():
            return places
        says = ~np.isnan(np.asarray(self.rows.values))
        says[list(self.rows.notes)] = True
        refused = early & says[places]
        self.refuse(places[refused].tolist(), _("The period lies in the future."))
        return places[~refused]

    def _without_repeats(self, places: type_of_places) -> type_of_places:
        keys = self.kpis[places].astype(np.int64) << 32
        keys += self.days[places]
        order = np.argsort(keys, kind="stable")
        places, keys = places[order], keys[order]
        del order
        repeats = np.zeros(len(places), dtype=bool)
        repeats[1:] = keys[1:] == keys[:-1]
        former = 0
        for number in np.flatnonzero(repeats).tolist():
            former = former if repeats[number - 1] else number - 1
            self._merge(int(places[former]), int(places[number]))
        return places[~repeats]

    def _merge(self, former: int, place: int) -> None:
        rows = self.rows
        if rows.say_the_same(former, place):
            self.report.same += rows[place].value is not None  # the very same row once more
        elif not rows.complete(former, place):
            reason = _(
                "Row %(row)d has this KPI and period already, with another value. Keep one of the two."
            )
            self.refuse([place], reason % {"row": rows.row_numbers[former]})

    def refuse(self, places: Iterable[int], reason: str) -> None:
        for place in places:
            period = self.rows.periods[self.rows.period_places[place]]
            self.report.reject(self.rows.row_numbers[place], period.column, period.text, reason)

    def hand_out(self, places: type_of_places) -> None:
        """Give KPIs their targets, and those to be created the values of which their baseline is made."""
        targets = np.asarray(self.rows.targets)[places]
        for place in places[~np.isnan(targets)].tolist():
            self.answers[self.kpis[place]].targets[self.day(place)] = self.rows.targets[place]
        waits = np.array([answer.kpi is None for answer in self.answers] or [False])
        values = np.asarray(self.rows.values)[places]
        for place in places[~np.isnan(values) & waits[self.kpis[places]]].tolist():
            self.answers[self.kpis[place]].values[self.day(place)] = self.rows.values[place]

    def day(self, place: int) -> datetime.date:
        return datetime.date.fromordinal(int(self.days[place]))


def _count(
    rows: ValueRows,
    answers: list[FoundKpi],
    places: type_of_places,
    mapping: MeasurementMapping,
    report: ImportReport,
) -> None:
    """Distinct KPIs and projects, and how many values meet the target beside them."""
    kpi_places = np.asarray(rows.kpi_places)[places]
    found = [answers[number].kpi for number in np.unique(kpi_places).tolist()]
    kpis = {kpi.pk: kpi for kpi in found if kpi}
    report.kpis = len(kpis)
    report.projects = len({kpi.project_id for kpi in kpis.values()})
    stated = bool(mapping.kpi.texts["direction"].columns)
    signs: dict[Any, int] = {Kpi.Direction.HIGHER: 1, Kpi.Direction.LOWER: -1}
    directions = [answer.draft.values.get("direction") if stated else answer.direction for answer in answers]
    sign = np.array([signs.get(direction, 0) for direction in directions] or [0])[kpi_places]
    values, targets = np.asarray(rows.values)[places], np.asarray(rows.targets)[places]
    compared = ~np.isnan(values) & ~np.isnan(targets) & (targets != 0) & (sign != 0)
    report.with_target += int(compared.sum())
    report.met += int((compared & ((values - targets) * sign >= 0)).sum())


class _Recording:
    """Brings placed rows through the door for values."""

    def __init__(
        self,
        actor: User | None,
        organization: Organization,
        mapping: MeasurementMapping,
        placing: _Placing,
        report: ImportReport,
        batch_id: int | None,
    ) -> None:
        self.actor, self.organization, self.batch_id = actor, organization, batch_id
        self.placing, self.report = placing, report
        self.rows, self.answers = placing.rows, placing.answers
        #: a file enters values; it neither verifies nor returns any
        self.statuses = [mapping.status.constant, *("submitted" for _status in STATUSES[1:])]
        self.statuses[_DRAFT] = "draft"

    def record(self, places: type_of_places) -> None:
        written = record_measurements(
            self.actor, self.organization, self._allowed(places), batch_id=self.batch_id
        )
        self.report.new += written.new
        self.report.changed += written.changed
        self.report.same += written.same

    def _allowed(self, places: type_of_places) -> Iterator[MeasurementInput]:
        """What there is to record, without the values of locked months, which are refused."""
        pairs = self._inputs(self._without_standing_returns(places))
        while chunk := list(islice(pairs, CHUNK)):
            inputs = [one for _place, one in chunk]
            locked = locked_rows(self.organization, inputs, batch_id=self.batch_id)
            for number, reason in locked.items():
                self.placing.refuse([chunk[number][0]], reason)
            yield from (
                (one for number, one in enumerate(inputs) if number not in locked) if locked else inputs
            )

    def _inputs(self, places: type_of_places) -> Iterator[tuple[int, MeasurementInput]]:
        rows, notes = self.rows, self.rows.notes
        days: dict[int, datetime.date] = {}
        ids = [answer.kpi.pk if answer.kpi else 0 for answer in self.answers]
        source = Kpi.Source.IMPORT.value
        for start in range(0, len(places), CHUNK):
            piece = places[start : start + CHUNK]
            columns = (piece.tolist(), self.placing.kpis[piece].tolist(), self.placing.days[piece].tolist())
            for place, number, ordinal in zip(*columns, strict=True):
                value, note = rows.values[place], notes.get(place, "")
                is_blank = value != value
                if is_blank and not note:
                    continue
                day = days.get(ordinal) or days.setdefault(ordinal, datetime.date.fromordinal(ordinal))
                status = self.statuses[rows.statuses[place]]
                yield (
                    place,
                    MeasurementInput(ids[number], day, None if is_blank else value, note, status, source),
                )

    def _without_standing_returns(self, places: type_of_places) -> type_of_places:
        """What was returned and comes back as it was is not submitted anew."""
        states = np.asarray(self.rows.statuses)
        returned = places[states[places] == _RETURNED]
        if not len(returned):
            return places
        kpis = {self.answers[number].kpi for number in self.placing.kpis[returned].tolist()}
        newest = Measurement.objects.filter(kpi__in=kpis).newest()
        standing = {
            (one.kpi_id, one.period): (one.value, one.note)
            for one in newest
            if one.status == Measurement.Status.RETURNED
        }
        same = []
        for place in returned.tolist():
            row, kpi = self.rows[place], self.answers[self.placing.kpis[place]].kpi
            key = (kpi.pk if kpi else 0, self.placing.day(place))
            if key in standing and standing[key] == (row.value, row.note):
                same.append(place)
        self.report.same += len(same)
        return places[~np.isin(places, same)]
