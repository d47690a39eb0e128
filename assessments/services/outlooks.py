"""How likely projects pay back as planned: simulated when their money changed, kept day by day.

Actual amounts are certain. What is still to come is the plan, times how much of such plans came true, later by how much
such roll-outs were late. What the organization has learnt from its own closed benefits counts first; while these are
few, the stated prior does (`assessments.method.simulation.STATED_PRIOR`).
"""

import datetime
import hashlib
import json
import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from django.db import connection
from django.utils import timezone

from assessments.method import METHOD_VERSION
from assessments.method.finance import monthly_rate
from assessments.method.simulation import (
    NO_DELAY,
    Delay,
    PaybackProbabilities,
    Realisation,
    payback_probability_batch,
    realisation_posterior,
    realisation_prior,
)
from assessments.models import ProjectOutlook
from assessments.services.inputs import AS_KNOWN, Inputs, ProjectInput, load_inputs
from assessments.services.money import Grid, ProjectMoney, grids_of, month_of, value_money
from assessments.services.recompute import read_clock_alone
from organizations.models import Organization
from organizations.tenancy import organization_scope

DRAWS: Final = 10_000
#: the luck is the same for every project and every night: what differs is what is known
SEED: Final = 20_250_101
#: standard deviation of a month as a share of its amount, until six months of a project tell its own
STATED_NOISE: Final = 0.25
FEWEST_MONTHS: Final = 6
#: months by which a roll-out that is not live yet will be late, until it is
STATED_DELAY: Final = Delay(2.0, 2.0)
#: projects simulated at once
CHUNK = 100

_DUE = """
SELECT p.id FROM projects_project p
JOIN assessments_projectresult r ON r.organization_id = p.organization_id AND r.project_id = p.id
LEFT JOIN LATERAL (SELECT o.known_at, o.method_version, o.inputs_hash FROM assessments_projectoutlook o
    WHERE o.organization_id = p.organization_id AND o.project_id = p.id ORDER BY o.as_of DESC LIMIT 1) o ON true
WHERE p.organization_id = %(organization)s AND p.archived_at IS NULL
    AND (o.known_at IS NULL OR o.method_version <> %(method)s OR r.known_at > o.known_at)
ORDER BY p.id
"""

# Benefits are closed once their whole plan lies behind: what came of them is known.
_CLOSED = """
SELECT l.project_id, sum(f.amount) FILTER (WHERE f.series = 'actual') / sum(f.amount) FILTER (WHERE f.series = 'plan')
FROM {line} l JOIN {flow} f ON f.organization_id = l.organization_id AND f.line_id = l.id
WHERE l.organization_id = %(organization)s AND l.kind = 'benefit' AND l.archived_at IS NULL AND f.series <> 'forecast'
GROUP BY l.id, l.project_id
HAVING max(f.month) FILTER (WHERE f.series = 'plan') < date_trunc('month', %(as_of)s::date)
    AND sum(f.amount) FILTER (WHERE f.series = 'plan') > 0
ORDER BY l.id
"""
_TABLES = {"line": "projects_moneyline", "flow": "projects_cashflow"}


@dataclass(frozen=True, slots=True)
class _Case:
    """One project as it is simulated: a grid of months, and what is uncertain about the rest of them."""

    project: ProjectInput
    grid: Grid
    #: the first so many months are actual
    known: int
    #: place of the month in which the plan pays back, and whether it does at all
    by: int
    has_payback: bool
    realisation: Realisation
    prior: Realisation
    delay: Delay
    noise: float

    def costs(self) -> np.ndarray[Any, Any]:
        return self.grid.costs

    def benefits(self) -> np.ndarray[Any, Any]:
        """Actual so far, then the plan: it is the plan that is multiplied by how much of plans came true."""
        return np.concatenate(
            [self.grid.actual_benefits[: self.known], self.grid.plan_benefits[self.known :]]
        )


def foresee_projects(organization: Organization) -> int:
    """Simulate every project whose money changed since its last outlook; how many were written. May run twice."""
    with organization_scope(organization):
        known_at = read_clock_alone(organization)
        day = organization.today(known_at)
        with connection.cursor() as cursor:
            cursor.execute(_DUE, {"organization": organization.pk, "method": METHOD_VERSION})
            due = [row[0] for row in cursor.fetchall()]
    written = 0
    for start in range(0, len(due), CHUNK):
        with organization_scope(organization):
            rows = _simulated(organization, due[start : start + CHUNK], day, known_at, live=True)
            written += _write(organization, rows)
    return written


def reproduce_outlooks(
    organization: Organization,
    *,
    as_of: datetime.date | None = None,
    known_at: datetime.datetime | None = None,
) -> list[ProjectOutlook]:
    """What the outlooks of that day would have been with what was known then; writes nothing."""
    moment = known_at or timezone.now()
    with organization_scope(organization):
        return _simulated(organization, None, as_of or organization.today(moment), moment, live=False)


def _simulated(
    organization: Organization,
    project_ids: Sequence[int] | None,
    day: datetime.date,
    known_at: datetime.datetime,
    *,
    live: bool,
) -> list[ProjectOutlook]:
    inputs = load_inputs(
        organization.pk, as_of=day, known_at=known_at, project_ids=project_ids, live=live, anew=True
    )
    closed = _closed_benefits(organization, day, known_at, live=live)
    grids, money = grids_of(inputs), value_money(inputs)
    cases = [
        _case(project, grid, money[project.id], closed)
        for project in inputs.projects
        if (grid := grids.get(project.id)) is not None and grid.plan_benefits.any() and grid.plan_costs.any()
    ]
    if not cases:
        return []
    found = _drawn(cases, inputs)
    return [_row(organization, case, found, place, inputs) for place, case in enumerate(cases)]


