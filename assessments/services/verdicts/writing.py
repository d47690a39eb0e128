"""Writing verdicts: one statement for all, and the marks they answer go in the same transaction."""

import datetime
import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from assessments.services.record import TRANSACTION_LOCK

_TYPES = {
    "kpi_id": "bigint",
    "method_version": "text",
    "known_at": "timestamptz",
    "inputs_hash": "text",
    "definition_hash": "text",
    "changed_on": "date",
    "newest": "date",
    "before": "integer",
    "after": "integer",
    "word": "text",
    "rule": "text",
    "effect": "double precision",
    "effect_low": "double precision",
    "effect_high": "double precision",
    "p_value": "double precision",
    "months_needed": "integer",
    "grade": "text",
    "reasons": "jsonb",
    "raising": "jsonb",
    "limits": "text",
    "centre": "double precision",
    "lower": "double precision",
    "upper": "double precision",
    "signal_on": "date",
    "signal_rule": "text",
    "signal_side": "text",
    "assurance": "text",
    "figures": "jsonb",
    "forecast": "jsonb",
}
_NAMES = ", ".join(f'"{name}"' for name in _TYPES)
_CHOSEN = ", ".join(
    "decode(t.inputs_hash, 'hex')" if name == "inputs_hash" else f't."{name}"' for name in _TYPES
)
_COLUMNS = ", ".join(f'"{name}" {kind}' for name, kind in _TYPES.items())
_UPDATES = ", ".join(f'"{name}" = excluded."{name}"' for name in _TYPES if name != "kpi_id")
# A KPI that was removed meanwhile gets no verdict.
_UPSERT = f"""
INSERT INTO assessments_kpiverdict (organization_id, {_NAMES})
SELECT %(organization)s, {_CHOSEN} FROM jsonb_to_recordset(%(rows)s::jsonb) AS t ({_COLUMNS})
JOIN kpis_kpi k ON k.organization_id = %(organization)s AND k.id = t.kpi_id
ON CONFLICT (organization_id, kpi_id) DO UPDATE SET {_UPDATES}
"""  # noqa: S608


def write_verdicts(organization_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace verdicts. Inside the organization's scope."""
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, {"organization": organization_id, "rows": json.dumps(rows, allow_nan=False)})


def settle_marks(organization_id: int, kpi_ids: Sequence[int], *, known_at: datetime.datetime) -> None:
    """These KPIs no longer wait, as far as `known_at` saw. Inside the organization's scope.

    Only once all of them are written: a KPI is assessed again when one waits that it is compared with.
    """
    with connection.cursor() as cursor:
        # While this is held nobody writes values, so no mark is held by anybody.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [TRANSACTION_LOCK, organization_id])
        cursor.execute(
            "DELETE FROM assessments_pendingverdict WHERE organization_id = %s AND kpi_id = ANY(%s)"
            " AND marked_at <= %s",
            [organization_id, list(kpi_ids), known_at],
        )
