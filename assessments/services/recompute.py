"""Computing results: load inputs, let the method work, write what changed.

A valuation holds the organization's lock exclusively while it reads and writes; whoever writes an input holds
it shared until their commit. So "known at T" is exact: everything recorded before T was seen, nothing after.
"""

import datetime
import hashlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
from django.db import connection
from django.utils import timezone

from assessments.method import METHOD_VERSION
from assessments.models import Run
from assessments.services.computing import compute_formulas
from assessments.services.inputs import Inputs, load_inputs
from assessments.services.monetising import compute_money
from assessments.services.money import ProjectMoney, value_money
from assessments.services.record import TRANSACTION_LOCK
from assessments.services.scores import TIERS, KpiScores, ProjectScores, score_kpis, score_projects
from assessments.services.writing import insert_run, write_kpi_results, write_project_results
from assessments.worth import Worth, load_worth, written_worth
from kpis.models import Attribution
from organizations.jobs import LostClaimError, claim_job, fail_job, finish_job, heartbeat
from organizations.models import JobRun, Organization
from organizations.tenancy import organization_scope
from projects.periods import add_months, start_of
from projects.services import request_valuation

#: projects valued in one transaction: writers of the organization wait that long at most
CHUNK = 250


@dataclass(frozen=True, slots=True)
class Valuation:
    """The computed state of some projects, not yet written."""

    inputs: Inputs
    kpis: KpiScores
    projects: ProjectScores
    #: by project; a project whose money is as stored has none
    money: dict[int, ProjectMoney]
    #: 16 bytes per project over everything that decides its result, and over its money alone
    hashes: list[bytes]
    money_hashes: list[bytes]
    valid_until: list[datetime.date]
    #: by project; empty while everything is only claimed
    worth: Mapping[int, Worth]

    @property
    def inputs_hash(self) -> str:
        """One hash over all projects, hexadecimal."""
        return hashlib.blake2b(b"".join(self.hashes), digest_size=16).hexdigest()


def value_projects(inputs: Inputs, worth: Mapping[int, Worth] = MappingProxyType({})) -> Valuation:
    """Compute, from inputs alone: no clock, no database."""
    kpis = score_kpis(inputs)
    projects = score_projects(inputs, kpis)
    money = value_money(inputs)
    next_month = add_months(start_of(inputs.as_of, "month"), 1)
    place = {project.id: position for position, project in enumerate(inputs.projects)}
    digests = [hashlib.blake2b(digest_size=16) for _ in inputs.projects]
    until = [next_month for _ in inputs.projects]
    for digest, project in zip(digests, inputs.projects, strict=True):
        digest.update(f"{METHOD_VERSION}|{inputs.terms}|{project}".encode())
    for project_id, key, turn in zip(kpis.columns["project_id"], kpis.hashes, kpis.valid_until, strict=True):
        position = place[project_id]
        digests[position].update(key)
        until[position] = min(until[position], turn)
    money_hashes = _money_hashes(inputs, money)
    for digest, key in zip(digests, money_hashes, strict=True):
        digest.update(key)
    for project_id, figures in worth.items():
        digests[place[project_id]].update(repr(figures).encode())
    hashes = [one.digest() for one in digests]
    return Valuation(inputs, kpis, projects, money, hashes, money_hashes, until, worth)


def _money_hashes(inputs: Inputs, money: dict[int, ProjectMoney]) -> list[bytes]:
    digests = {project_id: hashlib.blake2b(digest_size=16) for project_id in money}
    for flow in inputs.flows:
        digest = digests[flow.project_id]
        digest.update(f"{flow.kind}|{flow.series}|{len(flow.steps)}|".encode())
        digest.update(np.array([flow.steps, flow.amounts], dtype="<f8").tobytes())
    for project_id, figures in money.items():
        # "To date" moves with the month where nothing actual holds it.
        digests[project_id].update(str(figures.figures.get("to_date")).encode())
        for name in ("original", "fx_effect"):
            if name in figures.figures:
                digests[project_id].update(f"{name}|{sorted(figures.figures[name].items())}".encode())
    return [inputs.kept_money(project.id) or digests[project.id].digest() for project in inputs.projects]


def reproduce(
    organization: Organization,
    *,
    as_of: datetime.date | None = None,
    known_at: datetime.datetime | None = None,
) -> Valuation:
    """What a run of that day would have said with what was known then; writes nothing."""
    moment = known_at or timezone.now()
    day = as_of or organization.today(moment)
    with organization_scope(organization):
        inputs = load_inputs(organization.pk, as_of=day, known_at=moment, live=False)
        return value_projects(inputs, _worth(organization, inputs, live=False))


def _worth(organization: Organization, inputs: Inputs, *, live: bool = True) -> dict[int, Worth]:
    return load_worth(
        organization.pk,
        as_of=inputs.as_of,
        known_at=inputs.known_at,
        project_ids=[project.id for project in inputs.projects],
        live=live,
    )


