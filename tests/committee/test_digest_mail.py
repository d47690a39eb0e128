"""What a digest says, to whom it says it how, and what every mail program needs of it."""

import datetime
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from assessments.models import ProjectResult
from committee.models import Delivery, Subscription
from committee.services import send_due_digests
from kpis.models import Kpi
from organizations.models import Organization, User
from organizations.services import update_organization, update_profile
from organizations.services.mail import send_waiting_mail
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.committee.conftest import MONDAY, Mailbox, header, part
from tests.committee.results import AS_OF, result

Subscribe = Callable[..., Subscription]
WEEK = datetime.timedelta(weeks=1)
BUDGET = 90_000

pytestmark = pytest.mark.django_db


@pytest.fixture
def digest(organization: Organization, bob: User, subscribe: Subscribe, mailbox: Mailbox) -> Any:
    """Bob's next digest after the results given, as his mail server got it."""
    subscribe(bob)
    weeks = iter(range(100))

    def send(*results: dict[str, Any]) -> Any:
        with organization_scope(organization):
            for figures in results:
                result(organization, **figures)
        send_due_digests(organization=organization, now=MONDAY + next(weeks) * WEEK)
        send_waiting_mail(organization)
        return mailbox.messages[-1]

    return send


ERP = {"code": "ERP", "benefits_actual": 8_900_000.0, "benefits_plan": 8_000_000.0}
OA = {
    "code": "OA",
    "name": "R&D <office>",
    "status": "off_track",
    "value_index": 52.4,
    "benefits_actual": 2_100_000.0,
    "benefits_plan": 3_300_000.0,
    "payback_plan": 30.0,
    "payback_outlook": 43.6,
    "kpis_due": 5,
    "kpis_in": 3,
    "kpis_late": 2,
}
CRM = {"code": "CRM", "status": "at_risk", "benefits_actual": 1.0, "benefits_plan": 2.0}


def test_the_text_part_says_it_all(digest: Any, organization: Organization) -> None:
    text = part(digest(ERP, OA, CRM), "plain")
    lines = [line.strip() for line in text.splitlines()]
    assert "Acme, week 47, 2026" in lines
    assert f"As of {date_format(AS_OF)}, known at" in text
    assert "(Europe/Berlin)" in text
    assert "3 of 5 KPIs in, 2 late." in lines
    assert "1. R&D <office>: Off track" in lines
    assert "Value index 52." in lines
    assert "Benefits 2.1\xa0m of 3.3\xa0m\xa0EUR planned." in lines
    assert "−1.2\xa0m\xa0EUR against plan." in lines
    assert "Payback at 44 months, planned at 30." in lines
    assert "On track: ERP group." in lines
    assert f"http://127.0.0.1:8000{reverse('assessments:project', args=['acme', 'OA'])}" in lines
    assert not re.search(r"\n{4,}", text)


def test_the_worst_comes_first_and_what_is_fine_is_one_line(digest: Any) -> None:
    worse = {**CRM, "code": "MES", "benefits_actual": 0.0}
    text = part(digest(ERP, {**ERP, "code": "BI", "status": "too_early"}, CRM, worse, OA), "plain")
    assert re.findall(r"^\d\. (.+?):", text, re.MULTILINE) == ["R&D <office>", "MES group", "CRM group"]
    assert "On track: ERP group.\n" in text
    assert "Too early to say: BI group.\n" in text


def test_changes_are_told_against_the_readers_last_digest(digest: Any, organization: Organization) -> None:
    digest(ERP, OA, CRM)
    with organization_scope(organization):
        Project.objects.filter(code="CRM").update(archived_at=MONDAY)
    moved = {"status": "at_risk", "value_index": 61.0, "payback_outlook": 40.0}
    text = part(digest({**OA, **moved}, {**ERP, "code": "WMS"}), "plain")
    assert "R&D <office>: At risk (was: Off track)" in text
    assert "Value index 61 (+9)." in text
    assert "Payback at 40 months, planned at 30; 44 in your last digest." in text
    assert "WMS group: On track, new here" in text
    assert "No longer reported: CRM group." in text
    assert f"Compared with your digest of {date_format(MONDAY)}." in text


def test_a_silent_week_does_not_move_what_the_next_digest_compares_with(digest: Any) -> None:
    digest(OA)
    digest(OA)
    text = part(digest({**OA, "value_index": 50.0}), "plain")
    assert f"Compared with your digest of {date_format(MONDAY)}." in text


def test_html_shows_the_same_names_and_escapes_them(digest: Any) -> None:
    message = digest(OA, ERP)
    html = part(message, "html")
    assert "R&amp;D &lt;office&gt;" in html
    assert "<office>" not in html
    assert "Payback at 44 months, planned at 30." in html
    assert 'lang="en"' in html
    assert '<meta name="color-scheme" content="light dark">' in html
    assert "<script" not in html
    assert "<img" not in html


