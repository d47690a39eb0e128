"""The frozen plan: fingerprint, version, and the signatures of business and finance."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from organizations.errors import ConflictError, ForbiddenError
from organizations.models import AuditEvent, LedgerEntry, OutboundMail, User
from projects.frozen_plan import fingerprint, hash_of_plan, plan_content, plan_in_force, plan_state_of
from projects.models import CashFlow, MoneyLine, PlanBaseline, PlanSignature, Project
from projects.services import freeze_plan, update_project
from projects.services.signing import sign_plan

Browser = Callable[[User], Client]


@pytest.fixture
def frozen(planned: MoneyLine, project: Project, bob: User, dora: User, fiona: User) -> PlanBaseline:
    update_project(actor=bob, project=project, values={"business_owner": dora})
    return freeze_plan(actor=bob, project=project, reason="Board of March")


def sign(baseline: PlanBaseline, actor: User, side: str, content_hash: str = "") -> PlanSignature:
    found = content_hash or fingerprint(baseline)
    return sign_plan(actor=actor, baseline=baseline, side=side, content_hash=found)


def test_a_frozen_plan_is_version_one_with_a_fingerprint_that_its_content_gives(frozen: PlanBaseline) -> None:
    frozen.refresh_from_db()
    assert (frozen.version, frozen.content_hash) == (1, hash_of_plan(frozen.content))
    assert hash_of_plan(plan_content(frozen.project)) == frozen.content_hash


def test_the_fingerprint_changes_with_one_cent(frozen: PlanBaseline, planned: MoneyLine) -> None:
    CashFlow.objects.filter(line=planned, month="2025-01-01").update(amount=Decimal("1000.01"))
    assert hash_of_plan(plan_content(frozen.project)) != frozen.content_hash


def test_the_business_owner_and_finance_are_asked_by_mail(
    frozen: PlanBaseline, dora: User, fiona: User
) -> None:
    asked = OutboundMail.objects.filter(kind="plan").values_list("address", flat=True)
    assert sorted(asked) == sorted([dora.email, fiona.email])


def test_two_people_sign_and_each_signature_is_on_record(
    frozen: PlanBaseline, project: Project, dora: User, fiona: User
) -> None:
    assert plan_state_of(project).waiting == {"business", "finance"}
    sign(frozen, dora, "business")
    assert sign(frozen, dora, "business") == PlanSignature.objects.get()
    assert plan_state_of(project).label == "plan not signed by finance"
    sign(frozen, fiona, "finance")
    assert plan_state_of(project).is_signed
    assert AuditEvent.objects.filter(action="plan.signed").count() == 2
    assert LedgerEntry.objects.filter(kind="plan", summary="Plan signed").count() == 2


def test_only_the_owner_signs_for_the_business_and_only_finance_for_finance(
    frozen: PlanBaseline, bob: User, dora: User
) -> None:
    with pytest.raises(ForbiddenError, match="business owner"):
        sign(frozen, bob, "business")
    with pytest.raises(ForbiddenError, match="confirms money"):
        sign(frozen, dora, "finance")


def test_one_person_does_not_sign_for_both_sides(
    frozen: PlanBaseline, project: Project, bob: User, fiona: User
) -> None:
    update_project(actor=bob, project=project, values={"business_owner": fiona})
    sign(frozen, fiona, "business")
    with pytest.raises(ConflictError, match="Two people"):
        sign(frozen, fiona, "finance")


def test_what_was_not_on_the_screen_is_not_signed(frozen: PlanBaseline, dora: User) -> None:
    with pytest.raises(ConflictError, match="another plan"):
        sign(frozen, dora, "business", "0" * 64)
    assert not PlanSignature.objects.exists()


def test_the_page_shows_lines_months_figures_and_who_is_asked(
    frozen: PlanBaseline, client_of: Browser, dora: User, django_assert_max_num_queries: Any
) -> None:
    browser = client_of(dora)
    with django_assert_max_num_queries(14):
        page = browser.get("/o/acme/projects/ERP/plan/").content.decode()
    for text in ("Licences", "1,000", "2,000", "plan not signed", "Sign for the business", "Jan 2025"):
        assert text in page
    assert "Sign for finance" not in page


def test_without_a_frozen_plan_the_page_says_what_will_be_here(
    project: Project, client_of: Browser, bob: User
) -> None:
    browser = client_of(bob)
    page = browser.get("/o/acme/projects/ERP/plan/").content.decode()
    assert "The agreed plan will be here" in page
    assert plan_in_force(project) is None
    assert browser.get("/o/acme/projects/ERP/plan/?version=3").status_code == 404


def test_signing_asks_to_confirm_the_log_in(frozen: PlanBaseline, client_of: Browser, dora: User) -> None:
    browser = client_of(dora)
    answer = browser.get("/o/acme/projects/ERP/plan/sign/business/")
    assert answer.status_code == 302
    assert "password" in answer["Location"] or "reauthenticate" in answer["Location"]
    assert browser.get("/o/acme/projects/ERP/plan/sign/finance/").status_code == 403
