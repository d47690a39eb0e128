"""The data: organizations × 50 projects × 20 KPIs × 24 months, with plan, actual and forecast of money.

Plausible rather than beautiful: every direction, missing months, corrections by nobody. The same numbers each
time. Targets are loaded as they are scored, as the drawn path of each KPI.
"""

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any, cast

import numpy as np
from django.db import models
from django.utils import timezone

from assessments.models import Measurement
from bench.database import Stream, loading
from kpis.models import Kpi
from organizations.models import Organization, User
from projects.models import CashFlow, MoneyLine, Project
from projects.periods import add_months, start_of

PROJECTS = 50
KPIS = 20
MONTHS = 24
#: months of plan and of the targets' path: a year beyond the values
PLANNED = 36
OWNERS = ["Anna Berg", "Li Wei", "Marco Rossi", "Sofie Lund", "Tom Becker", "Yara Haddad"]
_KINDS = ["ERP", "CRM", "MES", "OA", "WMS", "PLM", "HR", "BI"]
_PLACES = ["Hamburg", "Lyon", "Suzhou", "Kraków", "Porto", "Tianjin", "Leeds"]


@dataclass(frozen=True, slots=True)
class Size:
    """How much is loaded."""

    organizations: int
    projects: int = PROJECTS
    kpis: int = KPIS
    months: int = MONTHS

    @property
    def all_kpis(self) -> int:
        return self.organizations * self.projects * self.kpis

    @property
    def measurements(self) -> int:
        return self.all_kpis * self.months


def load(size: Size) -> None:
    """Fill the bench's empty database."""
    models = (Organization, User, Project, MoneyLine, CashFlow, Kpi, Measurement)
    with loading([model._meta.db_table for model in models]) as cursor:
        fill(cursor, size)
        cursor.execute("VACUUM ANALYZE")


def fill(cursor: Any, size: Size) -> None:
    """COPY everything, the same numbers each time. No policy may hold meanwhile."""
    first = add_months(start_of(timezone.now().date(), "month"), -size.months)
    random = np.random.default_rng(2026)
    lines = list(_lines(size, random))
    definitions = _definitions(size, random)
    _copy(cursor, User, _users())
    _copy(cursor, Organization, _organizations(size))
    _copy(cursor, Project, _projects(size, first, random))
    _copy(cursor, MoneyLine, lines)
    _copy(cursor, CashFlow, _flows(lines, first, size, random))
    _copy(cursor, Kpi, _kpis(size, definitions, first))
    _copy(cursor, Measurement, _measurements(size, definitions, first, random))


Row = dict[str, Any]


def _copy(cursor: Any, model: type[models.Model], rows: Iterable[Row]) -> None:
    """COPY rows; columns that a row does not name get the model's default. All rows name the same."""
    stream = iter(rows)
    first = next(stream)
    fields = [
        field
        for field in cast(Any, model._meta).local_concrete_fields
        if not field.primary_key or "id" in first
    ]
    varying = [field for field in fields if field.column in first]
    columns = [field.column for field in [*varying, *(one for one in fields if one not in varying)]]
    constant = "".join(f"\t{_text(_default(field))}" for field in fields if field not in varying)
    names = [field.column for field in varying]

    def lines() -> Iterator[str]:
        yield "\t".join([_text(first[name]) for name in names]) + constant + "\n"
        for row in stream:
            yield "\t".join([_text(row[name]) for name in names]) + constant + "\n"

    table = model._meta.db_table
    quoted = ", ".join(f'"{column}"' for column in columns)
    cursor.copy_expert(f'COPY "{table}" ({quoted}) FROM STDIN', cast(IO[str], Stream(lines())), size=1 << 20)
    if "id" in first:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) FROM \"{table}\"))"
        )


def _default(field: Any) -> Any:
    value = field.get_default()
    return "{}" if value == {} else value


def _text(value: Any) -> str:
    if value is None:
        return "\\N"
    if value is True or value is False:
        return "t" if value else "f"
    return str(value)


def _users() -> Iterator[Row]:
    for number, name in enumerate(OWNERS, 1):
        yield {"id": number, "email": f"owner{number}@bench.example", "name": name, "password": "!"}


def _organizations(size: Size) -> Iterator[Row]:
    for number in range(1, size.organizations + 1):
        yield {"id": number, "slug": f"bench-{number}", "name": f"Bench group {number}", "generation": 1}


def _projects(size: Size, first: datetime.date, random: Any) -> Iterator[Row]:
    for number in range(1, size.organizations * size.projects + 1):
        place = (number - 1) % size.projects
        kind = _KINDS[place % len(_KINDS)]
        live = add_months(first, int(random.integers(2, 12)))
        yield {
            "id": number,
            "organization_id": (number - 1) // size.projects + 1,
            "code": f"P{place + 1:03d}",
            "name": f"{kind} roll-out {_PLACES[place % len(_PLACES)]} {place + 1}",
            "system_kind": kind,
            "gate": f"L{place % 6}",
            "business_owner_id": place % len(OWNERS) + 1,
            "start_on": first,
            "go_live_planned": live,
            "go_live_actual": add_months(live, int(random.integers(0, 3))),
        }