def test_the_preheader_is_the_message(digest: Any) -> None:
    message = digest(OA)
    html = part(message, "html")
    preheader = re.search(r'<div style="display:none[^>]*>(.*?)</div>', html)
    heading = re.search(r"<h1[^>]*>(.*?)</h1>", html)
    assert preheader is not None
    assert heading is not None
    assert preheader[1] == heading[1]
    assert header(message, "Subject").startswith("Acme, week 47, 2026: Benefits to date are")


def test_bars_are_as_long_as_the_variance_and_fill_the_row(digest: Any) -> None:
    html = part(digest(OA, {**CRM, "benefits_actual": 2_400_000.0, "benefits_plan": 1_800_000.0}), "html")
    assert 'class="bar-bad" width="50%"' in html
    assert 'class="bar-good axis" width="25%"' in html


def test_a_reader_is_spoken_to_in_their_language_zone_and_colours(
    digest: Any, bob: User, organization: Organization
) -> None:
    update_profile(user=bob, values={"language": "zh-hans", "zone": "Asia/Shanghai", "palette": "green-red"})
    message = digest(OA, ERP)
    html, text = part(message, "html"), part(message, "plain")
    assert message["Content-Language"] == "zh-hans"
    assert 'lang="zh-hans"' in html
    assert "210万" in text
    assert "Asia/Shanghai" in text
    assert "2026年11月22日" in text
    assert "#b3261e" in html
    assert "#b84a00" not in html


def test_headers_let_any_mail_program_unsubscribe_with_one_click(digest: Any) -> None:
    message = digest(OA)
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert re.fullmatch(
        r"<http://127\.0\.0\.1:8000/unsubscribe/[^>\s]+/>", header(message, "List-Unsubscribe")
    )
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["To"] == "bob@acme.example"
    # The one in the body is the same.
    assert header(message, "List-Unsubscribe").strip("<>") in part(message, "plain")


def test_links_begin_with_the_public_address(digest: Any, settings: Any) -> None:
    settings.PUBLIC_URL = "https://value.acme.example"
    message = digest(OA)
    links = re.findall(r'href="([^"]+)"', part(message, "html"))
    assert links
    assert all(link.startswith("https://value.acme.example/") for link in links)


def test_three_hundred_projects_with_long_names_stay_within_the_budget(digest: Any) -> None:
    names = [f"{'Very long name of a roll-out 销售与运营计划' * 5}"[:190] for _ in range(300)]
    many = [{**OA, "code": f"P{place}", "name": f"{name} {place}"} for place, name in enumerate(names)]
    message = digest(*many)
    assert len(message.as_bytes()) < BUDGET
    assert "285 more projects have news" in part(message, "plain")
    assert len(header(message, "Subject")) <= 150


def test_contributors_are_told_what_they_owe(
    organization: Organization, dora: User, subscribe: Subscribe, mailbox: Mailbox
) -> None:
    subscribe(dora)
    with organization_scope(organization):
        project = Project.objects.create(organization=organization, code="ERP", name="ERP group")
        Kpi.objects.create(
            organization=organization,
            project=project,
            code="ERP-01",
            name="Lead time",
            tier="operational",
            direction="lower",
            unit="h",
            data_owner=dora,
            expected_start=datetime.date(2026, 1, 1),
        )
    send_due_digests(organization=organization, now=MONDAY)
    send_waiting_mail(organization)
    text = part(mailbox.only(), "plain")
    assert "1 value is due from you.\nhttp://127.0.0.1:8000/o/acme/entries/" in text


def test_results_that_say_nothing_in_numbers_are_still_a_mail(digest: Any) -> None:
    bare = {
        "code": "BI",
        "status": "no_data",
        "value_index": None,
        "benefits_actual": 0.0,
        "benefits_plan": 0.0,
    }
    text = part(digest(bare), "plain")
    assert "1. BI group: No data" in text
    assert "None" not in text
    assert "Value index" not in text


def test_what_an_older_version_has_stored_can_be_compared_with(
    digest: Any, organization: Organization
) -> None:
    digest(OA)
    with organization_scope(organization):
        stored = Delivery.objects.get()
        project = ProjectResult.objects.get().project_id
        stored.content = {"projects": [{"pk": project, "status": "at_risk", "forgotten": 1}]}
        stored.save()
    assert "Off track (was: At risk)" in part(digest(OA), "plain")


def test_a_new_currency_is_news_only_where_there_is_money(
    digest: Any, organization: Organization, alice: User, mailbox: Mailbox
) -> None:
    digest(OA)
    with organization_scope(organization):
        update_organization(actor=alice, organization=organization, values={"currency": "CNY"})
    digest(OA)
    assert len(mailbox.messages) == 2