def recompute_organization(
    organization: Organization, *, trigger: str = Run.Trigger.COMMAND, as_of: datetime.date | None = None
) -> int:
    """Value every project of an organization; the number of results written. Outside of any scope."""
    with organization_scope(organization):
        ids = _project_ids("true", {"organization": organization.pk})
    return sum(
        recompute_projects(organization, ids[start : start + CHUNK], trigger=trigger, as_of=as_of)
        for start in range(0, len(ids), CHUNK)
    )


def recompute_projects(
    organization: Organization,
    project_ids: Sequence[int],
    *,
    trigger: str = Run.Trigger.CHANGE,
    as_of: datetime.date | None = None,
) -> int:
    """Value these projects and write what changed, in one transaction; the number of results written."""
    with organization_scope(organization):
        return _recompute(organization, project_ids, trigger, as_of)


def _recompute(
    organization: Organization, project_ids: Sequence[int], trigger: str, as_of: datetime.date | None
) -> int:
    started = time.perf_counter()
    known_at, run_id, has_formulas, has_monetised = _lock_and_read_clock(organization)
    written = compute_formulas(organization, project_ids) if has_formulas else 0
    written += compute_money(organization, project_ids) if has_monetised else 0
    if written:
        known_at = _read_clock()
    day = as_of or organization.today(known_at)
    inputs = load_inputs(organization.pk, as_of=day, known_at=known_at, project_ids=project_ids)
    valuation = value_projects(inputs, _worth(organization, inputs))
    run = Run(
        pk=run_id,
        organization=organization,
        as_of=day,
        known_at=known_at,
        trigger=trigger,
        method_version=METHOD_VERSION,
        inputs_hash=valuation.inputs_hash,
        projects=len(inputs.projects),
        kpis=inputs.own,
    )
    changed = _publish(run, valuation, started)
    request_valuation(organization, _served_by(changed, inputs), money=False)
    _settle(organization, project_ids)
    return run.written


def recompute_pending(organization: Organization) -> int:
    """Value what waits for its figures after changes; the number of results written."""
    written = 0
    while True:
        with organization_scope(organization):
            ids = _project_ids(
                "EXISTS (SELECT FROM projects_pendingvaluation w WHERE w.organization_id = p.organization_id"
                " AND w.project_id = p.id)",
                {"organization": organization.pk},
                limit=CHUNK,
            )
        if not ids:
            return written
        written += recompute_projects(organization, ids)


def run_night(organization: Organization, *, now: datetime.datetime | None = None) -> bool:
    """The nightly run of the organization's local date, once; whether this call completed it.

    Costs what changed: projects whose inputs changed, whose result ends with this day, or whose method is old.
    Each chunk commits for itself and leaves the list, so a retaken run goes on where the dead one stopped.
    """
    moment = now or timezone.now()
    day = organization.today(moment)
    job = claim_job(organization, kind="night", period=day.isoformat())
    if job is None:
        return False
    try:
        work_through_night(organization, day, job)
    except LostClaimError:
        return False
    except Exception as error:  # the job's boundary: the reason is kept and the next tick tries again
        fail_job(organization, job, repr(error))
        raise
    return True


def work_through_night(organization: Organization, day: datetime.date, job: JobRun) -> None:
    """The night of who holds the claim.

    Raises:
        LostClaimError: somebody else holds it now; the chunk at hand was rolled back.
    """
    values = {"organization": organization.pk, "day": day, "method": METHOD_VERSION}
    more = True
    while more:
        with organization_scope(organization):
            ids = _project_ids(_NIGHTLY, values, limit=CHUNK)
            if ids:
                _recompute(organization, ids, Run.Trigger.NIGHT, day)
            # What comes to wait meanwhile has its own task; the last chunk ends the night in its transaction.
            # Either renews or ends the claim in the transaction of the results: who lost it writes nothing.
            more = len(ids) == CHUNK
            if more:
                heartbeat(job, done=job.done + len(ids))
            else:
                done = job.done + len(ids)
                finish_job(job, done=done, outcome={"projects": done})
                Organization.objects.filter(pk=organization.pk).update(last_night=day)


_NIGHTLY = """NOT EXISTS (
    SELECT FROM assessments_projectresult r WHERE r.organization_id = p.organization_id AND r.project_id = p.id
    AND r.method_version = %(method)s AND r.valid_until > %(day)s AND r.money_hash IS NOT NULL
) OR EXISTS (
    SELECT FROM projects_pendingvaluation w WHERE w.organization_id = p.organization_id AND w.project_id = p.id
)"""


def _project_ids(condition: str, values: dict[str, Any], *, limit: int | None = None) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT p.id FROM projects_project p WHERE p.organization_id = %(organization)s"  # noqa: S608
            f" AND p.archived_at IS NULL AND ({condition}) ORDER BY p.id LIMIT %(limit)s",
            {**values, "limit": limit},
        )
        return [row[0] for row in cursor.fetchall()]


