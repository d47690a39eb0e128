"""The page of values that wait for verification."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from assessments.models import Measurement
from assessments.services import MeasurementInput, record_measurements
from assessments.services.locking import lock_month
from assessments.services.recompute import recompute_organization
from assessments.verification import MOST_COUNTED, Choice, waiting_count, waiting_values, whole_list
from kpis.models import Kpi
from kpis.services import create_kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.services import create_project
from tests.queries import at_most

SEPTEMBER, AUGUST = datetime.date(2025, 9, 1), datetime.date(2025, 8, 1)
PAGE = "/o/acme/verification/"

Browser = Callable[[User], Client]


@pytest.fixture
def kpis(organization: Organization, alice: User, dora: User) -> list[Kpi]:
    """Two KPIs of one project and one of another; Dora owns the first."""
    with organization_scope(organization):
        made = []
        for project_code, codes in (("ERP", ["LEAD", "STOCK"]), ("CRM", ["CALLS"])):
            project = create_project(
                actor=alice,
                organization=organization,
                values={"code": project_code, "name": f"{project_code} group"},
            )
            for code in codes:
                values: dict[str, Any] = {
                    "code": code,
                    "name": f"Number of {code}",
                    "tier": "functional" if code == "CALLS" else "operational",
                    "unit": "h",
                    "data_owner": dora if code == "LEAD" else None,
                }
                made.append(create_kpi(actor=alice, project=project, values=values))
    return made


def record(
    organization: Organization,
    actor: User,
    kpi: Kpi,
    value: float | None,
    period: datetime.date = SEPTEMBER,
    **fields: Any,
) -> str:
    """Record a version; the token of its checkbox."""
    with organization_scope(organization):
        row = MeasurementInput(**{"kpi_id": kpi.pk, "period": period, "value": value, **fields})
        record_measurements(actor, organization, [row])
        newest = Measurement.objects.filter(kpi=kpi, period=period).order_by("-version").first()
        return f"{kpi.pk}.{period}.{newest.version}"


def statuses(organization: Organization) -> list[str]:
    with organization_scope(organization):
        return list(Measurement.objects.newest().values_list("status", flat=True))


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, name
    return found[1]


def test_an_empty_queue_says_what_it_is_for(
    organization: Organization, bob: User, client_of: Browser
) -> None:
    page = client_of(bob).get(PAGE).content.decode()
    assert "Submitted values will wait here" in page


def test_a_waiting_value_stands_with_plan_last_value_change_note_and_who(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    record(organization, dora, kpis[0], 40.0, AUGUST, status="verified")
    record(organization, dora, kpis[0], 90.0, note="two plants more")
    page = client_of(bob).get(PAGE).content.decode()
    assert "1 value waits for verification" in page
    assert "ERP group · Sep" in page
    for words in (
        "90.0",
        "40.0",
        "+125",
        "“two plants more”",
        "Dora",
        "Entered by hand",
        "times the last value",
    ):
        assert words in page, words


def test_selected_values_are_verified_and_the_others_wait_on(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    token = record(organization, dora, kpis[0], 1.0)
    record(organization, dora, kpis[1], 2.0)
    answer = client_of(bob).post(PAGE, {"act": "verify", "cell": [token, "nonsense"]}, follow=True)
    assert "1 value verified." in answer.content.decode()
    assert statuses(organization) == ["verified", "submitted"]


def test_returning_needs_a_reason_and_keeps_what_was_ticked(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    token = record(organization, dora, kpis[0], 1.0)
    answer = client_of(bob).post(PAGE, {"act": "return", "cell": token, "reason": " "})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Say what is wrong" in page
    assert re.search(rf'value="{token}"[^>]* checked', page)
    answer = client_of(bob).post(
        PAGE, {"act": "return", "cell": token, "reason": "Which meter?"}, follow=True
    )
    assert "1 value returned." in answer.content.decode()
    assert statuses(organization) == ["returned"]


def test_a_press_without_a_selection_says_so(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    record(organization, dora, kpis[0], 1.0)
    answer = client_of(bob).post(PAGE, {"act": "verify"})
    assert answer.status_code == 422
    assert "Tick the values first" in answer.content.decode()


def test_ones_own_value_is_shown_but_cannot_be_ticked(
    kpis: list[Kpi], organization: Organization, bob: User, alice: User, client_of: Browser
) -> None:
    token = record(organization, bob, kpis[0], 1.0)
    box = rf'value="{token}"[^>]* disabled'
    page = client_of(bob).get(PAGE).content.decode()
    assert re.search(box, page)
    assert "somebody else has to verify it" in page
    assert not re.search(box, client_of(alice).get(PAGE).content.decode())


def test_a_value_corrected_while_the_page_was_open_stays_and_says_why(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    token = record(organization, dora, kpis[0], 1.0)
    other = record(organization, dora, kpis[1], 1.0)
    record(organization, dora, kpis[0], 2.0)
    answer = client_of(bob).post(PAGE, {"act": "verify", "cell": [token, other]})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "1 value was left as it is" in page
    assert "It was changed after you opened the page" in page
    assert "1 value verified." in page
    assert statuses(organization) == ["submitted", "verified"]


def test_the_whole_list_is_verified_as_it_was_shown(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    for kpi in kpis:
        record(organization, dora, kpi, 1.0)
        record(organization, dora, kpi, 2.0, AUGUST)
    browser, address = client_of(bob), f"{PAGE}?project=ERP"
    page = browser.get(address).content.decode()
    assert "Verify all of this list (4 values)" in page
    record(organization, dora, kpis[0], 3.0)
    record(organization, dora, kpis[1], 4.0, datetime.date(2025, 7, 1))
    form = {"act": "verify_all", "seen_until": hidden(page, "seen_until"), "mark": hidden(page, "mark")}
    answer = browser.post(address, form)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "3 values verified." in text
    assert "1 value was left as it is" in text
    # LEAD of September changed, STOCK of July came later, CALLS was not in the list.
    assert statuses(organization) == [
        *["verified", "submitted"],
        *["submitted", "verified", "verified"],
        *["submitted", "submitted"],
    ]


@pytest.mark.parametrize("form", [{"mark": "5"}, {"seen_until": "x"}, {"mark": "", "seen_until": ""}])
def test_a_list_that_cannot_be_named_again_is_not_verified(
    kpis: list[Kpi],
    organization: Organization,
    dora: User,
    bob: User,
    client_of: Browser,
    form: dict[str, str],
) -> None:
    record(organization, dora, kpis[0], 1.0)
    browser = client_of(bob)
    page = browser.get(PAGE).content.decode()
    known = {"act": "verify_all", "seen_until": hidden(page, "seen_until"), "mark": hidden(page, "mark")}
    answer = browser.post(PAGE, known | form)
    assert answer.status_code == 422
    assert "The list changed while it was being shown" in answer.content.decode()
    assert statuses(organization) == ["submitted"]


def test_a_write_that_was_under_way_while_the_list_was_read_is_noticed(
    kpis: list[Kpi], organization: Organization, dora: User
) -> None:
    record(organization, dora, kpis[0], 1.0)
    with organization_scope(organization):
        seen = waiting_values(organization, Choice())
        assert seen.seen_until is not None
        # A value stamped before the list was read, committed after it.
        Measurement.objects.create(
            organization=organization,
            kpi=kpis[0],
            period=SEPTEMBER,
            version=2,
            value=9.0,
            recorded_at=seen.seen_until,
            recorded_by=dora,
        )
        assert whole_list(organization, Choice(), seen_until=seen.seen_until, mark=seen.mark) is None


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("project=CRM", {"CALLS"}),
        ("tier=operational", {"LEAD", "STOCK"}),
        ("month=2025-08", {"STOCK"}),
        ("kpi=LEAD", {"LEAD"}),
        ("owner=dora", {"LEAD"}),
        ("tier=nonsense&owner=x&month=2025-13&project=", {"LEAD", "STOCK", "CALLS"}),
    ],
)
def test_the_list_is_narrowed_by_project_tier_owner_and_month(
    kpis: list[Kpi],
    organization: Organization,
    dora: User,
    bob: User,
    client_of: Browser,
    query: str,
    shown: set[str],
) -> None:
    for kpi, period in zip(kpis, (SEPTEMBER, AUGUST, SEPTEMBER), strict=True):
        record(organization, dora, kpi, 1.0, period)
    page = client_of(bob).get(f"{PAGE}?{query.replace('dora', str(dora.pk))}").content.decode()
    assert set(re.findall(r"/o/acme/kpis/(\w+)/", page)) == shown


def test_drafts_returned_and_verified_values_do_not_wait(
    kpis: list[Kpi], organization: Organization, dora: User
) -> None:
    for kpi, status in zip(kpis, ("draft", "returned", "verified"), strict=True):
        record(organization, dora, kpi, 1.0, status=status, note="x")
    with organization_scope(organization):
        assert waiting_values(organization, Choice()).total == 0
        assert waiting_count(organization) == 0


def test_what_is_locked_waits_for_nobody(kpis: list[Kpi], organization: Organization, dora: User) -> None:
    record(organization, dora, kpis[0], 1.0)
    record(organization, dora, kpis[0], 1.0, AUGUST)
    with organization_scope(organization):
        lock_month(actor=dora, organization=organization, projects=[kpis[0].project], month=AUGUST)
        assert [cell.period for cell in waiting_values(organization, Choice()).cells] == [SEPTEMBER]
        assert waiting_count(organization) == 1


def test_the_navigation_counts_what_waits_up_to_a_hundred(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, fiona: User, client_of: Browser
) -> None:
    months = [datetime.date(2000 + place // 12, place % 12 + 1, 1) for place in range(MOST_COUNTED + 5)]
    with organization_scope(organization):
        record_measurements(
            dora, organization, [MeasurementInput(kpis[0].pk, month, 1.0) for month in months]
        )
        assert waiting_count(organization) == MOST_COUNTED
    assert "99+" in client_of(fiona).get("/o/acme/kpis/").content.decode()
    assert "99+" not in client_of(dora).get("/o/acme/kpis/").content.decode()


def test_a_long_queue_comes_in_pages_with_few_statements(
    kpis: list[Kpi], organization: Organization, dora: User, bob: User, client_of: Browser
) -> None:
    months = [datetime.date(2010 + place // 12, place % 12 + 1, 1) for place in range(150)]
    with organization_scope(organization):
        record_measurements(
            dora, organization, [MeasurementInput(kpis[0].pk, month, 1.0) for month in months]
        )
    recompute_organization(organization, trigger="change")
    browser = client_of(bob)
    browser.get(PAGE)
    with at_most(12):
        page = browser.get(PAGE).content.decode()
    assert page.count('name="cell"') == 100
    assert "150 values wait for verification" in page
    assert browser.get(f"{PAGE}?page=2").content.decode().count('name="cell"') == 50
    assert browser.get(f"{PAGE}?page=9").content.decode().count('name="cell"') == 100
