"""The page of one value: what happened to it, what is said about it, and what supports it."""

import datetime
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from assessments import cell as cells
from assessments.entry.states import EMPTIED
from assessments.models import Comment, CommentMention, Evidence, KpiResult
from assessments.services.commenting import mentionable, named_in, write_comment
from assessments.services.evidence import MOST_FILES, attach_evidence, remove_evidence
from assessments.services.recompute import recompute_projects
from kpis.models import Kpi
from organizations.errors import ConflictError, InvalidInputError
from organizations.models import AuditEvent, Organization, OutboundMail, Role, StoredFile, User
from organizations.services import update_profile
from organizations.services.files import file_path
from projects.periods import label, shift
from tests.assessments.roll_out import a_kpi, a_project, enter, last_month
from tests.conftest import person
from tests.organizations import attachments
from tests.organizations.attachments import upload
from tests.queries import at_most

ClientOf = Callable[[User], Client]

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def uploads(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def kpi(organization: Organization, scope: Organization, bob: User, dora: User) -> Kpi:
    return a_kpi(a_project(organization, bob), bob, code="LEAD", data_owner=dora)


@pytest.fixture
def month(organization: Organization) -> datetime.date:
    return last_month(organization)


def address(kpi: Kpi, month: datetime.date, name: str = "cell", *more: Any) -> str:
    return reverse(f"assessments:{name}", args=[kpi.organization.slug, kpi.code, month.isoformat(), *more])


def sentences(kpi: Kpi, month: datetime.date) -> list[str]:
    """The history, oldest first, with plain spaces."""
    lines = cells.history(cells.load_cell(kpi, month))
    return [line.sentence.replace("\u00a0", " ") for line in reversed(lines)]


def text_of(answer: Any) -> str:
    return str(answer.content.decode()).replace("\u00a0", " ")


def test_the_history_tells_who_did_what_in_sentences(
    kpi: Kpi, month: datetime.date, dora: User, bob: User
) -> None:
    enter(kpi, dora, month, 33.0, status="draft")
    enter(kpi, dora, month, 33.0)
    enter(kpi, bob, month, 33.0, status="returned", note="Which orders?")
    enter(kpi, dora, month, 34.0, note="Without samples")
    enter(kpi, bob, month, 34.0, status="verified")
    enter(kpi, dora, month, 35.0)
    enter(kpi, dora, month, None, note="The log was lost")
    assert sentences(kpi, month) == [
        "Dora typed 33.0 hours, as a draft",
        "Dora submitted 33.0 hours",
        "Bob returned 33.0 hours",
        "Dora changed 33.0 hours to 34.0 hours",
        "Bob verified 34.0 hours",
        "Dora changed the verified value from 34.0 hours to 35.0 hours",
        "Dora answered that there is no value",
    ]


def test_a_returned_value_shows_its_reason_first(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, client_of: ClientOf
) -> None:
    enter(kpi, dora, month, 33.0)
    enter(kpi, bob, month, 33.0, status="returned", note="Which orders?")
    text = text_of(client_of(dora).get(address(kpi, month)))
    assert "Bob returned 33.0 hours. It does not count." in text
    assert "“Which orders?”" in text


def test_not_available_says_why(kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf) -> None:
    enter(kpi, dora, month, None, note="The log was lost")
    text = text_of(client_of(dora).get(address(kpi, month)))
    assert f"Order lead time, {label(month, 'month')}: not available" in text
    assert "Not available because:" in text
    assert "The log was lost" in text


def test_the_page_shows_value_plan_target_and_attainment(kpi: Kpi, month: datetime.date, dora: User) -> None:
    enter(kpi, dora, month, 39.0)
    figures = {row["label"]: row["value"] for row in cells.figures(cells.load_cell(kpi, month))}
    assert {name: text.replace("\u00a0", " ") for name, text in figures.items()} == {
        "Value": "39.0 hours",
        "Plan": "30.0 hours",
        "Target": "30.0 hours",
        "Attainment": "50 %",
    }


def test_the_attainment_of_a_value_to_be_held_falls_on_both_sides_as_in_the_scores(
    organization: Organization, kpi: Kpi, month: datetime.date, bob: User, dora: User
) -> None:
    held = a_kpi(
        kpi.project,
        bob,
        code="HELD",
        direction="maintain",
        baseline_value=None,
        tolerance=8.0,
        data_owner=dora,
    )
    enter(held, dora, month, 34.0)
    figures = {row["label"]: row["value"] for row in cells.figures(cells.load_cell(held, month))}
    assert figures["Attainment"].replace("\u00a0", " ") == "50 %"
    recompute_projects(organization, [kpi.project_id])
    assert KpiResult.objects.get(kpi=held).attainment == pytest.approx(0.5)


def test_a_draft_emptied_again_is_no_answer(
    kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf
) -> None:
    enter(kpi, dora, month, 33.0, status="draft")
    enter(kpi, dora, month, None, status="draft", note=EMPTIED)
    text = text_of(client_of(dora).get(address(kpi, month)))
    assert f"Order lead time, {label(month, 'month')}: no value yet" in text
    assert "Not available because:" not in text


def test_under_a_draft_emptied_again_the_return_is_still_told(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, client_of: ClientOf
) -> None:
    enter(kpi, dora, month, 33.0)
    enter(kpi, bob, month, 33.0, status="returned", note="Which orders?")
    enter(kpi, dora, month, 34.0, status="draft")
    enter(kpi, dora, month, None, status="draft", note=EMPTIED)
    text = text_of(client_of(dora).get(address(kpi, month)))
    assert "Bob returned 33.0 hours. It does not count." in text


@pytest.mark.parametrize("period", ["2026-10-02", "2026-13-01", "october", "20261001", "2999-01-01"])
def test_a_date_that_is_no_period_of_the_kpi_is_no_page(
    kpi: Kpi, dora: User, client_of: ClientOf, period: str
) -> None:
    url = reverse("assessments:cell", args=["acme", kpi.code, period])
    assert client_of(dora).get(url).status_code == 404


def test_htmx_gets_the_body_alone(kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf) -> None:
    answer = client_of(dora).get(address(kpi, month), headers={"HX-Request": "true"})
    assert "<html" not in text_of(answer)
    assert 'id="comments"' in text_of(answer)


def test_the_page_asks_the_database_the_same_however_much_there_is(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, client_of: ClientOf
) -> None:
    client = client_of(bob)
    for number in range(5):
        enter(kpi, dora, month, 30.0 + number)
        write_comment(actor=dora, kpi=kpi, period=month, text=f"{number} @Bob @Alice")
    files = [upload(f"{number}.pdf", attachments.PDF) for number in range(5)]
    attach_evidence(actor=dora, kpi=kpi, period=month, uploads=files)
    with at_most(15):
        assert client.get(address(kpi, month)).status_code == 200


# Comments


def test_a_comment_is_shown_and_kept_in_the_audit_trail(
    kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf
) -> None:
    answer = client_of(dora).post(
        address(kpi, month, "cell_comment"), {"text": "Without <b>samples</b>"}, follow=True
    )
    assert "Without &lt;b&gt;samples&lt;/b&gt;" in text_of(answer)
    assert AuditEvent.objects.filter(action="comment.written", actor=dora).count() == 1


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("@Bob please", {"Bob"}),
        ("@bob, @ALICE", {"Bob", "Alice"}),
        ("＠李敏请看", {"李敏"}),
        ("@bob@acme.example", {"Bob"}),
        ("@Bobby and Bob and b@ob", set()),
        ("@Axel may see nothing", set()),
    ],
)
def test_who_is_named_in_a_text(
    scope: Organization, alice: User, bob: User, axel: User, text: str, named: set[str]
) -> None:
    person("李敏", scope, Role.VIEWER)
    assert {user.name for user in named_in(text, mentionable())} == named