def _closed_benefits(
    organization: Organization, day: datetime.date, known_at: datetime.datetime, *, live: bool
) -> list[tuple[int, float]]:
    """(project, realised ÷ planned) of every closed benefit."""
    sources = {name: table if live else AS_KNOWN.format(table=table) for name, table in _TABLES.items()}
    with connection.cursor() as cursor:
        cursor.execute(
            _CLOSED.format(**sources), {"organization": organization.pk, "as_of": day, "known_at": known_at}
        )
        return [(project, max(float(ratio or 0), 0.0)) for project, ratio in cursor.fetchall()]


def _case(
    project: ProjectInput, grid: Grid, money: ProjectMoney, closed: Sequence[tuple[int, float]]
) -> _Case:
    # Costs may be booked later than benefits: they are not drawn, so what benefits are booked counts.
    booked = np.flatnonzero(grid.actual_benefits)
    known = max(grid.cut, int(booked[-1]) if booked.size else -1) + 1
    planned, realised = grid.plan_benefits[:known], grid.actual_benefits[:known]
    noise = _noise(realised, planned)
    prior = realisation_prior([ratio for other, ratio in closed if other != project.id])
    promised = planned > 0
    last = grid.plan_benefits.size - 1
    # Of the first plan: one moved later is lateness against it.
    months = money.figures.get("payback_plan_first_spend")
    return _Case(
        project=project,
        grid=grid,
        known=known,
        by=last if months is None else min(math.ceil(money.figures["plan_start"] + months), last),
        has_payback=months is not None,
        realisation=realisation_posterior(prior, realised[promised], planned[promised], noise=noise),
        prior=prior,
        # What is late already is late in the actual amounts; once live, no further delay is drawn.
        delay=NO_DELAY if project.go_live_actual else STATED_DELAY,
        noise=noise,
    )


def _noise(realised: np.ndarray[Any, Any], planned: np.ndarray[Any, Any]) -> float:
    """How much single months vary around what came of their plan, as a share; the stated one while they are few."""
    ratios = (realised[planned > 0] / planned[planned > 0]).tolist()
    middle = statistics.fmean(ratios) if ratios else 0.0
    if len(ratios) < FEWEST_MONTHS or middle <= 0:
        return STATED_NOISE
    return float(min(statistics.stdev(ratios) / middle, 1.0))


def _drawn(cases: Sequence[_Case], inputs: Inputs) -> PaybackProbabilities:
    width = max(case.grid.costs.size for case in cases)

    def table(rows: list[np.ndarray[Any, Any]]) -> np.ndarray[Any, Any]:
        filled = np.zeros((len(rows), width))
        for place, row in enumerate(rows):
            filled[place, : row.size] = row
        return filled

    return payback_probability_batch(
        table([case.costs() for case in cases]),
        table([case.benefits() for case in cases]),
        [case.realisation for case in cases],
        delays=[case.delay for case in cases],
        noise=[case.noise for case in cases],
        by=[case.by for case in cases],
        draws=DRAWS,
        seed=SEED,
        rate=monthly_rate(inputs.terms.discount_rate),
        known=[case.known for case in cases],
    )


def _row(
    organization: Organization, case: _Case, found: PaybackProbabilities, place: int, inputs: Inputs
) -> ProjectOutlook:
    one = found[place]
    drawn_from = {
        "realisation": asdict(case.realisation),
        "prior": asdict(case.prior),
        "delay": asdict(case.delay),
        "noise": case.noise,
        "first": month_of(case.grid.first).isoformat(),
        "by": case.by,
        "known": case.known,
        "rate": inputs.terms.discount_rate,
        "draws": one.draws,
        "seed": one.seed,
        "costs": case.costs().tolist(),
        "benefits": case.benefits().tolist(),
    }
    digest = hashlib.blake2b(
        json.dumps([METHOD_VERSION, drawn_from], sort_keys=True).encode(), digest_size=16
    )
    return ProjectOutlook(
        organization=organization,
        project_id=case.project.id,
        as_of=inputs.as_of,
        known_at=inputs.known_at,
        method_version=METHOD_VERSION,
        inputs_hash=digest.digest(),
        pays_back_by=month_of(case.grid.first + case.by) if case.has_payback else None,
        probability=one.probability,
        standard_error=one.standard_error,
        npv_p10=one.npv_p10,
        npv_p50=one.npv_p50,
        npv_p90=one.npv_p90,
        inputs=drawn_from,
    )


def _write(organization: Organization, rows: Sequence[ProjectOutlook]) -> int:
    """One row a day; where nothing changed since the newest one, only the moment up to which that is known."""
    newest: Mapping[int, ProjectOutlook] = {
        row.project_id: row
        for row in ProjectOutlook.objects.filter(project__in=[row.project_id for row in rows])
        .order_by("project_id", "-as_of")
        .distinct("project_id")
        .defer("inputs")
    }
    changed, same = [], []
    for row in rows:
        former = newest.get(row.project_id)
        is_same = former is not None and bytes(former.inputs_hash) == bytes(row.inputs_hash)
        if is_same and former is not None:
            same.append(former.pk)
        else:
            changed.append(row)
    if same:
        ProjectOutlook.objects.filter(pk__in=same).update(known_at=rows[0].known_at)
    ProjectOutlook.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["organization", "project", "as_of"],
        update_fields=[
            *("known_at", "method_version", "inputs_hash", "pays_back_by", "probability", "standard_error"),
            *("npv_p10", "npv_p50", "npv_p90", "inputs"),
        ],
    )
    return len(changed)
