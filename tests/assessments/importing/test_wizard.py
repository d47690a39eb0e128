"""From a file to its import, page by page, without a script."""

import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.test import Client

from assessments.models import Measurement
from kpis.models import Kpi, Target
from organizations.models import Organization, User
from organizations.tenancy import organization_scope
from projects.models import Project
from tests.assessments.importing.files import (
    CREATING,
    batches_of,
    csv_text,
    mapping_of,
    real_file,
    run,
    stored_values,
    xlsx_file,
)
from tests.assessments.importing.wizard import Wizard, address, errors_of
from tests.queries import at_most

LogIn = Callable[[User], Client]
LONG = [["Code", "Name", "Month", "Actual", "Plan", "U/D"],
        ["A", "Lead time", "2025-01", "1,5", "2", "D"],
        ["B", "Output", "2025-01", "n/a", "4", "U"]]  # fmt: skip


@pytest.fixture(autouse=True)
def _uploads(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "uploads"


@pytest.fixture
def wizard(client_of: LogIn, bob: User, organization: Organization) -> Wizard:
    return Wizard(client_of(bob), organization)


def kpis_of(organization: Organization) -> dict[str, Kpi]:
    with organization_scope(organization):
        return {kpi.code: kpi for kpi in Kpi.objects.all()}


def test_a_long_file_with_missing_kpis_goes_through_all_steps(
    wizard: Wizard, organization: Organization
) -> None:
    wizard.upload(csv_text(LONG))
    page = wizard.see("import_table")
    assert "2025-01" in page
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_meanings", direction=":U/D", create_kpis="on", create_projects="on",
        project_code_1="ERP", unit_1="h", about="Monthly values",
    )  # fmt: skip
    page = wizard.see("import_meanings")
    assert "“D”" in page
    assert 'value="n/a"' in page
    wizard.step("import_meanings", "import_preview")
    page = wizard.see("import_preview")
    assert "1 cell of the first 2 rows cannot be read" in page
    assert "Column Actual: “n/a” is not a number." in page
    assert "Lower is better" in page
    checked = wizard.check()
    assert (checked.status, checked.report["new"], len(checked.report["rejected"])) == ("checked", 1, 1)
    assert stored_values(organization) == {}
    assert "2 to be created" in wizard.see("import_detail")
    done = wizard.finish()
    assert (done.status, done.mapping["about"]) == ("done", "Monthly values")
    assert stored_values(organization) == {("A", "2025-01"): 1.5}
    kpis = kpis_of(organization)
    assert (kpis["A"].direction, kpis["B"].direction, kpis["A"].unit) == ("lower", "higher", "h")


def test_months_as_headings_are_recognised(wizard: Wizard, organization: Organization) -> None:
    rows = [["Report 2025"], [], ["KPI", "Unit", "2025-01", "2025-02"], ["A", "h", "1", "2"]]
    wizard.upload(csv_text(rows))
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_preview", create_kpis="on", create_projects="on", project_code_1="ERP"
    )
    assert wizard.fresh().mapping["file"] == {"header_row": 3}
    wizard.check()
    wizard.finish()
    assert stored_values(organization) == {("A", "2025-01"): 1.0, ("A", "2025-02"): 2.0}
    assert kpis_of(organization)["A"].unit == "h"


def test_another_sheet_is_shown_before_it_is_chosen(
    wizard: Wizard, organization: Organization, tmp_path: Path
) -> None:
    path = xlsx_file(tmp_path, [["Notes"], ["nothing here"]])
    book = openpyxl.load_workbook(path)
    data = book.create_sheet("数据")
    for row in [["指标编码", "月份", "实际", "目标"], ["A", "2025年1月", 3, 2]]:
        data.append(row)
    book.save(path)
    wizard.upload(path.read_bytes(), "book.xlsx")
    page = wizard.see("import_table")
    assert "数据 (2 rows × 4 columns)" in page
    answer = wizard.send("import_table", sheet="数据")
    assert answer["Location"].endswith("?sheet=%E6%95%B0%E6%8D%AE")
    assert "2025年1月" in wizard.see("import_table", "?sheet=数据")
    wizard.step("import_table", "import_columns", "?sheet=数据")
    wizard.step(
        "import_columns", "import_preview", create_kpis="on", create_projects="on", project_code_1="ERP"
    )
    wizard.check()
    assert wizard.finish().mapping["file"] == {"sheet": "数据"}
    assert stored_values(organization) == {("A", "2025-01"): 3.0}


