"""A project's KPIs from the library on one page."""

import datetime
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from kpis.models import Baseline, Kpi, Target
from kpis.services.setup import set_up_kpis
from kpis.vagueness import severe
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import User
from projects.models import Project
from projects.services import archive_project, update_project
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
ClientOf = Callable[[User], Client]
LEAD, PAYABLE = "order-cycle-time", "days-payable-outstanding"
GO_LIVE = datetime.date(2026, 3, 1)


@pytest.fixture
def rolled_out(project: Project, bob: User, dora: User) -> Project:
    values = {
        "system_kind": "ERP",
        "industry": "离散制造",
        "business_owner": bob,
        "it_owner": dora,
        "go_live_planned": GO_LIVE,
    }
    return update_project(actor=bob, project=project, values=values)


@pytest.fixture
def pmo(client_of: ClientOf, bob: User) -> Client:
    return client_of(bob)


@pytest.fixture
def address(rolled_out: Project) -> str:
    return reverse("kpis:setup", args=["acme", rolled_out.code])


def sent_as_shown(pmo: Client, address: str, *codes: str) -> dict[str, Any]:
    """What a browser sends of the page as it stands, with these templates picked."""
    forms = pmo.get(address, {"pick": codes}).context["forms"]
    fields = [field for form in (forms.shared, *forms.picks) for field in form]
    return {field.html_name: field.value() or "" for field in fields} | {"pick": codes, "define": "1"}


def filled(pmo: Client, address: str, dora: User) -> dict[str, Any]:
    sent = sent_as_shown(pmo, address, LEAD, PAYABLE)
    return sent | {
        "all-target_date": "2026-12-31",
        "all-data_owner": str(dora.pk),
        f"kpi-{LEAD}-baseline_value": "7２",
        f"kpi-{LEAD}-target_value": "48",
        f"kpi-{LEAD}-weight": "2",
        f"kpi-{PAYABLE}-baseline_value": "6５",
        f"kpi-{PAYABLE}-range_low": "40",
        f"kpi-{PAYABLE}-range_high": "50",
        f"kpi-{PAYABLE}-data_owner": str(dora.pk),
        f"kpi-{PAYABLE}-expected_start": "2026-06-01",
    }


class TestSuggestion:
    """What the page shows first."""

    def test_it_fits_the_project_and_is_balanced(self, pmo: Client, address: str) -> None:
        pmo.get(address)
        with at_most(12):
            shown = pmo.get(address)
        picks = [pick.template for pick in shown.context["forms"].picks]
        assert len(picks) == 12
        assert "12 KPIs are suggested for ERP group" in shown.content.decode()
        narrowing = shown.context["narrowing"]
        assert (narrowing["system"].value(), narrowing["industry"].value()) == ("ERP", "manufacturing")
        assert all(not one.systems or "ERP" in one.systems for one in picks)
        assert all(not one.industries or "manufacturing" in one.industries for one in picks)

    def test_owners_and_start_are_those_of_the_project(
        self, pmo: Client, address: str, bob: User, dora: User
    ) -> None:
        shared = pmo.get(address).context["forms"].shared
        assert shared["business_owner"].value() == bob.pk
        assert shared["it_owner"].value() == dora.pk
        assert shared["expected_start"].value() == GO_LIVE

    def test_a_template_can_be_brought_along(self, pmo: Client, address: str) -> None:
        picks = pmo.get(f"{address}?pick={LEAD}&pick=no-such").context["forms"].picks
        assert [pick.template.code for pick in picks] == [LEAD]

    def test_the_script_gets_the_fields_of_one_template(self, pmo: Client, address: str) -> None:
        block = pmo.get(f"{address}?block={LEAD}").content.decode()
        assert f'name="kpi-{LEAD}-baseline_value"' in block
        assert "<html" not in block
        assert pmo.get(f"{address}?block=no-such").status_code == 404

    def test_the_project_page_leads_there(self, pmo: Client, address: str) -> None:
        assert address in pmo.get(reverse("assessments:project", args=["acme", "ERP"])).content.decode()


