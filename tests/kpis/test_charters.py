"""Charters: handed out, signed by both sides, sent back, outdated by a change."""

import datetime
import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from kpis.charters.content import draft_content, hash_of
from kpis.charters.differences import differences
from kpis.charters.states import Word, charter_state_of
from kpis.models import Charter, CharterSignature, Kpi
from kpis.services import (
    NewBaseline,
    archive_kpi,
    create_kpi,
    set_baseline,
    set_formula,
    set_targets,
    update_kpi,
)
from kpis.services.attributions import Share, share_kpi
from kpis.services.charters import hand_out_charter, note_definition_change, return_charter, sign_charter
from organizations.errors import ConflictError, ForbiddenError, InvalidInputError
from organizations.models import AuditEvent, Organization, OutboundMail, User
from organizations.services import update_organization, update_profile
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.services import archive_project, create_line, create_project, set_cash_flows, update_project
from tests.queries import at_most

pytestmark = pytest.mark.django_db
BUSINESS, IT = "business", "it"


@pytest.fixture
def owned(project: Project, bob: User, dora: User, erik: User) -> Project:
    """Dora signs for the business, Erik for IT."""
    return update_project(actor=bob, project=project, values={"business_owner": dora, "it_owner": erik})


@pytest.fixture
def defined(owned: Project, kpi: Kpi, bob: User, dora: User) -> Project:
    """Everything a charter needs."""
    update_kpi(
        actor=bob,
        kpi=kpi,
        values={
            "business_owner": dora,
            "definition": "Hours from order to delivery, from the ERP, monthly mean.",
        },
    )
    return owned


@pytest.fixture
def charter(defined: Project, bob: User) -> Charter:
    return hand_out_charter(actor=bob, project=defined)


def sign(charter: Charter, actor: User, side: str, content_hash: str = "") -> CharterSignature:
    return sign_charter(
        actor=actor, charter=charter, side=side, content_hash=content_hash or charter.content_hash
    )


@pytest.fixture
def signed(charter: Charter, dora: User, erik: User) -> Charter:
    sign(charter, dora, BUSINESS)
    sign(charter, erik, IT)
    charter.refresh_from_db()
    return charter


def word(charter: Charter) -> str:
    return charter_state_of(charter.project_id).word


def readers(event: str) -> set[str]:
    return set(OutboundMail.objects.filter(key__contains=f":{event}:").values_list("address", flat=True))


def test_the_content_is_the_definition_and_its_hash_is_checked_after_storing(charter: Charter) -> None:
    charter.refresh_from_db()
    assert hash_of(charter.content) == charter.content_hash
    (row,) = charter.content["kpis"]
    assert (row["name"], row["unit"], row["weight"]) == ("Order lead time", "hours", 1)
    assert row["baseline"]["value"] == 48
    assert row["targets"] == [["2025-09-01", 30.0]]
    assert charter.content["project"]["business_owner"]["name"] == "Dora"
    assert charter.content["terms"]["weights"] == {"functional": 30, "operational": 30, "strategic": 40}


def test_the_hash_survives_numbers_that_json_writes_in_another_way(
    defined: Project, kpi: Kpi, bob: User
) -> None:
    set_targets(actor=bob, kpi=kpi, points={datetime.date(2026, 1, 1): 1e17, datetime.date(2026, 2, 1): 1e-9})
    charter = hand_out_charter(actor=bob, project=defined)
    charter.refresh_from_db()
    assert hash_of(charter.content) == charter.content_hash
    assert note_definition_change() == 0


def test_both_sides_make_it_signed(charter: Charter, dora: User, erik: User) -> None:
    sign(charter, dora, BUSINESS)
    state = charter_state_of(charter.project_id)
    assert (state.word, state.label) == (Word.OPEN, "charter unsigned by IT")
    sign(charter, erik, IT)
    charter.refresh_from_db()
    assert (charter.status, charter.signed_at is not None) == ("signed", True)
    assert charter_state_of(charter.project_id).label == "charter signed v1"


