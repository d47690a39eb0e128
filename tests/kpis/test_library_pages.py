"""Pages of the library and of own templates."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from kpis.library import template, templates
from kpis.models import Kpi, KpiTemplate
from kpis.services import update_kpi
from kpis.services.templates import create_template
from organizations.models import Organization, User
from projects.models import Project
from tests.kpis.test_templates import OWN
from tests.queries import at_most

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("scope")]
ClientOf = Callable[[User], Client]


def page(name: str, *arguments: str) -> str:
    return reverse(f"kpis:{name}", args=["acme", *arguments])


@pytest.fixture
def pmo(client_of: ClientOf, bob: User) -> Client:
    return client_of(bob)


@pytest.fixture
def viewer(client_of: ClientOf, victor: User) -> Client:
    return client_of(victor)


@pytest.fixture
def own(bob: User, organization: Organization) -> KpiTemplate:
    return create_template(actor=bob, organization=organization, values={**OWN, "code": "QUOTE"})


def test_the_library_is_browsed_in_few_queries(viewer: Client, own: KpiTemplate) -> None:
    viewer.get(page("library"))
    with at_most(9):
        shown = viewer.get(page("library")).content.decode()
    assert f"{len(templates()) + 1} templates say how success can be measured" in shown
    assert OWN["name"] in shown
    assert "New template" not in shown


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("system=CRM&tier=strategic", "customer-acquisition-cost"),
        ("industry=healthcare", "patient-waiting-time"),
        ("dimension=innovation", "digital-revenue"),
        ("q=OEE", "overall-equipment-effectiveness"),
        ("q=设备综合效率", "overall-equipment-effectiveness"),
    ],
)
def test_it_is_narrowed_by_where_a_template_fits(viewer: Client, query: str, expected: str) -> None:
    rows = viewer.get(f"{page('library')}?{query}").context["page"].paginator.object_list
    assert expected in [one.code for one in rows]
    assert len(rows) < len(templates())


def test_wrong_words_in_a_link_narrow_nothing_and_nothing_found_says_so(viewer: Client) -> None:
    rows = viewer.get(f"{page('library')}?system=SAP&tier=x").context["page"].paginator.object_list
    assert len(rows) == len(templates())
    assert "No template fits" in viewer.get(f"{page('library')}?q=nothing-like-this").content.decode()


def test_a_template_shows_all_it_knows_in_the_readers_language(viewer: Client, victor: User) -> None:
    oee = template("overall-equipment-effectiveness")
    assert oee is not None
    shown = viewer.get(page("template", oee.code)).content.decode()
    for text in (oee.name_en, oee.definition_en, oee.formula_en.split("×")[0].strip(), oee.pitfalls_en):
        assert text.split("'")[0] in shown
    victor.language = "zh-hans"
    victor.save()
    shown = viewer.get(page("template", oee.code)).content.decode()
    assert oee.name_zh in shown
    assert oee.definition_zh in shown


def test_a_template_names_the_kpis_made_from_it_and_where_it_can_be_used(
    pmo: Client, viewer: Client, kpi: Kpi, bob: User
) -> None:
    update_kpi(actor=bob, kpi=kpi, values={"template": "order-cycle-time"})
    address = page("template", "order-cycle-time")
    assert kpi.name in viewer.get(address).content.decode()
    setup = f"{page('setup', 'ERP')}?pick=order-cycle-time"
    assert setup in pmo.get(address).content.decode()
    assert setup not in viewer.get(address).content.decode()
    assert address in viewer.get(reverse("assessments:kpi", args=["acme", kpi.code])).content.decode()


def test_an_unknown_template_is_not_there(pmo: Client) -> None:
    for name in ("template", "template_edit"):
        assert pmo.get(page(name, "no-such-template")).status_code == 404
    assert pmo.get(page("template_edit", templates()[0].code)).status_code == 404


def test_an_own_template_is_kept_changed_archived_and_restored(pmo: Client) -> None:
    shown = pmo.get(page("template_create")).context["form"]
    sent = {name: shown[name].value() or "" for name in shown.fields} | OWN | {"frequency": "month"}
    answer = pmo.post(page("template_create"), sent)
    assert answer.headers["Location"] == page("template", "T-01")
    form = pmo.get(page("template_edit", "T-01")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert pmo.post(page("template_edit", "T-01"), {**sent, "unit": "days"}).status_code == 302
    assert KpiTemplate.objects.get().unit == "days"
    assert "is archived" in pmo.post(page("template_archive", "T-01"), follow=True).content.decode()
    assert OWN["name"] in pmo.get(f"{page('library')}?archived=on").content.decode()
    assert OWN["name"] not in pmo.get(page("library")).content.decode()
    pmo.post(page("template_archive", "T-01"), {"restore": "1"})
    assert KpiTemplate.objects.get().archived_at is None


def test_a_template_that_is_not_whole_says_what_is_missing(pmo: Client) -> None:
    answer = pmo.post(page("template_create"), {**OWN, "unit": "", "frequency": "month"})
    assert answer.status_code == 422
    assert "unit" in answer.context["form"].errors
    assert not KpiTemplate.objects.exists()


def test_two_people_do_not_overwrite_each_others_template(pmo: Client, own: KpiTemplate) -> None:
    form = pmo.get(page("template_edit", "QUOTE")).context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    pmo.post(page("template_edit", "QUOTE"), {**sent, "unit": "days"})
    answer = pmo.post(page("template_edit", "QUOTE"), {**sent, "unit": "weeks"})
    assert answer.status_code == 409
    assert "Meanwhile somebody else changed this" in answer.content.decode()
    assert KpiTemplate.objects.get().unit == "days"


def test_a_kpi_can_be_kept_as_a_template(pmo: Client, kpi: Kpi, project: Project) -> None:
    assert f"{page('template_create')}?kpi={kpi.code}" in pmo.get(page("edit", kpi.code)).content.decode()
    form = pmo.get(f"{page('template_create')}?kpi={kpi.code}").context["form"]
    assert (form["name"].value(), form["unit"].value(), form["code"].value()) == (kpi.name, kpi.unit, "T-01")
    assert form["system_kind"].value() == project.system_kind


def test_the_products_template_can_be_said_in_own_words(pmo: Client) -> None:
    code = "order-cycle-time"
    form = pmo.get(f"{page('template_create')}?template={code}").context["form"]
    sent = {name: form[name].value() or "" for name in form.fields}
    assert pmo.post(page("template_create"), {**sent, "name": "From order to truck"}).status_code == 302
    shown = pmo.get(page("template", code)).content.decode()
    assert "From order to truck" in shown
    assert "in the place of the product" in shown


def test_a_vague_own_template_gets_advice(pmo: Client, bob: User, organization: Organization) -> None:
    create_template(
        actor=bob, organization=organization, values={**OWN, "code": "X", "name": "Improve quotes"}
    )
    assert "promises to improve something without a number" in pmo.get(page("template", "X")).content.decode()


def test_a_vague_kpi_gets_advice_where_it_is_read_and_where_it_is_changed(
    pmo: Client, viewer: Client, kpi: Kpi
) -> None:
    for shown in (
        viewer.get(reverse("assessments:kpi", args=["acme", kpi.code])).content.decode(),
        pmo.get(page("edit", kpi.code)).content.decode(),
    ):
        assert "Name the business owner who stands up for the result." in shown
        assert "Needed for the charter." in shown
        assert "It has no baseline" not in shown
