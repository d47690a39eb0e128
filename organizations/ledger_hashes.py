"""What the hash of a ledger entry is over, and how it is written."""

import datetime
import hashlib
import json
from collections.abc import Mapping
from typing import Any

from organizations.models import LedgerEntry


def signed_part(entry: LedgerEntry) -> dict[str, Any]:
    """Everything the hash of an entry is over, as plain JSON."""
    return {
        "number": entry.number,
        "at": entry.at.astimezone(datetime.UTC).isoformat(timespec="microseconds"),
        "kind": str(entry.kind),
        "actor": entry.actor_label,
        "project_code": entry.project_code,
        "summary": entry.summary,
        "content": entry.content,
        "seals": entry.seals,
        "previous_hash": entry.previous_hash,
    }


def hash_of(signed: Mapping[str, Any]) -> str:
    """SHA-256 over the canonical writing (sorted keys, no spaces, UTF-8), hexadecimal."""
    writing = json.dumps(signed, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(writing.encode()).hexdigest()


def receipt_of(entry: LedgerEntry) -> dict[str, Any]:
    """What a person may keep: with it the hash can be computed again without the product (docs/ledger.md)."""
    return {**signed_part(entry), "hash": entry.hash}