def test_a_name_of_two_members_must_be_chosen(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, client_of: ClientOf
) -> None:
    other = person("bob2", kpi.organization, Role.VIEWER)
    update_profile(user=other, values={"name": "Bob"})
    url = address(kpi, month, "cell_comment")
    answer = client_of(dora).post(url, {"text": "@Bob look"})
    assert answer.status_code == 422
    assert "Several members are called Bob" in text_of(answer)
    assert "@Bob look" in text_of(answer)
    client_of(dora).post(url, {"text": "@Bob look", "tell": [other.pk]})
    assert list(CommentMention.objects.values_list("user", flat=True)) == [other.pk]


def test_each_named_person_gets_one_mail_in_their_language(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, alice: User
) -> None:
    update_profile(user=bob, values={"language": "zh-hans"})
    write_comment(
        actor=dora, kpi=kpi, period=month, text="@Bob @bob @Dora is this right?", mentioned=[bob.pk, alice.pk]
    )
    mails = {mail.address: mail for mail in OutboundMail.objects.filter(kind="mention")}
    assert set(mails) == {bob.email, alice.email}
    mail = mails[alice.email]
    assert mail.subject == f"Dora names you in a comment on Order lead time, {label(month, 'month')}"
    assert "@Bob @bob @Dora is this right?" in mail.text
    assert f"/o/acme/entries/LEAD/{month}/" in mail.text
    assert f"/o/acme/entries/LEAD/{month}/" in mail.html
    assert 'lang="zh-hans"' in mails[bob.email].html


def test_an_empty_comment_is_refused(kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf) -> None:
    assert client_of(dora).post(address(kpi, month, "cell_comment"), {"text": "  "}).status_code == 422
    with pytest.raises(InvalidInputError, match="Write what"):
        write_comment(actor=dora, kpi=kpi, period=month, text=" \x00 ")
    assert not Comment.objects.exists()


