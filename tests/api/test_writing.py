"""What programs write."""

import json
from collections.abc import Callable
from typing import Any

from django.test import Client

from assessments.models import Measurement
from kpis.models import Kpi
from organizations.models import ApiToken, Role, User
from organizations.services import change_member
from organizations.tenancy import organization_scope

from .conftest import BASE, month, record

URL = f"{BASE}measurements/"


def post(client: Client, rows: Any, **options: Any) -> Any:
    return client.post(URL, json.dumps({"measurements": rows}), content_type="application/json", **options)


def row(kpi: str, period: str, value: Any, **more: Any) -> dict[str, Any]:
    return {"kpi": kpi, "period": period, "value": value, **more}


def stored(kpi: Kpi) -> list[float | None]:
    with organization_scope(kpi.organization):
        return list(
            Measurement.objects.filter(kpi=kpi).order_by("period", "version").values_list("value", flat=True)
        )


def test_rows_are_written_and_the_same_again_changes_nothing(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    client = with_key(bob)
    rows = [row("LEAD", "2026-01-01", 47), row("LEAD", "2026-02-01", None, note="system was down")]
    assert post(client, rows).json() == {"new": 2, "changed": 0, "same": 0}
    assert post(client, rows).json() == {"new": 0, "changed": 0, "same": 2}
    assert post(client, [row("LEAD", "2026-01-01", 46.5)]).json() == {"new": 0, "changed": 1, "same": 0}
    with organization_scope(lead_time.organization):
        newest = Measurement.objects.filter(kpi=lead_time, period=month(1)).order_by("-version").first()
        assert newest is not None
        assert (newest.value, newest.version, newest.source, newest.recorded_by) == (46.5, 2, "api", bob)


def test_one_bad_row_keeps_all_out_and_each_says_why(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    answer = post(
        with_key(bob),
        [
            row("LEAD", "2026-01-01", 47),
            row("NONE", "2026-01-01", 1),
            row("LEAD", "January", 1),
            row("LEAD", "2026-02-01", "12"),
            row("LEAD", "2026-01-01", 48),
            row("LEAD", "2026-03-01", 1, unit="h"),
            {"kpi": "LEAD", "period": "2026-04-01"},
            row("LEAD", "2026-05-01", 10**400),
            row("LEAD", "2026-06-01", 1, note="\ud800"),
            "LEAD",
        ],
    )
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "invalid"
    assert [(problem["index"], problem["column"]) for problem in error["details"]["rows"]] == [
        (1, "kpi"), (2, "period"), (3, "value"), (4, "period"), (5, "unit"), (6, "value"), (7, "value"),
        (8, "note"), (9, ""),
    ]  # fmt: skip
    assert all(problem["reason"] for problem in error["details"]["rows"])
    assert stored(lead_time) == []


def test_the_rules_of_values_hold_here_too(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    client = with_key(bob)
    for bad in [row("LEAD", "2026-01-15", 1), row("LEAD", "2099-01-01", 1), row("LEAD", "2026-01-01", None)]:
        answer = post(client, [row("LEAD", "2026-02-01", 3), bad])
        assert answer.status_code == 400
        assert answer.json()["error"]["details"]["rows"][0]["index"] == 1
    assert stored(lead_time) == []


def test_a_contributor_writes_their_own_kpis_only(
    lead_time: Kpi, stock: Kpi, dora: User, client_of: Callable[[User], Client]
) -> None:
    client = client_of(dora)
    assert post(client, [row("LEAD", "2026-01-01", 47)]).json()["new"] == 1
    answer = post(client, [row("LEAD", "2026-02-01", 46), row("STOCK", "2026-01-01", 9)])
    assert answer.status_code == 403
    error = answer.json()["error"]
    assert error["code"] == "forbidden"
    assert [problem["index"] for problem in error["details"]["rows"]] == [1]
    assert stored(lead_time) == [47]
    assert stored(stock) == []


def test_a_key_loses_what_its_member_loses(
    lead_time: Kpi,
    bob: User,
    alice: User,
    with_key: Callable[..., Client],
    membership_of: Callable[[User], Any],
) -> None:
    client = with_key(bob)
    with organization_scope(lead_time.organization):
        change_member(actor=alice, membership=membership_of(bob), role=Role.VIEWER, department=None)
    assert post(client, [row("LEAD", "2026-01-01", 47)]).status_code == 403
    assert client.get(URL).status_code == 200


def test_a_read_key_writes_nothing(lead_time: Kpi, bob: User, with_key: Callable[..., Client]) -> None:
    client = with_key(bob, ApiToken.Access.READ)
    answer = post(client, [row("LEAD", "2026-01-01", 47)])
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"
    assert client.get(URL).status_code == 200
    assert stored(lead_time) == []


def test_a_viewer_writes_nothing(lead_time: Kpi, victor: User, client_of: Callable[[User], Client]) -> None:
    assert post(client_of(victor), [row("LEAD", "2026-01-01", 47)]).status_code == 403


def test_a_browser_session_writes_only_with_its_csrf_token(lead_time: Kpi, bob: User) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(bob, backend="allauth.account.auth_backends.AuthenticationBackend")
    answer = post(browser, [row("LEAD", "2026-01-01", 47)])
    assert answer.status_code == 403
    assert answer.json()["error"]["code"] == "permission_denied"
    assert stored(lead_time) == []


def test_ten_thousand_rows_at_most(lead_time: Kpi, bob: User, with_key: Callable[..., Client]) -> None:
    answer = post(with_key(bob), [row("LEAD", "2026-01-01", 1)] * 10_001)
    assert answer.status_code == 400
    assert "10000" in answer.json()["error"]["message"]


def test_what_is_no_list_of_rows_is_refused(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    client = with_key(bob)
    for body in ["[]", "{}", '"x"', '{"measurements": {}}', "null"]:
        answer = client.post(URL, body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_what_is_no_json_is_refused(lead_time: Kpi, bob: User, with_key: Callable[..., Client]) -> None:
    client = with_key(bob)
    for body in [b"{", b"\xff\xfe", b'{"measurements": [{"value": NaN}]}', b"[" * 200_000]:
        answer = client.post(URL, body, content_type="application/json")
        assert (answer.status_code, answer.json()["error"]["code"]) == (400, "parse_error")
    form = client.post(URL, {"kpi": "LEAD"})
    assert (form.status_code, form.json()["error"]["code"]) == (415, "unsupported_media_type")


def test_a_body_that_is_too_large_is_refused(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client], settings: Any
) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = post(with_key(bob), [row("LEAD", "2026-01-01", 1, note="x" * 1000)])
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too_large")


def test_a_correction_by_program_follows_a_person(
    lead_time: Kpi, bob: User, with_key: Callable[..., Client]
) -> None:
    record(lead_time, bob, (month(1), 47, "submitted"))
    assert post(with_key(bob), [row("LEAD", "2026-01-01", 45)]).json() == {"new": 0, "changed": 1, "same": 0}
    assert stored(lead_time) == [47, 45]