def test_a_chinese_file_of_excel_is_understood(wizard: Wizard, organization: Organization) -> None:
    rows = [["指标编码", "指标名称", "月份", "实际值", "目标值", "期望方向", "层级"],
            ["CK-1", "库存周转天数", "2025年3月", "1.2万", "１０", "降", "运营"],
            ["CK-2", "一次合格率", "2025年3月", "98.5%", "97", "升", "运营"]]  # fmt: skip
    wizard.upload(csv_text(rows).encode("gb18030"), "指标.csv")
    assert "gb18030" in wizard.see("import_table")
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_meanings", create_kpis="on", create_projects="on", project_code_1="ERP"
    )
    wizard.step("import_meanings", "import_preview")
    wizard.check()
    assert (wizard.finish().report["rejected"], wizard.batch.report["met"]) == ([], 1)
    assert stored_values(organization) == {("CK-1", "2025-03"): 12000.0, ("CK-2", "2025-03"): 98.5}
    kpis = kpis_of(organization)
    assert [(kpis[code].direction, kpis[code].tier) for code in ("CK-1", "CK-2")] == [
        ("lower", "operational"),
        ("higher", "operational"),
    ]


def test_transposed_tables_are_refused_with_advice(wizard: Wizard) -> None:
    rows = [["Month", "Lead time", "Output"], ["2025-01", "1", "2"], ["2025-02", "3", "4"]]
    wizard.upload(csv_text(rows))
    answer = wizard.send("import_table", kind="measurements")
    assert answer.status_code == 400
    assert "Transpose" in answer.content.decode()


def test_dates_that_could_be_two_days_are_asked(wizard: Wizard, organization: Organization) -> None:
    rows = [["KPI", "Date", "Value"], ["A", "01/02/2025", "1"], ["A", "03/04/2025", "2"]]
    wizard.upload(csv_text(rows))
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_meanings", create_kpis="on", create_projects="on", project_code_1="ERP"
    )
    assert "01/02/2025 is " in wizard.see("import_meanings")
    wizard.step("import_meanings", "import_preview", format="%m/%d/%Y")
    wizard.check()
    wizard.finish()
    assert stored_values(organization) == {("A", "2025-01"): 1.0, ("A", "2025-03"): 2.0}


def test_numbers_that_read_two_ways_are_asked(wizard: Wizard, organization: Organization) -> None:
    rows = [["KPI", "Month", "Value"], ["A", "2025-01", "1.234"]]
    wizard.upload(csv_text(rows))
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_meanings", create_kpis="on", create_projects="on", project_code_1="ERP"
    )
    wizard.step("import_meanings", "import_preview", decimal_comma="on")
    wizard.check()
    wizard.finish()
    assert stored_values(organization) == {("A", "2025-01"): 1234.0}


def test_texts_ticked_as_no_value_are_not_rejected(wizard: Wizard) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_preview", direction="", create_kpis="on", create_projects="on",
        project_code_1="ERP",
    )  # fmt: skip
    wizard.step("import_meanings", "import_preview", blank=["n/a"])
    assert wizard.fresh().mapping["value"] == {"column": "Actual", "blank": ["n/a"]}
    assert wizard.check().report["rejected"] == []


def test_columns_that_are_missing_are_asked_for_beside_the_field(wizard: Wizard) -> None:
    wizard.upload("A,B\n1,2\n")
    wizard.step("import_table", "import_columns")
    answer = wizard.send("import_columns", create_projects="on")
    assert answer.status_code == 400
    text = " ".join(errors_of(answer))
    for message in ("code", "period", "values", "To create a project"):
        assert message in text


def test_a_mapping_used_before_is_filled_in_for_the_same_headings(
    wizard: Wizard, organization: Organization
) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step(
        "import_columns", "import_meanings", direction=":U/D", create_kpis="on", create_projects="on",
        project_code_1="ERP", about="From the plant",
    )  # fmt: skip
    wizard.step("import_meanings", "import_preview")
    wizard.check()
    first = wizard.finish().mapping
    wizard.upload(csv_text([["Title"], [], LONG[0], *LONG[1:]]))
    wizard.step("import_table", "import_columns")
    assert "From the plant" in wizard.see("import_columns")
    wizard.step("import_columns", "import_preview")
    assert wizard.fresh().mapping == first | {"file": {"header_row": 3}}
    assert wizard.check().report["same"] == 1


def test_a_remembered_mapping_is_applied_by_its_link(wizard: Wizard, organization: Organization) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview", direction="", about="One")
    wizard.check()
    one = wizard.batch.pk
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview", direction="", note="Name", about="Two")
    wizard.step("import_columns", "import_preview", f"?as={one}")
    assert (wizard.fresh().mapping["about"], "note" in wizard.batch.mapping) == ("One", False)


