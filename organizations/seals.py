"""Fingerprints of rows as the database holds them: what a ledger entry stands for."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models

from organizations.tenancy.models import OrganizationModel

Seal = dict[str, Any]
#: the text of each column of a row as PostgreSQL writes it as JSON; None is NULL
Row = dict[str, str | None]

#: enough to tell which column changed; that something did is told by the digest
_COLUMN_DIGITS = 16
_ROWS_AT_ONCE = 5_000


def sealed_models() -> dict[str, type[OrganizationModel]]:
    """Tables whose rows can be sealed, by name."""
    from django.apps import apps

    return {
        model._meta.db_table: model for model in apps.get_models() if issubclass(model, OrganizationModel)
    }


def sealed_columns(model: type[OrganizationModel]) -> list[str]:
    """Columns that may never change once a row is signed: all but those the model leaves open."""
    return [str(field.column) for field in model._meta.concrete_fields if field.name not in model.unsealed]


def take_seals(rows: Sequence[models.Model]) -> list[Seal]:
    """{"table", "id", "digest", "columns"} of each row, read anew from the database, in the order given.

    Raises:
        ValueError: a row is not (or not any more) in the organization in scope.
    """
    by_model: dict[type[OrganizationModel], list[int]] = defaultdict(list)
    for row in rows:
        if not isinstance(row, OrganizationModel):
            raise ValueError(f"{row!r} belongs to no organization and cannot be sealed.")
        by_model[type(row)].append(row.pk)
    found: dict[tuple[str, int], Row] = {}
    for model, ids in by_model.items():
        table = model._meta.db_table
        for pk, values in read_rows(table, sealed_columns(model), ids).items():
            found[table, pk] = values
    seals = []
    for row in rows:
        key = (row._meta.db_table, row.pk)
        if key not in found:
            raise ValueError(f"{key[0]} {key[1]} is not in the organization's tables and cannot be sealed.")
        seals.append(_seal(*key, found[key]))
    return seals


def read_rows(table: str, columns: Sequence[str], ids: Iterable[int]) -> dict[int, Row]:
    """The rows with these ids in the organization in scope (row-level security sees to that), by id.

    The caller has checked that table and columns exist.
    """
    wanted = sorted(set(ids))
    quote = connection.ops.quote_name
    # As JSON every type has one writing: a moment is ISO in the connection's zone, which Django keeps at UTC.
    texts = ", ".join(f"to_jsonb({quote(column)})::text" for column in columns)
    statement = f"SELECT id, ARRAY[{texts}]::text[] FROM {quote(table)} WHERE id = ANY(%s)"  # noqa: S608
    found: dict[int, Row] = {}
    with connection.cursor() as cursor:
        for start in range(0, len(wanted), _ROWS_AT_ONCE):
            cursor.execute(statement, [wanted[start : start + _ROWS_AT_ONCE]])
            for pk, values in cursor.fetchall():
                found[pk] = dict(zip(columns, values, strict=True))
    return found


def standing_columns(table: str) -> set[str]:
    """Columns that the table has now."""
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}


def digest(values: Row) -> str:
    """SHA-256 over the columns' names and values, hexadecimal."""
    return hashlib.sha256(_writing(values)).hexdigest()


def column_digests(values: Row) -> dict[str, str]:
    """A short fingerprint of each column, to name the one that changed."""
    return {
        name: hashlib.sha256(_writing({name: value})).hexdigest()[:_COLUMN_DIGITS]
        for name, value in values.items()
    }


def _seal(table: str, pk: int, values: Row) -> Seal:
    return {"table": table, "id": pk, "digest": digest(values), "columns": column_digests(values)}


def _writing(values: Row) -> bytes:
    return json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