class TestDefining:
    """From what is typed to KPIs."""

    def test_picked_kpis_are_defined_with_baseline_target_and_owners(
        self, pmo: Client, address: str, bob: User, dora: User
    ) -> None:
        answer = pmo.post(address, filled(pmo, address, dora))
        assert answer.headers["Location"] == reverse("assessments:project", args=["acme", "ERP"])
        lead, payable = Kpi.objects.get(template=LEAD), Kpi.objects.get(template=PAYABLE)
        assert (lead.code, lead.baseline_value, lead.weight) == ("ERP-01", 72.0, 2.0)
        assert (lead.business_owner, lead.it_owner, lead.data_owner) == (bob, dora, dora)
        assert lead.expected_start == GO_LIVE
        assert (payable.direction, payable.range_low, payable.range_high) == ("range", 40.0, 50.0)
        assert payable.expected_start == datetime.date(2026, 6, 1)
        assert list(Target.objects.values_list("kpi__template", "period", "value")) == [
            # its weeks begin on Mondays
            (LEAD, datetime.date(2026, 12, 28), 48.0)
        ]
        assert set(Baseline.objects.values_list("value", flat=True)) == {72.0, 65.0}
        assert severe(lead) == severe(payable) == []

    def test_the_kpis_take_the_persons_language(
        self, pmo: Client, address: str, bob: User, dora: User
    ) -> None:
        bob.language = "zh-hans"
        bob.save()
        pmo.post(address, filled(pmo, address, dora))
        with override("zh-hans"):
            assert Kpi.objects.get(template=LEAD).name == "订单出库周期"

    def test_a_double_click_defines_them_once(self, pmo: Client, address: str, dora: User) -> None:
        sent = filled(pmo, address, dora)
        for _click in range(2):
            assert pmo.post(address, sent).status_code == 302
        assert Kpi.objects.count() == 2

    def test_what_is_defined_is_marked_and_not_suggested_again(
        self, pmo: Client, address: str, dora: User
    ) -> None:
        pmo.post(address, filled(pmo, address, dora))
        shown = pmo.get(address)
        assert LEAD not in [pick.template.code for pick in shown.context["forms"].picks]
        rows = [row for tier in shown.context["tiers"] for row in tier["rows"]]
        assert {row["template"].code for row in rows if row["is_taken"]} == {LEAD, PAYABLE}

    def test_nothing_picked_is_said(self, pmo: Client, address: str) -> None:
        answer = pmo.post(address, {"define": "1"})
        assert (answer.status_code, answer.context["refused"]) == (422, "Pick at least one KPI.")

    @pytest.mark.parametrize(
        ("field", "value", "words"),
        [
            (f"kpi-{LEAD}-baseline_value", "a lot", "not a number"),
            (f"kpi-{LEAD}-target_value", "90", "worse than the baseline"),
            (f"kpi-{LEAD}-target_date", "2026-01-31", "before the effect is expected"),
            (f"kpi-{LEAD}-name", "", "required"),
            (f"kpi-{PAYABLE}-range_low", "60", "above the upper end"),
            (f"kpi-{PAYABLE}-range_high", "", "needs both ends"),
            ("all-target_date", "2026-01-31", "before the effect is expected"),
            ("all-target_date", "", "Say by when"),
            ("all-business_owner", "0", "valid choice"),
        ],
    )
    def test_a_mistake_stands_at_its_field_and_nothing_is_lost_or_saved(
        self, pmo: Client, address: str, dora: User, field: str, value: str, words: str
    ) -> None:
        answer = pmo.post(address, {**filled(pmo, address, dora), field: value})
        assert answer.status_code == 422
        shown = answer.content.decode()
        assert words in shown
        assert 'value="6５"' in shown
        assert not Kpi.objects.exists()

    def test_an_owner_of_another_organization_cannot_be_chosen(
        self, pmo: Client, address: str, dora: User, charlie: User
    ) -> None:
        sent = {**filled(pmo, address, dora), f"kpi-{LEAD}-data_owner": str(charlie.pk)}
        assert pmo.post(address, sent).status_code == 422

    def test_what_is_vague_is_said_once_and_then_taken(self, pmo: Client, address: str, dora: User) -> None:
        sent = {**filled(pmo, address, dora), f"kpi-{LEAD}-baseline_value": ""}
        answer = pmo.post(address, sent)
        shown = answer.content.decode()
        assert answer.status_code == 422
        assert "1 KPI leaves something open. Nothing is saved yet." in shown
        assert "It has no baseline." in shown
        assert not Kpi.objects.exists()
        assert pmo.post(address, {**sent, "as_is": "1"}).status_code == 302
        assert Kpi.objects.get(template=LEAD).baseline_value is None

    def test_a_range_needs_the_day_from_which_it_holds(self, pmo: Client, address: str, dora: User) -> None:
        sent = {**filled(pmo, address, dora), "all-expected_start": "", f"kpi-{PAYABLE}-expected_start": ""}
        answer = pmo.post(address, sent)
        lead, payable = answer.context["forms"].picks
        assert [warning.code for warning in lead.warnings] == []
        assert [warning.code for warning in payable.warnings] == ["no_date"]

    def test_without_a_script_the_list_is_narrowed_and_what_was_typed_stays(
        self, pmo: Client, address: str, dora: User
    ) -> None:
        sent = {**filled(pmo, address, dora), "narrow": "1", "q": "OEE", "system": "MES", "industry": ""}
        sent[f"kpi-{LEAD}-target_value"] = "not yet"
        sent["pick"] = [LEAD, PAYABLE, "plan-attainment"]
        answer = pmo.post(address, sent)
        assert answer.status_code == 200
        forms = answer.context["forms"]
        assert [pick.template.code for pick in forms.picks] == [LEAD, PAYABLE, "plan-attainment"]
        assert forms.picks[0]["target_value"].value() == "not yet"
        assert forms.picks[0]["baseline_value"].value() == "7２"
        assert "is not a number" not in answer.content.decode()
        offered = [row["template"].code for tier in answer.context["tiers"] for row in tier["rows"]]
        assert "overall-equipment-effectiveness" in offered
        assert LEAD in offered
        assert "win-rate" not in offered

    def test_twelve_kpis_cost_no_more_than_a_few_statements_each(
        self, pmo: Client, address: str, dora: User
    ) -> None:
        codes = [pick.template.code for pick in pmo.get(address).context["forms"].picks]
        sent = {**sent_as_shown(pmo, address, *codes), "as_is": "1"}
        sent |= {name: "1" for name in sent if name.endswith("range_low")}
        sent |= {name: "2" for name in sent if name.endswith("range_high")}
        with at_most(45):
            assert pmo.post(address, sent).status_code == 302
        assert Kpi.objects.count() == 12


class TestService:
    """`set_up_kpis`."""

    def definition(self, **changes: Any) -> dict[str, Any]:
        return {
            "name": "Order-to-dispatch time",
            "tier": "operational",
            "direction": "lower",
            "unit": "hours",
            "template": LEAD,
        } | changes

    def test_a_second_kpi_of_one_template_needs_a_name_of_its_own(self, project: Project, bob: User) -> None:
        set_up_kpis(actor=bob, project=project, definitions=[self.definition()])
        more = [self.definition(), self.definition(name="Order-to-dispatch time, export")]
        with pytest.raises(InvalidInputError, match="has this KPI already: ERP-01"):
            set_up_kpis(actor=bob, project=project, definitions=more)
        set_up_kpis(actor=bob, project=project, definitions=more[1:])
        assert Kpi.objects.count() == 2

    def test_an_archived_project_gets_no_kpis(self, project: Project, bob: User) -> None:
        archive_project(actor=bob, project=project)
        project.refresh_from_db()
        with pytest.raises(ConflictError):
            set_up_kpis(actor=bob, project=project, definitions=[self.definition()])
