"""Writing results: one statement for all rows, and only for rows whose inputs changed."""

import json
from typing import Any

from assessments.models import Run
from assessments.services.inputs import FormerResult
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


def insert_run(cursor: Any, run: Run) -> None:
    """Insert the run, whose number its results carry already, and let the caches know that there are new results."""
    names = [
        "id", "organization_id", "as_of", "known_at", "method_version", "inputs_hash", "trigger",
        "projects", "kpis", "written", "duration_ms",
    ]  # fmt: skip
    places = ", ".join(["%s"] * len(names))
    cursor.execute(
        f"INSERT INTO assessments_run ({', '.join(names)}) VALUES ({places});"  # noqa: S608
        " UPDATE organizations_organization SET generation = generation + 1 WHERE id = %s",
        [*(getattr(run, name) for name in names), run.organization_id],
    )


def write_kpi_results(cursor: Any, run: Run, kpis: KpiScores, changed: list[int]) -> None:
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
        [run.organization_id, run.pk, *(_literal(lists[name]) for name in _KPI_TYPES)],
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


_SCORE_TYPES = {
    "project_id": "bigint",
    "inputs_hash": "bytea",
    "money_hash": "bytea",
    "valid_until": "date",
    "functional": "double precision",
    "operational": "double precision",
    "strategic": "double precision",
    "tiers": "jsonb",
    "value_index": "double precision",
    "geometric": "double precision",
    "plan_index": "double precision",
    "status": "text",
    "capped": "boolean",
    "kpis_due": "integer",
    "kpis_in": "integer",
    "kpis_late": "integer",
    "kpis_valued": "integer",
    "kpis_preliminary": "integer",
    "worth": "jsonb",
}
_MONEY_TYPES = {
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
    "series": "jsonb",
}


def write_project_results(
    cursor: Any, run: Run, rows: list[dict[str, Any]], former: dict[int, FormerResult]
) -> int:
    """Insert or replace project results; a result with the same inputs only learns how long it holds.

    A row without the columns of money keeps those that are stored. Returns the number of results whose inputs
    changed.
    """
    known = {project_id: result.inputs_hash for project_id, result in former.items()}
    changed = [row for row in rows if known.get(row["project_id"]) != row["inputs_hash"]]
    same = [row for row in rows if known.get(row["project_id"]) == row["inputs_hash"]]
    _upsert(cursor, run, [row for row in changed if "figures" in row])
    _update_scores(cursor, run, [row for row in changed if "figures" not in row])
    if same:
        cursor.execute(
            "UPDATE assessments_projectresult r SET valid_until = t.valid_until FROM"
            " unnest(%s::bigint[], %s::date[]) AS t (project_id, valid_until)"
            " WHERE r.organization_id = %s AND r.project_id = t.project_id AND r.valid_until <> t.valid_until",
            [[row["project_id"] for row in same], [row["valid_until"] for row in same], run.organization_id],
        )
    return len(changed)


def _upsert(cursor: Any, run: Run, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    types = {**_SCORE_TYPES, **_MONEY_TYPES}
    names = ", ".join(types)
    updates = ", ".join(f"{name} = excluded.{name}" for name in [*_HEAD, *types] if name != "project_id")
    cursor.execute(
        f"INSERT INTO assessments_projectresult (organization_id, {', '.join(_HEAD)}, {names})"  # noqa: S608
        f" SELECT %s, %s, %s, %s, %s, {_chosen(types)} FROM unnest({_arrays(types)}) AS t ({names})"
        f" ON CONFLICT (organization_id, project_id) DO UPDATE SET {updates}",
        [run.organization_id, *(getattr(run, field) for field in _HEAD.values()), *_columns(rows, types)],
    )


def _update_scores(cursor: Any, run: Run, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = ", ".join(_SCORE_TYPES)
    updates = ", ".join(
        f"{name} = t.{name}{'::jsonb' if kind == 'jsonb' else ''}"
        for name, kind in _SCORE_TYPES.items()
        if name != "project_id"
    )
    heads = ", ".join(f"{name} = %s" for name in _HEAD)
    cursor.execute(
        f"UPDATE assessments_projectresult r SET {heads}, {updates}"  # noqa: S608
        f" FROM unnest({_arrays(_SCORE_TYPES)}) AS t ({names})"
        " WHERE r.organization_id = %s AND r.project_id = t.project_id",
        [
            *(getattr(run, field) for field in _HEAD.values()),
            *_columns(rows, _SCORE_TYPES),
            run.organization_id,
        ],
    )


#: columns that the results of one run share
_HEAD = {"run_id": "pk", "as_of": "as_of", "known_at": "known_at", "method_version": "method_version"}


def _arrays(types: dict[str, str]) -> str:
    # Texts travel and become jsonb on the server.
    return ", ".join(f"%s::{'text' if kind == 'jsonb' else kind}[]" for kind in types.values())


def _chosen(types: dict[str, str]) -> str:
    return ", ".join(f"{name}::jsonb" if kind == "jsonb" else name for name, kind in types.items())


def _columns(rows: list[dict[str, Any]], types: dict[str, str]) -> list[list[Any]]:
    return [
        [json.dumps(row[name]) if kind == "jsonb" else row[name] for row in rows]
        for name, kind in types.items()
    ]