def test_a_person_who_owns_both_sides_signs_each(defined: Project, bob: User, dora: User) -> None:
    update_project(actor=bob, project=defined, values={"it_owner": dora})
    charter = hand_out_charter(actor=bob, project=defined)
    sign(charter, dora, BUSINESS)
    assert word(charter) == Word.OPEN
    sign(charter, dora, IT)
    assert word(charter) == Word.SIGNED


def test_signing_twice_is_signing_once(charter: Charter, dora: User) -> None:
    assert sign(charter, dora, BUSINESS) == sign(charter, dora, BUSINESS)
    assert CharterSignature.objects.count() == 1
    assert AuditEvent.objects.filter(action="charter.signed").count() == 1


@pytest.mark.parametrize("side", [BUSINESS, IT])
def test_only_the_owner_of_a_side_signs_or_returns_it(
    charter: Charter, bob: User, dora: User, erik: User, side: str
) -> None:
    for stranger in (bob, erik if side == BUSINESS else dora):
        with pytest.raises(ForbiddenError, match="owner of the project signs"):
            sign(charter, stranger, side)
        with pytest.raises(ForbiddenError):
            return_charter(actor=stranger, charter=charter, side=side, reason="No")
    assert not CharterSignature.objects.exists()


def test_there_are_two_sides(charter: Charter, dora: User) -> None:
    with pytest.raises(InvalidInputError):
        sign(charter, dora, "finance")


def test_a_stale_page_is_refused_with_why(charter: Charter, dora: User) -> None:
    with pytest.raises(ConflictError, match="another version than version 1"):
        sign(charter, dora, BUSINESS, "0" * 64)
    assert not CharterSignature.objects.exists()


def test_a_definition_that_changed_meanwhile_is_not_signed(
    charter: Charter, kpi: Kpi, bob: User, dora: User
) -> None:
    update_kpi(actor=bob, kpi=kpi, values={"weight": 3.0})
    assert word(charter) == Word.OUTDATED
    with pytest.raises(ConflictError, match="has changed since version 1"):
        sign(charter, dora, BUSINESS)


def test_a_change_behind_the_mark_is_found_at_signing(charter: Charter, dora: User) -> None:
    """A service that forgets to say what it changed gets nothing signed."""
    Kpi.objects.update(weight=3.0)
    assert word(charter) == Word.OPEN
    with pytest.raises(ConflictError, match="has changed since"):
        sign(charter, dora, BUSINESS)


def test_sent_back_needs_a_reason_closes_the_version_and_tells_who_handed_it_out(
    charter: Charter, dora: User, erik: User, bob: User
) -> None:
    with pytest.raises(InvalidInputError, match="Say what should be different"):
        return_charter(actor=erik, charter=charter, side=IT, reason="  ")
    return_charter(actor=erik, charter=charter, side=IT, reason="Availability is missing")
    assert word(charter) == Word.RETURNED
    assert readers("returned") == {bob.email}
    assert "Availability is missing" in OutboundMail.objects.get(key__contains=":returned:").text
    with pytest.raises(ConflictError, match="was sent back"):
        sign(charter, dora, BUSINESS)


def test_who_has_signed_cannot_send_back(charter: Charter, dora: User) -> None:
    sign(charter, dora, BUSINESS)
    with pytest.raises(ConflictError, match="answered already"):
        return_charter(actor=dora, charter=charter, side=BUSINESS, reason="Second thoughts")


