"""What programs verify, return, lock and reopen."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.models import Measurement
from kpis.models import Kpi
from organizations.models import User
from organizations.tenancy import organization_scope

from .conftest import BASE, month, record

Key = Callable[..., Client]


def post(client: Client, path: str, body: Any) -> Any:
    return client.post(f"{BASE}{path}", json.dumps(body), content_type="application/json")


def seen(version: int = 1, period: str = "2026-01-01") -> dict[str, Any]:
    return {"kpi": "LEAD", "period": period, "version": version}


def statuses(kpi: Kpi) -> list[str]:
    with organization_scope(kpi.organization):
        return list(
            Measurement.objects.filter(kpi=kpi).order_by("period", "version").values_list("status", flat=True)
        )


def test_a_value_is_verified_as_it_was_seen(lead_time: Kpi, dora: User, bob: User, with_key: Key) -> None:
    record(lead_time, dora, (month(1), 47.0, "submitted"), (month(2), 46.0, "submitted"))
    record(lead_time, dora, (month(2), 45.0, "submitted"))
    answer = post(
        with_key(bob), "measurements/verify/", {"measurements": [seen(), seen(period="2026-02-01")]}
    )
    left = answer.json()["left"]
    assert (answer.status_code, answer.json()["done"]) == (200, 1)
    assert [(row["kpi"], row["period"]) for row in left] == [("LEAD", "2026-02-01")]
    assert "changed after" in left[0]["reason"]
    assert statuses(lead_time) == ["submitted", "verified", "submitted", "submitted"]


def test_a_value_is_returned_with_a_reason(lead_time: Kpi, dora: User, bob: User, with_key: Key) -> None:
    record(lead_time, dora, (month(1), 47.0, "submitted"))
    body = {"measurements": [seen()]}
    assert post(with_key(bob), "measurements/return/", body).status_code == 400
    assert post(with_key(bob), "measurements/return/", {**body, "reason": "source?"}).json()["done"] == 1
    assert statuses(lead_time) == ["submitted", "returned"]


@pytest.mark.parametrize(
    "rows", [[], [{"kpi": "LEAD", "period": "x", "version": 1}], [seen() | {"kpi": "NO"}], [seen(0)]]
)
def test_rows_that_cannot_be_read_are_refused(
    lead_time: Kpi, bob: User, with_key: Key, rows: list[dict[str, Any]]
) -> None:
    answer = post(with_key(bob), "measurements/verify/", {"measurements": rows})
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid"


def test_a_month_is_locked_listed_and_reopened(
    lead_time: Kpi, bob: User, victor: User, with_key: Key
) -> None:
    key, body = with_key(bob), {"project": "ERP", "month": "2026-01-01", "reason": "board"}
    lock = post(key, "locks/", body).json()
    assert (lock["project"], lock["month"], lock["locked_by"]) == ("ERP", "2026-01-01", bob.email)
    assert post(key, "locks/", body).json()["id"] == lock["id"]
    write = {"measurements": [{"kpi": "LEAD", "period": "2026-01-01", "value": 1}]}
    refused = post(key, "measurements/", write)
    assert refused.status_code == 400
    assert "is locked" in refused.json()["error"]["details"]["rows"][0]["reason"]
    reopened = post(key, f"locks/{lock['id']}/reopen/", {"reason": "wrong meter"}).json()
    assert reopened["reopen_reason"] == "wrong meter"
    assert post(key, f"locks/{lock['id']}/reopen/", {"reason": "again"}).status_code == 409
    reader = with_key(victor)
    assert reader.get(f"{BASE}locks/?in_force=true").json()["count"] == 0
    assert reader.get(f"{BASE}locks/").json()["results"][0]["reason"] == "board"