def test_the_mapping_is_the_one_of_the_command(
    wizard: Wizard, organization: Organization, alice: User, tmp_path: Path
) -> None:
    content = csv_text([["KPI", "Name", "Month", "Actual", "Target"], ["A", "A", "2025-01", "1", "2"]])
    wizard.upload(content)
    wizard.step("import_table", "import_columns")
    answer = wizard.client.post(wizard.at("import_mapping"), {"mapping": json.dumps(CREATING)})
    assert answer["Location"] == wizard.at("import_preview")
    assert wizard.client.get(wizard.at("import_mapping")).json() == CREATING
    wizard.check()
    wizard.finish()
    path = tmp_path / "again.csv"
    path.write_text(content)
    assert run(alice, organization, path, wizard.batch.mapping).same == 1


@pytest.mark.parametrize("text", ["{", '{"kind": "things"}', ""])
def test_a_pasted_mapping_with_a_fault_is_explained(wizard: Wizard, text: str) -> None:
    wizard.upload(csv_text(LONG))
    answer = wizard.client.post(wizard.at("import_mapping"), {"mapping": text})
    assert answer.status_code == 400
    assert errors_of(answer)


def zipped(name: str, content: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 100, "Save it as XLSX without a password"),
        (b"%PDF-1.7", "not a table"),
        (zipped("xl/vbaProject.bin", b"x"), "macros"),
        (zipped("xl/worksheets/sheet1.xml", b"0" * 50_000_000), "unpacks to far more"),
        (zipped("xl/workbook.bin", b"x"), "binary"),
        (zipped("word/document.xml", b"x"), "damaged"),
    ],
)
def test_what_cannot_be_read_is_refused_beside_the_file_and_not_kept(
    wizard: Wizard, organization: Organization, settings: Any, content: bytes, message: str
) -> None:
    answer = wizard.upload(content)
    assert answer.status_code == 400
    assert message in answer.content.decode()
    assert batches_of(organization) == []
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_a_workbook_with_macros_in_its_name_alone_is_read(wizard: Wizard, tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, LONG, name="v.xlsx")
    assert wizard.upload(path.read_bytes(), "values.xlsm").status_code == 302


def test_two_clicks_and_two_tabs_check_and_import_once(wizard: Wizard, organization: Organization) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview", direction="", create_kpis="on", create_projects="on",
                project_code_1="ERP")  # fmt: skip
    wizard.client.post(wizard.at("import_run"))
    assert wizard.fresh().status == "uploaded"
    wizard.client.post(wizard.at("import_preview"))
    wizard.client.post(wizard.at("import_preview"))
    assert wizard.fresh().status == "waiting"
    assert wizard.client.get(wizard.at("import_columns"))["Location"] == wizard.at("import_detail")
    wizard.check()
    wizard.client.post(wizard.at("import_run"))
    wizard.finish()
    wizard.finish()
    with organization_scope(organization):
        assert Measurement.objects.count() == 1


def test_a_checked_file_can_be_changed_and_checked_again(wizard: Wizard) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview", direction="")
    assert len(wizard.check().report["rejected"]) == 3
    wizard.step("import_columns", "import_preview", direction="", create_kpis="on", create_projects="on",
                project_code_1="ERP")  # fmt: skip
    assert wizard.fresh().status == "uploaded"
    assert wizard.check().report["new"] == 1


def test_an_upload_is_discarded_with_its_file(
    wizard: Wizard, organization: Organization, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    wizard.upload(csv_text(LONG))
    with django_capture_on_commit_callbacks(execute=True):
        wizard.client.post(wizard.at("import_discard"))
    assert batches_of(organization) == []
    assert not [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_rejected_rows_are_corrected_and_imported_with_the_same_mapping(
    wizard: Wizard, organization: Organization
) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_meanings", direction=":U/D", create_kpis="on",
                create_projects="on", project_code_1="ERP")  # fmt: skip
    wizard.step("import_meanings", "import_preview")
    wizard.check()
    wizard.finish()
    answer = wizard.client.get(wizard.at("import_rejected_rows", "csv"))
    text = b"".join(answer).decode("utf-8-sig")
    assert text.splitlines() == [
        "Code,Name,Month,Actual,Plan,U/D,Problem",
        "B,Output,2025-01,n/a,4,U,Actual: “n/a” is not a number.",
    ]
    book = wizard.client.get(wizard.at("import_rejected_rows", "xlsx"))
    sheet = openpyxl.load_workbook(io.BytesIO(b"".join(book))).worksheets[0]
    assert [cell.value for cell in sheet[2]][:4] == ["B", "Output", "2025-01", "n/a"]
    wizard.upload(text.replace("n/a,4", "5,4"))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview")
    wizard.check()
    assert (wizard.finish().report["new"], wizard.batch.report["rejected"]) == (1, [])
    assert stored_values(organization)["B", "2025-01"] == 5.0


def test_undo_says_what_goes_and_what_stays_and_the_file_can_come_again(
    wizard: Wizard, organization: Organization
) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_preview", direction="", create_kpis="on", create_projects="on",
                project_code_1="ERP")  # fmt: skip
    wizard.check()
    wizard.finish()
    page = wizard.see("import_undo")
    for line in ("1 value", "2 KPIs", "1 project"):
        assert f"<li>{line}</li>" in page
    assert "Stays" not in page
    wizard.client.post(wizard.at("import_undo"))
    assert wizard.fresh().status == "undone"
    assert "This import is undone" in wizard.see("import_detail")
    with organization_scope(organization):
        assert not Project.objects.exists()
    answer = wizard.client.post(wizard.at("import_repeat"))
    wizard.batch = batches_of(organization)[-1]
    assert answer["Location"] == wizard.at("import_preview")
    wizard.check()
    assert wizard.finish().report["new"] == 1