def test_who_neither_enters_nor_verifies_reads_only(
    kpi: Kpi, month: datetime.date, victor: User, erik: User, fiona: User, client_of: ClientOf
) -> None:
    for reader in (victor, erik):
        assert "<form" not in text_of(client_of(reader).get(address(kpi, month))).split("<main")[1]
        assert client_of(reader).post(address(kpi, month, "cell_comment"), {"text": "x"}).status_code == 403
    stranger = person("Otto", kpi.organization, Role.CONTRIBUTOR)
    assert client_of(stranger).post(address(kpi, month, "cell_comment"), {"text": "x"}).status_code == 403
    assert client_of(fiona).post(address(kpi, month, "cell_comment"), {"text": "x"}).status_code == 302


# Evidence


def attached(kpi: Kpi, month: datetime.date, actor: User, name: str = "report.pdf") -> Evidence:
    (row,) = attach_evidence(actor=actor, kpi=kpi, period=month, uploads=[upload(name, attachments.PDF)])
    return row


def test_several_files_are_attached_at_once_and_downloaded_as_attachments(
    kpi: Kpi, month: datetime.date, dora: User, victor: User, client_of: ClientOf
) -> None:
    files = [upload("报告 1.pdf", attachments.PDF), upload("b.png", attachments.PNG)]
    answer = client_of(dora).post(
        address(kpi, month, "cell_attach"), {"attachments": files, "note": "From the log"}, follow=True
    )
    text = text_of(answer)
    assert "2 files are attached." in text
    assert "From the log" in text
    row = Evidence.objects.select_related("file").get(file__content_type="application/pdf")
    download = client_of(victor).get(address(kpi, month, "evidence", row.pk))
    assert download.getvalue() == attachments.PDF
    assert download["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%8A%A5")
    assert download["X-Content-Type-Options"] == "nosniff"
    assert download["Content-Type"] == "application/pdf"


def test_one_refused_file_refuses_them_all_and_leaves_nothing(
    kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf, uploads: Path
) -> None:
    files = [upload("a.pdf", attachments.PDF), upload("b.svg", attachments.SVG)]
    answer = client_of(dora).post(address(kpi, month, "cell_attach"), {"attachments": files})
    assert answer.status_code == 422
    assert "“b.svg” is a web page or drawing" in text_of(answer)
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.exists()
    assert [path for path in uploads.rglob("*") if path.is_file()] == []


def test_an_empty_choice_of_files_is_asked_for_again(
    kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf
) -> None:
    assert client_of(dora).post(address(kpi, month, "cell_attach"), {}).status_code == 422


def test_a_value_takes_twenty_files(kpi: Kpi, month: datetime.date, dora: User) -> None:
    files = [upload(f"{number}.pdf", attachments.PDF) for number in range(MOST_FILES)]
    first, *_rest = attach_evidence(actor=dora, kpi=kpi, period=month, uploads=files)
    with pytest.raises(InvalidInputError, match="At most 20 files"):
        attached(kpi, month, dora)
    remove_evidence(actor=dora, evidence=first)
    attached(kpi, month, dora)


def test_removed_evidence_stays_on_record_and_opens_only_for_who_sees_the_history(
    kpi: Kpi, month: datetime.date, dora: User, bob: User, client_of: ClientOf
) -> None:
    row = attached(kpi, month, dora)
    answer = client_of(dora).post(address(kpi, month, "evidence_remove", row.pk), follow=True)
    text = text_of(answer)
    assert "1 removed file" in text
    assert "removed by Dora" in text
    url = address(kpi, month, "evidence", row.pk)
    assert client_of(dora).get(url).status_code == 404
    assert client_of(bob).get(url).status_code == 200
    assert file_path(row.file.stored_as).exists()
    with pytest.raises(ConflictError):
        remove_evidence(actor=dora, evidence=row)


def test_evidence_opens_only_at_its_own_value(
    kpi: Kpi,
    month: datetime.date,
    dora: User,
    charlie: User,
    other_organization: Organization,
    client_of: ClientOf,
) -> None:
    row = attached(kpi, month, dora)
    assert client_of(dora).get(address(kpi, shift(month, "month", -1), "evidence", row.pk)).status_code == 404
    assert client_of(charlie).get(address(kpi, month, "evidence", row.pk)).status_code == 404
    elsewhere = address(kpi, month, "evidence", row.pk).replace("/acme/", "/globex/")
    assert client_of(charlie).get(elsewhere).status_code == 404


def test_a_file_that_is_gone_from_the_store_is_said_so(
    kpi: Kpi, month: datetime.date, dora: User, client_of: ClientOf
) -> None:
    row = attached(kpi, month, dora)
    file_path(row.file.stored_as).unlink()
    answer = client_of(dora).get(address(kpi, month, "evidence", row.pk))
    assert answer.status_code == 404