def test_a_new_owner_does_not_sign_over_the_former_ones_answer(
    charter: Charter, bob: User, dora: User, erik: User
) -> None:
    sign(charter, dora, BUSINESS)
    update_project(actor=bob, project=charter.project, values={"business_owner": erik})
    with pytest.raises(ConflictError, match="answered already"):
        sign(charter, erik, BUSINESS)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"unit": ""}, "has no unit"),
        ({"baseline_value": None}, "has no baseline"),
        ({"business_owner": None}, "Nobody answers"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_handed_out(
    defined: Project, kpi: Kpi, bob: User, values: dict[str, Any], words: str
) -> None:
    update_kpi(actor=bob, kpi=kpi, values=values, reason="As it is")
    with pytest.raises(InvalidInputError, match="something is missing") as refused:
        hand_out_charter(actor=bob, project=defined)
    assert words in " ".join(refused.value.details["missing"])
    assert "Order lead time" in " ".join(refused.value.details["missing"])
    assert not Charter.objects.exists()


def test_a_target_and_a_date_are_needed(defined: Project, kpi: Kpi, bob: User) -> None:
    set_targets(actor=bob, kpi=kpi, points={datetime.date(2025, 9, 1): None})
    with pytest.raises(InvalidInputError) as refused:
        hand_out_charter(actor=bob, project=defined)
    assert "no target" in " ".join(refused.value.details["missing"])


def test_without_owners_and_kpis_nothing_is_handed_out(project: Project, bob: User) -> None:
    with pytest.raises(InvalidInputError) as refused:
        hand_out_charter(actor=bob, project=project)
    missing = refused.value.details["missing"]
    assert [any(part in one for one in missing) for part in ("business owner", "IT owner", "no KPI")] == [
        True
    ] * 3


def test_an_owner_who_may_not_see_cannot_sign_so_nothing_is_handed_out(
    defined: Project, bob: User, axel: User
) -> None:
    update_project(actor=bob, project=defined, values={"it_owner": axel})
    with pytest.raises(InvalidInputError) as refused:
        hand_out_charter(actor=bob, project=defined)
    assert "The IT owner Axel cannot sign" in " ".join(refused.value.details["missing"])


def test_an_archived_project_has_nothing_to_sign(charter: Charter, bob: User, dora: User) -> None:
    archive_project(actor=bob, project=charter.project)
    with pytest.raises(ConflictError, match="archived"):
        sign(charter, dora, BUSINESS)
    with pytest.raises(ConflictError, match="archived"):
        hand_out_charter(actor=bob, project=charter.project, reason="Again")


def test_handing_out_twice_is_once_and_the_same_again_is_refused(
    charter: Charter, bob: User, alice: User
) -> None:
    assert hand_out_charter(actor=bob, project=charter.project) == charter
    with pytest.raises(ConflictError, match="waits for its signatures"):
        hand_out_charter(actor=alice, project=charter.project)
    assert Charter.objects.count() == 1


def test_what_is_signed_is_not_handed_out_again(signed: Charter, bob: User) -> None:
    with pytest.raises(ConflictError, match="nothing has changed since"):
        hand_out_charter(actor=bob, project=signed.project, reason="Once more")


def test_a_new_version_needs_a_reason_and_both_signatures_again(
    signed: Charter, kpi: Kpi, bob: User, dora: User, erik: User
) -> None:
    set_targets(actor=bob, kpi=kpi, points={datetime.date(2025, 9, 1): 28.0}, reason="More")
    assert word(signed) == Word.OUTDATED
    with pytest.raises(InvalidInputError, match="why there is a new version"):
        hand_out_charter(actor=bob, project=signed.project)
    second = hand_out_charter(actor=bob, project=signed.project, reason="More is possible")
    assert second.version == 2
    assert word(signed) == Word.OPEN
    signed.refresh_from_db()
    assert signed.status == "signed"
    with pytest.raises(ConflictError, match="another version than version 2"):
        sign(second, dora, BUSINESS, signed.content_hash)
    sign(second, dora, BUSINESS)
    assert word(second) == Word.OPEN
    sign(second, erik, IT)
    signed.refresh_from_db()
    assert (signed.status, charter_state_of(signed.project_id).version) == ("replaced", 2)


def test_a_replaced_version_is_not_signed(charter: Charter, kpi: Kpi, bob: User, dora: User) -> None:
    update_kpi(actor=bob, kpi=kpi, values={"weight": 2.0})
    hand_out_charter(actor=bob, project=charter.project, reason="Weight")
    with pytest.raises(ConflictError, match="newer version has replaced"):
        sign(charter, dora, BUSINESS)


def test_the_difference_names_fields_targets_and_what_came_and_went(
    signed: Charter, kpi: Kpi, bob: User, dora: User, lead_time: dict[str, Any]
) -> None:
    update_kpi(
        actor=bob,
        kpi=kpi,
        values={"name": "Lead time", "weight": 2.0, "baseline_value": 48.04},
        reason="Recount",
    )
    set_targets(actor=bob, kpi=kpi, points={datetime.date(2025, 9, 1): 28.0}, reason="More")
    create_kpi(
        actor=bob, project=signed.project, values={**lead_time, "name": "Rework", "business_owner": dora}
    )
    found = differences(signed.content, draft_content(signed.project))
    assert [(one.title, one.kind) for one in found] == [
        ("ERP-01 Lead time", "changed"),
        ("ERP-02 Rework", "added"),
    ]
    changes = {change.field: (change.old, change.new) for change in found[0].changes}
    assert changes["name"] == ("Order lead time", "Lead time")
    assert changes["weight in its tier"] == ("1", "2")
    assert changes["target Sep 2025"] == ("30.0", "28.0")
    assert "48.04" in changes["baseline"][1]
    archive_kpi(actor=bob, kpi=kpi)
    found = differences(signed.content, draft_content(signed.project))
    assert ("ERP-01 Order lead time", "removed") in [(one.title, one.kind) for one in found]


def change_owner(project: Project, _kpi: Kpi, actor: User, other: User) -> None:
    update_project(actor=actor, project=project, values={"sponsor": other})


def change_start(project: Project, _kpi: Kpi, actor: User, _other: User) -> None:
    update_project(actor=actor, project=project, values={"go_live_planned": datetime.date(2025, 5, 1)})


def add_kpi(project: Project, _kpi: Kpi, actor: User, _other: User) -> None:
    create_kpi(actor=actor, project=project, values={"name": "More", "tier": "strategic", "unit": "%"})


def drop_kpi(_project: Project, kpi: Kpi, actor: User, _other: User) -> None:
    archive_kpi(actor=actor, kpi=kpi)


def change_target(_project: Project, kpi: Kpi, actor: User, _other: User) -> None:
    set_targets(actor=actor, kpi=kpi, points={datetime.date(2025, 9, 1): 29.0}, reason="Market")


def plan_benefit(project: Project, _kpi: Kpi, actor: User, _other: User) -> None:
    line = create_line(actor=actor, project=project, values={"kind": "benefit", "name": "Less stock"})
    set_cash_flows(actor=actor, line=line, series="plan", amounts={datetime.date(2025, 1, 1): Decimal(100)})


def rebase(project: Project, kpi: Kpi, actor: User, _other: User) -> None:
    set_baseline(actor=actor, kpi=kpi, new=NewBaseline(value=50.0, method="computed"), reason="Recount")


def share(project: Project, kpi: Kpi, actor: User, _other: User) -> None:
    other = create_project(
        actor=actor, organization=project.organization, values={"code": "MES", "name": "MES"}
    )
    share_kpi(actor=actor, kpi=kpi, shares=[Share(other, 0.4)], reason="Two roll-outs")


def change_terms(project: Project, _kpi: Kpi, actor: User, _other: User) -> None:
    update_organization(actor=actor, organization=project.organization, values={"weight_strategic": 50.0})


CHANGES = [
    change_owner,
    change_start,
    add_kpi,
    drop_kpi,
    change_target,
    plan_benefit,
    rebase,
    share,
    change_terms,
]


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_every_change_of_the_definition_outdates_what_was_signed(
    signed: Charter, kpi: Kpi, bob: User, victor: User, change: Callable[..., None]
) -> None:
    change(signed.project, kpi, bob, victor)
    assert word(signed) == Word.OUTDATED
    signed.refresh_from_db()
    assert signed.outdated_at is not None


def test_a_change_taken_back_takes_the_mark_back(signed: Charter, kpi: Kpi, bob: User) -> None:
    update_kpi(actor=bob, kpi=kpi, values={"weight": 3.0}, reason="Try")
    update_kpi(actor=bob, kpi=kpi, values={"weight": 1.0}, reason="Undo")
    assert word(signed) == Word.SIGNED
    actions = set(AuditEvent.objects.filter(target_type="charter").values_list("action", flat=True))
    assert {"charter.outdated", "charter.fits_again"} <= actions


def test_what_only_describes_or_happened_outdates_nothing(signed: Charter, bob: User, dora: User) -> None:
    """The day it went live, the delivery status, who enters values, a person's new name."""
    values = {"go_live_actual": datetime.date(2025, 3, 1), "delivery_status": "live", "description": "More"}
    update_project(actor=bob, project=signed.project, values=values)
    update_profile(user=dora, values={"name": "Dora Maar"})
    note_definition_change()
    assert word(signed) == Word.SIGNED


def test_a_project_that_shares_a_kpi_may_get_another_name(
    defined: Project, kpi: Kpi, organization: Organization, bob: User, dora: User, erik: User
) -> None:
    other = create_project(actor=bob, organization=organization, values={"code": "CRM", "name": "CRM"})
    share_kpi(actor=bob, kpi=kpi, shares=[Share(other, 0.3)])
    charter = hand_out_charter(actor=bob, project=defined)
    update_project(actor=bob, project=other, values={"name": "CRM in Asia"})
    sign(charter, dora, BUSINESS)
    sign(charter, erik, IT)
    note_definition_change()
    assert charter_state_of(defined.pk).is_signed


def test_a_code_renamed_in_a_formula_outdates_the_charter_that_says_the_formula(
    signed: Charter, kpi: Kpi, organization: Organization, bob: User, dora: User, erik: User
) -> None:
    other = create_project(actor=bob, organization=organization, values={"code": "CRM", "name": "CRM"})
    read = create_kpi(
        actor=bob, project=other, values={"name": "Orders", "tier": "operational", "unit": "hours"}
    )
    set_formula(actor=bob, kpi=kpi, text=f"[{read.code}]", reason="Read from the CRM")
    charter = hand_out_charter(actor=bob, project=signed.project, reason="Computed now")
    sign(charter, dora, BUSINESS)
    sign(charter, erik, IT)
    update_kpi(actor=bob, kpi=read, values={"code": "ORDERS"})
    assert charter_state_of(signed.project_id).word == Word.OUTDATED


def test_what_pages_mark_moves_the_generation_and_nothing_else_does(
    charter: Charter, kpi: Kpi, organization: Organization, bob: User, dora: User
) -> None:
    def generation() -> int:
        organization.refresh_from_db()
        return organization.generation

    before = generation()
    sign(charter, dora, BUSINESS)
    after_signing = generation()
    update_kpi(actor=bob, kpi=kpi, values={"weight": 3.0})
    after_change = generation()
    update_kpi(actor=bob, kpi=kpi, values={"weight": 4.0})
    assert before < after_signing < after_change == generation()


def test_the_mails_go_to_whom_they_concern_once_and_in_their_language(
    defined: Project, bob: User, dora: User, erik: User, victor: User
) -> None:
    update_profile(user=erik, values={"language": "zh-hans"})
    update_project(actor=bob, project=defined, values={"sponsor": victor})
    charter = hand_out_charter(actor=bob, project=defined)
    hand_out_charter(actor=bob, project=defined)
    assert readers("handed_out") == {dora.email, erik.email}
    assert OutboundMail.objects.filter(kind="charter").count() == 2
    mail = OutboundMail.objects.get(reader=dora)
    assert "/o/acme/projects/ERP/charter/" in mail.text
    assert "business owner" in mail.text
    sign(charter, dora, BUSINESS)
    sign(charter, erik, IT)
    assert readers("signed") == {bob.email, dora.email, erik.email, victor.email}


def test_a_change_without_charters_costs_one_query_and_with_them_a_fixed_number(
    signed: Charter, project: Project, organization: Organization
) -> None:
    with at_most(5):
        note_definition_change()
    Charter.objects.filter(pk=signed.pk).delete()
    with at_most(1):
        note_definition_change([project.pk])


def test_states_come_in_one_query(signed: Charter) -> None:
    with at_most(1):
        assert charter_state_of(signed.project_id).is_signed


@pytest.mark.django_db(transaction=True)
class TestRaces:
    """Two people, two connections, one moment."""

    @staticmethod
    def together(organization: Organization, *works: Callable[[], Any]) -> list[str]:
        barrier = threading.Barrier(len(works))
        refused: list[str] = []

        def run(work: Callable[[], Any]) -> None:
            try:
                barrier.wait(10)
                with organization_scope(organization):
                    work()
            except ConflictError as error:
                refused.append(str(error))
            finally:
                connection.close()

        threads = [threading.Thread(target=run, args=[work]) for work in works]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        return refused

    @pytest.fixture
    def waiting(self, organization: Organization, bob: User, dora: User, erik: User) -> Charter:
        with organization_scope(organization):
            owners = {"business_owner": dora, "it_owner": erik}
            project = create_project(
                actor=bob, organization=organization, values={"code": "ERP", "name": "ERP group", **owners}
            )
            create_kpi(
                actor=bob,
                project=project,
                values={
                    "name": "Order lead time",
                    "definition": "Hours from order to delivery, from the ERP, monthly mean.",
                    "tier": "operational",
                    "direction": "lower",
                    "unit": "hours",
                    "baseline_value": 48.0,
                    "business_owner": dora,
                    "targets": {datetime.date(2025, 9, 1): 30.0},
                },
            )
            return hand_out_charter(actor=bob, project=project)

    def test_both_sides_in_the_same_moment_sign_it_once(
        self, organization: Organization, waiting: Charter, dora: User, erik: User
    ) -> None:
        refused = self.together(
            organization,
            lambda: sign(waiting, dora, BUSINESS),
            lambda: sign(waiting, erik, IT),
            lambda: sign(waiting, dora, BUSINESS),
        )
        with organization_scope(organization):
            waiting.refresh_from_db()
            assert (refused, waiting.status) == ([], "signed")
            assert CharterSignature.objects.count() == 2
            assert AuditEvent.objects.filter(action="charter.in_force").count() == 1

    def test_signing_and_sending_back_in_the_same_moment_leave_one_outcome(
        self, organization: Organization, waiting: Charter, dora: User, erik: User
    ) -> None:
        with organization_scope(organization):
            sign(waiting, dora, BUSINESS)
        refused = self.together(
            organization,
            lambda: sign(waiting, erik, IT),
            lambda: return_charter(actor=erik, charter=waiting, side=IT, reason="No"),
        )
        with organization_scope(organization):
            waiting.refresh_from_db()
            assert len(refused) == 1
            assert waiting.status in {"signed", "returned"}
            assert CharterSignature.objects.filter(side=IT).count() == 1

    def test_a_change_and_a_signature_in_the_same_moment_never_leave_an_unmarked_difference(
        self, organization: Organization, waiting: Charter, bob: User, dora: User
    ) -> None:
        with organization_scope(organization):
            kpi = Kpi.objects.get()
        self.together(
            organization,
            lambda: sign(waiting, dora, BUSINESS),
            lambda: update_kpi(actor=bob, kpi=kpi, values={"weight": 5.0}),
        )
        with organization_scope(organization):
            assert charter_state_of(waiting.project_id).word == Word.OUTDATED
            assert note_definition_change() == 0


def test_the_history_of_the_project_tells_of_its_charters(signed: Charter) -> None:
    from projects.history import events_of, project_history_entries

    told = [entry["what"] for entry in project_history_entries(events_of(signed.project))]
    assert {"handed out the charter ERP v1 for signature", "signed the charter ERP v1"} <= set(told)
    assert all(
        entry["when"] <= timezone.now() for entry in project_history_entries(events_of(signed.project))
    )