def _lines(size: Size, random: Any) -> Iterator[Row]:
    number = 0
    for project in range(1, size.organizations * size.projects + 1):
        for place in range(int(random.integers(2, 5))):
            number += 1
            kind = "benefit" if place % 2 else "cost"
            yield {
                "id": number,
                "organization_id": (project - 1) // size.projects + 1,
                "project_id": project,
                "kind": kind,
                "name": f"{kind} {place // 2 + 1}",
                "currency": "EUR",
                "risk_adjustment": 0.1 if place % 2 else 0.05,
            }


def _flows(lines: Sequence[Row], first: datetime.date, size: Size, random: Any) -> Iterator[Row]:
    months = [add_months(first, step) for step in range(PLANNED)]
    for line in lines:
        is_cost = line["kind"] == "cost"
        level = float(random.uniform(20_000, 60_000))
        # Costs fall off after the roll-out, benefits rise towards their level.
        shape = np.linspace(1.6, 0.2, PLANNED) if is_cost else np.linspace(0.0, 1.8, PLANNED)
        plan = np.round(level * shape, 2)
        real = np.round(plan * random.normal(1.0 if is_cost else 0.97, 0.08, PLANNED), 2)
        for series, chosen, amounts in (
            ("plan", range(PLANNED), plan.tolist()),
            ("actual", range(size.months), real.tolist()),
            ("forecast", range(size.months, PLANNED), real.tolist()),
        ):
            for step in chosen:
                yield {
                    "organization_id": line["organization_id"],
                    "line_id": line["id"],
                    "series": series,
                    "month": months[step],
                    "amount": amounts[step],
                }


@dataclass(frozen=True, slots=True)
class _Definitions:
    """Arrays over all KPIs."""

    direction: list[str]
    baseline: list[float]
    target: list[float]
    weight: list[int]
    #: how much of the way from baseline to target is covered after `MONTHS`
    speed: list[float]
    #: newest months without a value
    missing: list[int]


def _definitions(size: Size, random: Any) -> _Definitions:
    count = size.all_kpis
    direction = random.choice(["higher", "lower", "range", "maintain"], count, p=[0.45, 0.35, 0.1, 0.1])
    baseline = np.round(random.uniform(20, 100, count), 1)
    factor = np.where(direction == "higher", 1.5, np.where(direction == "lower", 0.7, 1.0))
    return _Definitions(
        direction=direction.tolist(),
        baseline=baseline.tolist(),
        target=np.round(baseline * factor, 1).tolist(),
        weight=random.integers(1, 4, count).tolist(),
        speed=random.uniform(0.4, 1.3, count).tolist(),
        missing=random.choice([0, 1, 2, 5], count, p=[0.9, 0.06, 0.03, 0.01]).tolist(),
    )


def _kpis(size: Size, known: _Definitions, first: datetime.date) -> Iterator[Row]:
    tiers = ["functional", "operational", "strategic"]
    share = np.linspace(1 / PLANNED, 1, PLANNED)
    for place, direction in enumerate(known.direction):
        project = place // size.kpis
        start, end = known.baseline[place], known.target[place]
        path = np.round(start + (end - start) * share, 3).tolist()
        yield {
            "id": place + 1,
            "organization_id": project // size.projects + 1,
            "project_id": project + 1,
            "code": f"K{place % (size.projects * size.kpis) + 1:05d}",
            "name": f"KPI {place % size.kpis + 1}",
            "tier": tiers[place % 3],
            "direction": direction,
            "baseline_value": start,
            "range_low": round(start * 0.95, 3) if direction == "range" else None,
            "range_high": round(start * 1.05, 3) if direction == "range" else None,
            "weight": known.weight[place],
            "plan_start": first,
            "created_at": first,
            "plan_path": "{" + ",".join(map(repr, path)) + "}",
        }


def _measurements(size: Size, known: _Definitions, first: datetime.date, random: Any) -> Iterator[Row]:
    months = [add_months(first, step).isoformat() for step in range(size.months)]
    recorded = timezone.now().isoformat()
    share = np.linspace(1 / PLANNED, size.months / PLANNED, size.months)
    for place in range(size.all_kpis):
        organization = place // (size.kpis * size.projects) + 1
        start, end = known.baseline[place], known.target[place]
        noise = random.normal(0, 0.02 * start, size.months)
        values = np.round(start + (end - start) * known.speed[place] * share + noise, 3).tolist()
        for month, value in zip(months[: size.months - known.missing[place]], values, strict=False):
            yield {
                "organization_id": organization,
                "kpi_id": place + 1,
                "period": month,
                "value": value,
                "status": "verified" if place % 2 else "submitted",
                "recorded_at": recorded,
            }
