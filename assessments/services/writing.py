"""Writing results: one statement for all rows, and only for rows whose inputs changed."""

import json
from typing import Any

from assessments.models import Run
from assessments.services.scores import KpiScores

_KPI_TYPES = {
    "kpi_id": "bigint",
    "project_id": "bigint",
    "inputs_hash": "bytea",
    "period": "date",
    "value": "double precision",
    "preliminary": "boolean",
    "planned": "double precision",
    "target": "double precision",
    "attainment": "double precision",
    "on_plan": "double precision",
    "status": "text",
    "due": "boolean",
    "stale": "boolean",
    "dropped": "boolean",
}


def insert_run(cursor: Any, run: Run) -> int:
    """Insert the run before its results, which refer to it; its id."""
    values = {
        "organization_id": run.organization_id,
        "as_of": run.as_of,
        "known_at": run.known_at,
        "method_version": run.method_version,
        "inputs_hash": run.inputs_hash,
        "trigger": run.trigger,
        "projects": run.projects,
        "kpis": run.kpis,
        "written": 0,
        "duration_ms": 0,
    }
    names, places = ", ".join(values), ", ".join(["%s"] * len(values))
    cursor.execute(
        f"INSERT INTO assessments_run ({names}) VALUES ({places}) RETURNING id",  # noqa: S608
        list(values.values()),
    )
    number: int = cursor.fetchone()[0]
    return number


def finish_run(cursor: Any, run: Run) -> None:
    """Keep what the run did, and let the caches know that there are new results."""
    cursor.execute(
        "UPDATE assessments_run SET written = %s, duration_ms = %s WHERE organization_id = %s AND id = %s;"
        " UPDATE organizations_organization SET generation = generation + 1 WHERE id = %s",
        [run.written, run.duration_ms, run.organization_id, run.pk, run.organization_id],
    )


def write_kpi_results(
    cursor: Any, organization_id: int, run_id: int, kpis: KpiScores, changed: list[int]
) -> None:
    """Insert or replace the results of the KPIs at the places `changed`."""
    if not changed:
        return
    columns = kpis.columns
    lists: dict[str, list[Any]] = {
        "kpi_id": columns["id"],
        "project_id": columns["project_id"],
        "inputs_hash": kpis.hashes,
        "period": columns["period"],
        "value": columns["value"],
        "preliminary": [bool(flag) for flag in columns["preliminary"]],
        "planned": columns["planned"],
        "target": columns["target"],
        "attainment": _nullable(kpis.attainment),
        "on_plan": _nullable(kpis.on_plan[0]),
        "status": kpis.words,
        "due": kpis.due.tolist(),
        "stale": kpis.stale.tolist(),
        "dropped": kpis.dropped.tolist(),
    }
    names = ", ".join(_KPI_TYPES)
    arrays = ", ".join(f"%s::{kind}[]" for kind in _KPI_TYPES.values())
    updates = ", ".join(f"{name} = excluded.{name}" for name in ["run_id", *_KPI_TYPES] if name != "kpi_id")
    if len(changed) < len(kpis.words):
        lists = {name: [values[place] for place in changed] for name, values in lists.items()}
    cursor.execute(
        f"INSERT INTO assessments_kpiresult (organization_id, run_id, {names})"  # noqa: S608
        f" SELECT %s, %s, {names} FROM unnest({arrays}) AS t ({names})"
        f" ON CONFLICT (organization_id, kpi_id) DO UPDATE SET {updates}",
        [organization_id, run_id, *(_literal(lists[name]) for name in _KPI_TYPES)],
    )


def _literal(values: list[Any]) -> str:
    """An array of numbers, dates, flags, hashes or status words as PostgreSQL reads it.

    The driver would adapt each of fourteen thousand elements by itself; none of these needs quotes.
    """
    if values and isinstance(values[0], bytes):
        return "{" + ",".join(f'"\\\\x{value.hex()}"' for value in values) + "}"
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def _nullable(values: Any) -> list[float | None]:
    return [None if value != value else value for value in values.tolist()]


_PROJECT_TYPES = {
    "project_id": "bigint",
    "inputs_hash": "bytea",
    "valid_until": "date",
    "functional": "double precision",
    "operational": "double precision",
    "strategic": "double precision",
    "tiers": "jsonb",
    "value_index": "double precision",
    "plan_index": "double precision",
    "status": "text",
    "capped": "boolean",
    "kpis_due": "integer",
    "kpis_in": "integer",
    "kpis_late": "integer",
    "benefits_actual": "double precision",
    "benefits_plan": "double precision",
    "costs_actual": "double precision",
    "costs_plan": "double precision",
    "roi_plan": "double precision",
    "roi_outlook": "double precision",
    "npv_plan": "double precision",
    "npv_outlook": "double precision",
    "payback_plan": "double precision",
    "payback_outlook": "double precision",
    "payback_origin": "text",
    "figures": "jsonb",
}


def write_project_results(cursor: Any, organization_id: int, run: Run, rows: list[dict[str, Any]]) -> int:
    """Insert or replace project results; a result with the same inputs only learns how long it holds.

    Returns the number of results whose inputs changed.
    """
    if not rows:
        return 0
    cursor.execute(
        "SELECT project_id, inputs_hash FROM assessments_projectresult WHERE organization_id = %s AND project_id = ANY(%s)",
        [organization_id, [row["project_id"] for row in rows]],
    )
    former = {project_id: bytes(key) for project_id, key in cursor.fetchall()}
    changed = [row for row in rows if former.get(row["project_id"]) != row["inputs_hash"]]
    same = [row for row in rows if former.get(row["project_id"]) == row["inputs_hash"]]
    if changed:
        _upsert_projects(cursor, organization_id, run, changed)
    if same:
        cursor.execute(
            "UPDATE assessments_projectresult r SET valid_until = t.valid_until FROM"
            " unnest(%s::bigint[], %s::date[]) AS t (project_id, valid_until)"
            " WHERE r.organization_id = %s AND r.project_id = t.project_id AND r.valid_until <> t.valid_until",
            [[row["project_id"] for row in same], [row["valid_until"] for row in same], organization_id],
        )
    return len(changed)


def _upsert_projects(cursor: Any, organization_id: int, run: Run, rows: list[dict[str, Any]]) -> None:
    packed = [
        {**row, "tiers": json.dumps(row["tiers"]), "figures": json.dumps(row["figures"])} for row in rows
    ]
    names = ", ".join(_PROJECT_TYPES)
    head = "run_id, as_of, known_at, method_version"
    # Texts travel and become jsonb on the server.
    arrays = ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for kind in _PROJECT_TYPES.values())
    chosen = ", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in _PROJECT_TYPES.items())
    updates = ", ".join(
        f"{name} = excluded.{name}" for name in [*head.split(", "), *_PROJECT_TYPES] if name != "project_id"
    )
    cursor.execute(
        f"INSERT INTO assessments_projectresult (organization_id, {head}, {names})"  # noqa: S608
        f" SELECT %s, %s, %s, %s, %s, {chosen} FROM unnest({arrays}) AS t ({names})"
        f" ON CONFLICT (organization_id, project_id) DO UPDATE SET {updates}",
        [
            organization_id,
            run.pk,
            run.as_of,
            run.known_at,
            run.method_version,
            *([row[name] for row in packed] for name in _PROJECT_TYPES),
        ],
    )