def test_the_transit_file_goes_through_by_its_columns(wizard: Wizard, organization: Organization) -> None:
    wizard.upload(real_file("nyct_performance_2008_2018.csv").read_bytes(), "nyct.csv")
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_meanings", prefix="NYCT-", zero_is_blank="on", create_kpis="on",
                create_projects="on", project_code_1="NYCT", baseline_first="12")  # fmt: skip
    wizard.step("import_meanings", "import_preview",
                **{"kpi-dimension-0": "efficiency", "kpi-dimension-1": "capability"})  # fmt: skip
    wizard.check()
    report = wizard.finish().report
    assert {name: report[name] for name in ("rows", "kpis", "projects", "new", "with_target", "met")} == {
        "rows": 9213,
        "kpis": 86,
        "projects": 1,
        "new": 9207,
        "with_target": 8381,
        "met": 2270,
    }
    assert report["rejected"] == []
    with organization_scope(organization):
        assert Target.objects.count() == 8463


def test_the_project_file_goes_through_by_its_columns(wizard: Wizard, organization: Organization) -> None:
    wizard.upload(real_file("uk_major_projects_2022.csv").read_bytes(), "uk.csv")
    wizard.step("import_table", "import_columns")
    assert wizard.fresh().mapping["kind"] == "projects"
    plan = {"month": "2022-03", "line": "In-year cost 2021/22"}
    changes = {f"money-0-{key}": text for key, text in plan.items()}
    changes |= {f"money-1-{key}": text for key, text in plan.items()}
    changes |= {"money-2-line": "Whole-life cost"}
    changes |= {f"money-{number}-required": "on" for number in range(3)}
    changes |= {f"money-{number}-multiply": "1000000" for number in range(3)}
    wizard.step(
        "import_columns", "import_meanings", create_projects="on", create_departments="on",
        delivery_status_2="colour_rating#2", currency="GBP", rate="1.1821", rate_on="2022-03-31", **changes,
    )  # fmt: skip
    wizard.step("import_meanings", "import_preview", **{"project-delivery_status-blank": "not_started"})
    wizard.check()
    report = wizard.finish().report
    assert (report["rows"], report["projects"], report["new"]) == (235, 235, 198 + 200 + 191)
    by_command = mapping_of("uk_major_projects.json")
    columns = [cell["column"] for cell in report["rejected"]]
    money = [columns.count(entry["column"]) for entry in by_command["money"]]
    assert money == [235 - 198, 235 - 200, 235 - 191]
    assert len(columns) == 158


def test_only_who_may_import_sees_the_steps(
    wizard: Wizard, client_of: LogIn, dora: User, charlie: User, other_organization: Organization
) -> None:
    wizard.upload(csv_text(LONG))
    for name in ("import_table", "import_columns", "import_meanings", "import_preview", "import_undo"):
        assert client_of(dora).get(wizard.at(name)).status_code == 403
        foreign = address(name, other_organization, wizard.batch.pk)
        assert client_of(charlie).get(foreign).status_code == 404


def test_the_steps_ask_few_questions(wizard: Wizard, organization: Organization) -> None:
    wizard.upload(csv_text(LONG))
    wizard.step("import_table", "import_columns")
    wizard.step("import_columns", "import_meanings", direction=":U/D", create_kpis="on",
                create_projects="on", project_code_1="ERP")  # fmt: skip
    wizard.step("import_meanings", "import_preview")
    for name in ("import_table", "import_columns", "import_meanings", "import_preview"):
        with at_most(12):
            wizard.see(name)
    wizard.check()
    wizard.finish()
    with at_most(40):
        wizard.see("import_undo")
