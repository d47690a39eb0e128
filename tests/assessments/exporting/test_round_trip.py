"""The entry set, brought back as it was exported: everything is the same, nothing is refused."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import translation
from hypothesis import HealthCheck, example, given
from hypothesis import settings as rules
from hypothesis import strategies as st

from assessments.models import Measurement
from assessments.services import MeasurementInput, record_measurements
from assessments.services.importing import ImportReport, import_file
from assessments.services.locking import lock_month
from kpis.models import Target
from kpis.services import create_kpi
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from projects.periods import Frequency, shift, start_of
from tests.assessments.importing.wizard import Wizard
from tests.assessments.roll_out import a_project

FORMATS = ["csv", "xlsx"]
LANGUAGES = ["en", "zh-hans"]

# What PostgreSQL can hold: no NUL, no half of a surrogate pair.
anything = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=40)
awkward = st.sampled_from(
    [
        "=SUM(A1:A9)",
        "+49 30",
        "-",
        "@home",
        "'=quoted",
        'say "yes"; or "no", | maybe',
        "two\nlines",
        "two\r\nlines",
        "old\rMac",
        "在制品 周转",
        "👩‍💻 ok",
        "ends with spaces  ",
        " begins",
        "_x000D_",
        "<r>&amp;</r>",
        "n/a",
        "\ufeffmark",
        "\x0b\x1f\ufffe",
    ]
)
notes = st.one_of(anything, awkward)
names = st.one_of(anything, awkward).filter(lambda text: text.strip())
numbers = st.one_of(
    st.floats(allow_nan=False, allow_infinity=False),
    st.integers(-(10**18), 10**18).map(float),
    st.sampled_from([0.0, -0.0, 0.1 + 0.2, 1e300, -1e-300, 1234.0, 1.234, 5e-324, 1.7976931348623157e308]),
)
#: a value with or without a note, or the answer that there is none
entries = st.one_of(
    st.tuples(numbers, st.one_of(st.just(""), notes)),
    st.tuples(st.none(), notes.filter(lambda text: text.strip())),
)
statuses = st.sampled_from(["submitted", "draft", "verified", "returned"])
kpis = st.lists(
    st.tuples(
        names,
        st.sampled_from(Frequency.values),
        st.lists(st.tuples(entries, statuses), max_size=5),
        st.lists(numbers.filter(lambda number: abs(number) < 1e100), max_size=2),
    ),
    min_size=1,
    max_size=4,
)

Download = Callable[[str], Path]


@pytest.fixture
def project(organization: Organization, alice: User) -> Project:
    with organization_scope(organization):
        return a_project(organization, alice)


@pytest.fixture
def download(alice: User, client_of: Callable[[User], Client], tmp_path: Path) -> Download:
    """Save the file behind an address, as a person would."""
    client, number = client_of(alice), itertools.count()

    def save(address: str) -> Path:
        answer = client.get(address)
        assert answer.status_code == 200
        path = tmp_path / f"{next(number)}.{address.rpartition('.')[2]}"
        path.write_bytes(answer.getvalue())
        return path

    return save


def imported(organization: Organization, path: Path) -> ImportReport:
    """The file through the ordinary importer, without a mapping."""
    return import_file(actor=None, organization=organization, path=path, mapping=None)


def state_of(organization: Organization) -> tuple[list[Any], list[Any]]:
    """Every version of every value, and every target."""
    with organization_scope(organization):
        versions = Measurement.objects.order_by("pk").values_list("pk", "value", "status", "note")
        targets = Target.objects.order_by("pk").values_list("pk", "value")
        return list(versions), list(targets)


def fill(project: Project, actor: User, drawn: list[Any]) -> int:
    """Make the drawn KPIs with their targets and entries; how many entries stand."""
    count = 0
    today = project.organization.today()
    for place, (name, frequency, values, targets) in enumerate(drawn):
        current = start_of(today, frequency)
        kpi = create_kpi(
            actor=actor,
            project=project,
            values={
                "code": f"K-{place}",
                "name": name.strip()[:60],
                "tier": "operational",
                "direction": "maintain",
                "frequency": frequency,
                "targets": {shift(current, frequency, step): one for step, one in enumerate(targets)},
            },
        )
        for back, ((value, note), status) in enumerate(values):
            period = shift(current, frequency, -back)
            given_first = MeasurementInput(kpi.pk, period, value, note)
            rows = [MeasurementInput(kpi.pk, period, value, note, status)]
            if status in ("verified", "returned"):
                rows.insert(0, given_first)
            for row in rows:
                record_measurements(actor, project.organization, [row])
            count += 1
    return count


@pytest.mark.parametrize("file_format", FORMATS)
@rules(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=kpis)
@example(drawn=[("=cmd|' /C calc'!A0", "week", [((0.1 + 0.2, "=1\n+2 "), "submitted")], [1e-7])])
@example(drawn=[("'", "month", [((None, " because\r\nof it "), "returned"), ((-5.0, ""), "draft")], [])])
def test_the_entry_set_brought_back_says_nothing_new(
    file_format: str,
    drawn: list[Any],
    project: Project,
    organization: Organization,
    alice: User,
    download: Download,
) -> None:
    with transaction.atomic():
        with organization_scope(organization):
            entered = fill(project, alice, drawn)
        before = state_of(organization)
        report = imported(organization, download(f"/o/acme/values.{file_format}"))
        assert report.as_json()["rejected"] == []
        assert (report.new, report.changed, report.same) == (0, 0, entered)
        assert state_of(organization) == before
        transaction.set_rollback(True)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("file_format", FORMATS)
def test_it_comes_back_in_either_language(
    file_format: str,
    language: str,
    project: Project,
    organization: Organization,
    alice: User,
    download: Download,
) -> None:
    drawn = [("A", "month", [((1.5, "x"), status)], [2.0]) for status in Measurement.Status.values]
    with organization_scope(organization):
        fill(project, alice, drawn)
    alice.language = language
    alice.save()
    path = download(f"/o/acme/values.{file_format}")
    with translation.override(language):
        report = imported(organization, path)
    assert (report.new, report.changed, report.same, report.rejected) == (0, 0, len(drawn), [])


def test_an_empty_period_is_filled_in_and_the_rest_stays(
    project: Project, organization: Organization, alice: User, download: Download
) -> None:
    today = organization.today()
    current = start_of(today, "month")
    with organization_scope(organization):
        fill(project, alice, [("A", "month", [((1.0, ""), "submitted")], [])])
        kpi = project.kpis.get()
        earlier = shift(current, "month", -2)
        record_measurements(alice, organization, [MeasurementInput(kpi.pk, earlier, 3.0)])
    path = download("/o/acme/values.csv")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 4
    cells = lines[2].split(",")
    assert cells[9] == ""
    cells[9] = "2.5"
    path.write_text("\n".join([*lines[:2], ",".join(cells), lines[3]]), encoding="utf-8-sig")
    report = imported(organization, path)
    assert (report.new, report.changed, report.same) == (1, 0, 2)


def test_a_value_changed_in_the_file_is_submitted_whatever_its_state_was(
    project: Project, organization: Organization, alice: User, download: Download
) -> None:
    drawn: list[Any] = [("A", "month", [((1.5, ""), status)], []) for status in ("verified", "returned")]
    with organization_scope(organization):
        fill(project, alice, drawn)
    path = download("/o/acme/values.csv")
    path.write_text(path.read_text(encoding="utf-8-sig").replace(",1.5,", ",1.75,"), encoding="utf-8")
    report = imported(organization, path)
    assert report.changed == 2
    with organization_scope(organization):
        assert {one.status for one in Measurement.objects.newest()} == {"submitted"}


def test_one_kpis_values_come_back_as_well(
    project: Project, organization: Organization, alice: User, download: Download
) -> None:
    with organization_scope(organization):
        entered = fill(project, alice, [("A", "quarter", [((1.5, "x"), "submitted")] * 3, [4.0])])
    report = imported(organization, download("/o/acme/kpis/K-0/values.xlsx"))
    assert (report.new, report.changed, report.same, report.rejected) == (0, 0, entered, [])


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_comes_back_by_clicks_in_the_browser_as_well(
    language: str,
    project: Project,
    organization: Organization,
    alice: User,
    download: Download,
    client_of: Callable[[User], Client],
    tmp_path: Path,
    settings: Any,
) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"
    drawn = [("A", "month", [((1.5, " x"), status)], [2.0]) for status in Measurement.Status.values]
    with organization_scope(organization):
        fill(project, alice, drawn)
    alice.language = language
    alice.save()
    before = state_of(organization)
    wizard = Wizard(client_of(alice), organization)
    wizard.upload(download("/o/acme/values.xlsx").read_bytes(), "values.xlsx")
    wizard.step("import_table", "import_columns")
    answer = wizard.send("import_columns")
    assert answer.status_code == 302
    if answer["Location"] == wizard.at("import_meanings"):
        wizard.step("import_meanings", "import_preview")
    report = wizard.check().report
    assert (report["new"], report["changed"], report["same"]) == (0, 0, len(drawn))
    assert report["rejected"] == []
    wizard.finish()
    assert state_of(organization) == before


@pytest.mark.parametrize("file_format", FORMATS)
def test_values_of_a_locked_month_may_come_back_as_they_are_but_not_changed(
    file_format: str, project: Project, organization: Organization, alice: User, download: Download
) -> None:
    month = shift(start_of(organization.today(), "month"), "month", -1)
    with organization_scope(organization):
        entered = fill(project, alice, [("A", "month", [((1.5, "x"), "submitted")] * 3, [])])
        lock_month(actor=alice, organization=organization, projects=[project], month=month)
    report = imported(organization, download(f"/o/acme/values.{file_format}"))
    assert (report.new, report.changed, report.same, report.rejected) == (0, 0, entered, [])
    changed = download("/o/acme/values.csv")
    changed.write_text(changed.read_text(encoding="utf-8-sig").replace(",1.5,", ",2.5,"), encoding="utf-8")
    report = imported(organization, changed)
    assert (report.changed, [cell.text for cell in report.rejected]) == (entered - 1, [str(month)])
    assert "is locked" in report.rejected[0].reason
