"""The organization's own templates and the library as it sees it."""

from typing import Any

import pytest
from django.utils.translation import override

from kpis.library import SYSTEMS, Industry, templates
from kpis.library.catalogue import archived_templates, catalogue, find_entry
from kpis.library.choosing import SUGGESTED, industry_of, narrowed, suggested
from kpis.models import Kpi, KpiTemplate
from kpis.services.templates import archive_template, create_template, restore_template, update_template
from organizations.errors import InvalidInputError
from organizations.models import AuditEvent, Organization, User
from tests.queries import at_most

OWN: dict[str, Any] = {
    "name": "Quote turnaround at Acme",
    "definition": "Working hours from a customer's enquiry to the quote that leaves the house.",
    "tier": Kpi.Tier.OPERATIONAL,
    "dimension": Kpi.Dimension.EFFICIENCY,
    "direction": Kpi.Direction.LOWER,
    "unit": "hours",
    "system_kind": "CRM",
}


class TestChoosing:
    """Finding templates in the product's library."""

    @pytest.mark.parametrize(
        ("system", "industry"),
        [
            *(("", industry) for industry in ("", *Industry)),
            *((system, "") for system in SYSTEMS),
            *((system, "manufacturing") for system in SYSTEMS),
            *(("CRM", "retail"), ("WMS", "logistics"), ("HR", "healthcare"), ("OA", "public_sector")),
        ],
    )
    def test_a_suggestion_has_as_many_of_each_tier_and_several_dimensions(
        self, system: str, industry: str
    ) -> None:
        found = suggested(templates(), system=system, industry=industry)
        tiers = [one.tier for one in found]
        assert {tier: tiers.count(tier) for tier in Kpi.Tier.values} == dict.fromkeys(
            Kpi.Tier.values, SUGGESTED
        )
        assert len({one.dimension for one in found}) >= 3
        assert all(not system or not one.systems or system in one.systems for one in found)
        assert len({one.code for one in found}) == len(found)

    def test_an_unlikely_pair_gets_what_fits_and_nothing_else(self) -> None:
        found = suggested(templates(), system="MES", industry="finance")
        assert [one.tier for one in found].count("functional") == SUGGESTED
        assert all(not one.systems or "MES" in one.systems for one in found)
        assert all(not one.industries or "finance" in one.industries for one in found)

    def test_what_the_project_has_counts_and_is_not_suggested_again(self) -> None:
        before = suggested(templates(), system="CRM", industry="")
        taken = {one.code for one in before if one.tier == "strategic"}
        after = suggested(templates(), system="CRM", industry="", taken=taken)
        assert [one.code for one in after] == [one.code for one in before if one.tier != "strategic"]

    @pytest.mark.parametrize(
        ("text", "industry"),
        [
            ("离散制造", "manufacturing"),
            ("Fast-moving consumer goods", "consumer_goods"),
            ("City administration", "public_sector"),
            ("银行", "finance"),
            ("public_sector", "public_sector"),
            ("Something else", ""),
            ("", ""),
        ],
    )
    def test_a_projects_industry_is_understood_in_both_languages(self, text: str, industry: str) -> None:
        assert industry_of(text) == industry

    def test_every_industry_is_understood_by_its_own_name(self) -> None:
        assert [one for one in Industry if industry_of(str(one.label)) != one] == []

    def test_words_are_found_in_either_language_and_all_of_them(self) -> None:
        found = {one.code for one in narrowed(templates(), {"q": "设备综合效率"})}
        assert found & {one.code for one in narrowed(templates(), {"q": "equipment EFFECTIVENESS"})}
        assert narrowed(templates(), {"q": "equipment nothing-like-this"}) == []


@pytest.mark.django_db
@pytest.mark.usefixtures("scope")
class TestOwnTemplates:
    """What the organization adds to the library."""

    def make(self, bob: User, organization: Organization, **changes: Any) -> KpiTemplate:
        return create_template(actor=bob, organization=organization, values={**OWN, **changes})

    def test_own_ones_get_numbers_and_come_first(self, bob: User, organization: Organization) -> None:
        assert [self.make(bob, organization, name=name).code for name in ("First", "Second")] == [
            "T-01",
            "T-02",
        ]
        with at_most(1):
            known = catalogue()
        assert [one.name for one in known[:2]] == ["First", "Second"]
        assert len(known) == len(templates()) + 2
        assert suggested(known, system="CRM", industry="")[SUGGESTED].is_own

    def test_the_same_sent_twice_is_one_template(self, bob: User, organization: Organization) -> None:
        first, second = (self.make(bob, organization, code="QUOTE") for _click in range(2))
        assert first.pk == second.pk
        with pytest.raises(InvalidInputError, match="Another template has this code"):
            self.make(bob, organization, code="QUOTE", name="Another")

    def test_a_code_of_the_product_puts_the_own_one_in_its_place_until_it_is_archived(
        self, bob: User, organization: Organization
    ) -> None:
        product = templates()[0]
        own = self.make(bob, organization, code=product.code)
        assert [one.name for one in catalogue() if one.code == product.code] == [OWN["name"]]
        archive_template(actor=bob, template=own)
        assert [one.name for one in catalogue() if one.code == product.code] == [product.name]
        assert [one.code for one in archived_templates()] == [product.code]
        entry = find_entry(product.code)
        assert entry is not None
        assert (entry.shown.is_own, entry.own) == (False, own)
        restore_template(actor=bob, template=own)
        assert catalogue()[0].name == OWN["name"]

    def test_every_change_is_on_record(self, bob: User, organization: Organization) -> None:
        own = self.make(bob, organization)
        update_template(actor=bob, template=own, values={"unit": "working hours"})
        update_template(actor=bob, template=own, values={"unit": "working hours"})
        archive_template(actor=bob, template=own)
        events = AuditEvent.objects.about("kpitemplate", own.pk).order_by("pk")
        assert [event.action for event in events] == [
            "template.created", "template.updated", "template.archived",
        ]  # fmt: skip
        assert (events[1].before, events[1].after) == ({"unit": "hours"}, {"unit": "working hours"})

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"name": ""}, "name"),
            ({"definition": ""}, "definition"),
            ({"unit": ""}, "unit"),
            ({"tier": "tactical"}, "tier"),
            ({"code": "a b"}, "code"),
            ({"code": "new"}, "code"),
        ],
    )
    def test_what_is_not_whole_is_refused_at_its_field(
        self, bob: User, organization: Organization, change: dict[str, str], field: str
    ) -> None:
        with pytest.raises(InvalidInputError) as refused:
            self.make(bob, organization, **change)
        assert field in refused.value.details["fields"]

    def test_money_is_in_the_organizations_currency(self, organization: Organization) -> None:
        organization.currency = "CHF"
        organization.save()
        money = next(one for one in catalogue() if one.code == "basket-size")
        assert (money.unit_en, money.unit_zh) == ("CHF", "CHF")
        organization.currency = "CNY"
        organization.save()
        with override("zh-hans"):
            assert next(one for one in catalogue() if one.code == "basket-size").unit == "元"