def _lock_and_read_clock(organization: Organization) -> tuple[datetime.datetime, int, bool, bool]:
    """The moment up to which everything is known, the number of the run that sees it, and whether there are formulas and
    monetised lines."""
    with connection.cursor() as cursor:
        # One round trip, two statements: the clock is read once the lock is held.
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s);"
            " SELECT clock_timestamp(), nextval(pg_get_serial_sequence('assessments_run', 'id')),"
            " EXISTS (SELECT FROM kpis_formula WHERE organization_id = %s),"
            " EXISTS (SELECT FROM kpis_monetisation WHERE organization_id = %s)",
            [TRANSACTION_LOCK, organization.pk, organization.pk, organization.pk],
        )
        moment, number, has_formulas, has_monetised = cursor.fetchone()
    return moment, number, has_formulas, has_monetised


def read_clock_alone(organization: Organization) -> datetime.datetime:
    """The moment up to which everything is known: nobody is writing a value while it is read."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TRANSACTION_LOCK, organization.pk])
    return _read_clock()


def _read_clock() -> datetime.datetime:
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime.datetime = cursor.fetchone()[0]
    return moment


def _publish(run: Run, valuation: Valuation, started: float) -> list[int]:
    """Write the results whose inputs changed and then the run, and let the caches know; the KPIs that changed."""
    inputs = valuation.inputs
    changed = [
        place
        for place, former in enumerate(inputs.kpis[: inputs.own])
        if former[-1] is None or bytes(former[-1]) != valuation.kpis.hashes[place]
    ]
    rows = [project_row(valuation, place) for place in range(len(inputs.projects))]
    with connection.cursor() as cursor:
        write_kpi_results(cursor, run, valuation.kpis, changed)
        projects = write_project_results(cursor, run, rows, inputs.former)
        run.written = len(changed) + projects
        run.duration_ms = int(1000 * (time.perf_counter() - started))
        insert_run(cursor, run)
    return [valuation.kpis.columns["id"][place] for place in changed]


def _served_by(kpi_ids: Sequence[int], inputs: Inputs) -> list[int]:
    """Further projects that these KPIs serve and that are not valued with them."""
    if not kpi_ids or not inputs.has_shared:
        return []
    rows = Attribution.objects.filter(kpi__in=kpi_ids).exclude(
        project__in=[project.id for project in inputs.projects]
    )
    return list(rows.values_list("project_id", flat=True).distinct())


def project_row(valuation: Valuation, place: int) -> dict[str, Any]:
    """The result of one project as the columns of `ProjectResult`; without those of money where it is as stored."""
    scores, project_id = valuation.projects, valuation.inputs.projects[place].id
    tiers = {
        name: {
            "coverage": _number(tier.coverage[place]),
            "low": _number(tier.low[place]),
            "high": _number(tier.high[place]),
            **{word: counts[place] for word, counts in scores.tier_counts[step].items()},
        }
        for step, (name, tier) in enumerate(zip(TIERS, scores.tiers, strict=True))
    }
    return {
        "project_id": project_id,
        "inputs_hash": valuation.hashes[place],
        "money_hash": valuation.money_hashes[place],
        "valid_until": valuation.valid_until[place],
        **{name: _number(tier.value[place]) for name, tier in zip(TIERS, scores.tiers, strict=True)},
        "tiers": tiers,
        "value_index": _number(scores.value_index[place]),
        "geometric": _number(scores.geometric[place]),
        "plan_index": _number(scores.plan_index[place]),
        "status": scores.words[place],
        "capped": bool(scores.gated[place]),
        **{f"kpis_{word}": counts[place] for word, counts in scores.counts.items()},
        "worth": written_worth(valuation.worth, project_id),
        **_money_columns(valuation.money.get(project_id)),
    }


def _money_columns(money: ProjectMoney | None) -> dict[str, Any]:
    if money is None:
        return {}
    return {
        **dict.fromkeys(("benefits_actual", "benefits_plan", "costs_actual", "costs_plan"), 0.0),
        **dict.fromkeys(
            ("roi_plan", "roi_outlook", "npv_plan", "npv_outlook", "payback_plan", "payback_outlook")
        ),
        **money.values,
        "figures": money.figures,
        "series": money.series,
    }


def _number(value: Any) -> float | None:
    return None if value != value else float(value)


def _settle(organization: Organization, project_ids: Sequence[int]) -> None:
    """These projects no longer wait; archived ones and ones that vanished included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM projects_pendingvaluation WHERE organization_id = %s AND (project_id = ANY(%s)"
            " OR project_id IN (SELECT id FROM projects_project WHERE organization_id = %s AND archived_at IS NOT NULL))",
            [organization.pk, list(project_ids), organization.pk],
        )
