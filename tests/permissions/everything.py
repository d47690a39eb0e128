"""An organization with one of everything, made through the services the pages use."""

import datetime
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from assessments.models import RebasePoint
from assessments.reminders.links import pause_token
from assessments.services import MeasurementInput, record_measurements
from assessments.services.commenting import write_comment
from assessments.services.evidence import attach_evidence
from assessments.services.importing import queue_import, save_mapping, upload_import
from assessments.services.locking import lock_month
from assessments.services.recompute import recompute_organization
from committee.links import undo_token, unsubscribe_token
from committee.services import update_subscription
from kpis.models import Kpi
from kpis.services import NewBaseline, create_kpi, set_baseline
from kpis.services.charters import hand_out_charter
from kpis.services.drivers import add_driver_value, create_driver
from kpis.services.monetisation import monetise_new_line
from kpis.services.templates import create_template
from organizations.models import ApiToken, Invitation, Membership, Organization, OutboundMail, Role, User
from organizations.services import (
    add_member,
    create_department,
    create_organization,
    create_token,
    create_user,
    invite,
)
from organizations.tenancy import organization_scope
from projects.models import MoneyLine, Project
from projects.services import create_line, create_module, create_project, freeze_plan, set_cash_flows
from projects.services.changes import request_change

#: in both organizations: an address must lead to the right one by the organization alone
PROJECT, KPI, TEMPLATE, DRIVER = "ERP", "LEAD", "T-01", "WAGE"
#: pages of an import that wait for their person
UPLOAD_STEPS = ("table", "columns", "meanings", "preview", "mapping", "discard", "rejected_rows")
#: a period of the KPI that has a value
PERIOD = datetime.date(2025, 12, 1)


@dataclass(frozen=True, slots=True)
class Everything:
    """One organization, a member of every role, and what its addresses need (`arguments`)."""

    organization: Organization
    people: dict[str, User]
    arguments: dict[str, Any]
    #: by prefix of the address's name, what differs between addresses: the ids called "pk", the tokens
    own: dict[str, dict[str, Any]]


def make_everything(slug: str, mark: str) -> Everything:
    """The organization `slug`; every text a person typed carries `mark`."""
    people = {
        role: create_user(email=f"{role}@{slug}.example", name=f"{role.title()} {mark}")
        for role in Role.values
    }
    admin = people[Role.ADMIN]
    organization = create_organization(slug=slug, name=f"{slug.title()} {mark}", admin=admin)
    with organization_scope(organization):
        department = create_department(actor=admin, organization=organization, name=f"Buying {mark}")
        for role, user in people.items():
            if role != Role.ADMIN:
                add_member(
                    actor=admin, organization=organization, user=user, role=role, department=department
                )
        project, line, module_id = _project(organization, people, mark)
        kpi = _kpi(project, people, mark)
        evidence_id = _said_and_shown(kpi, people, mark)
        point = RebasePoint.objects.create(
            organization=organization, kpi=kpi, period=PERIOD, reason=f"New line {mark}"
        )
        _template(organization, people, mark)
        _money_of(kpi, people, mark)
        baseline = set_baseline(
            actor=admin,
            kpi=kpi,
            new=NewBaseline(48.0),
            reason=f"Counted by {mark}",
            evidence=_file(f"count-{mark}.csv"),
        )
        [lock] = lock_month(
            actor=admin, organization=organization, projects=[project], month=datetime.date(2024, 1, 1)
        )
        hand_out_charter(actor=people[Role.PMO], project=project, reason=f"Agreed with {mark}")
        freeze_plan(actor=people[Role.PMO], project=project, reason=f"Agreed with {mark}")
        request_change(
            actor=people[Role.PMO],
            project=project,
            title=f"More seats {mark}",
            reason=f"Asked by {mark}",
            table={line.pk: {datetime.date(2025, 1, 1): Decimal(1100)}},
        )
        mail_and_keys, own = _mail_and_keys(organization, people, mark)
        batch = queue_import(
            actor=admin,
            organization=organization,
            upload=_file(f"{mark}.csv"),
            mapping={},
            dry_run=False,
        )
        upload = upload_import(actor=admin, organization=organization, upload=_file(f"{mark}.csv"))
        columns = {"kpi": {"code": {"column": "KPI"}}, "period": "Month", "value": "Value"}
        save_mapping(batch=upload, mapping={"kind": "measurements", **columns})
        benefit_id = MoneyLine.objects.get(name=f"benefit {mark}").pk
    recompute_organization(organization, trigger="change")
    arguments = {
        "organization_slug": slug,
        "lock_id": lock.pk,
        "code": PROJECT,
        "file_format": "csv",
        "figure": "status",
        "department_id": department.pk,
        "line_id": line.pk,
        "module_id": module_id,
        "evidence_id": evidence_id,
        "point_id": point.pk,
        "baseline_id": baseline.pk,
        **mail_and_keys,
    }
    # As text: every organization has an entry of this number.
    own["organizations:ledger_"] = {"number": "1"}
    own["assessments:import_"] = {"pk": batch.pk}
    own["assessments:confirmation_correct"] = {"line_id": benefit_id, "month": "2025-01-01"}
    own |= {f"assessments:import_{step}": {"pk": upload.pk} for step in UPLOAD_STEPS}
    return Everything(organization, people, arguments, own)


def _file(name: str) -> Any:
    return SimpleUploadedFile(name, b"KPI,Month,Value\nLEAD,2026-01,40\n")


def _project(
    organization: Organization, people: dict[str, User], mark: str
) -> tuple[Project, MoneyLine, int]:
    pmo = people[Role.PMO]
    project = create_project(
        actor=pmo,
        organization=organization,
        values={
            "code": PROJECT,
            "name": f"Roll-out {mark}",
            "description": f"Why {mark}",
            "start_on": datetime.date(2025, 1, 1),
            "go_live_planned": datetime.date(2025, 6, 1),
            "go_live_actual": datetime.date(2025, 7, 1),
            "sponsor": people[Role.EXECUTIVE],
            "business_owner": people[Role.CONTRIBUTOR],
            "it_owner": people[Role.EXECUTIVE],
        },
    )
    module = create_module(actor=pmo, project=project, values={"name": f"Stock {mark}", "weight": 1})
    lines = [
        create_line(actor=pmo, project=project, values={"kind": kind, "name": f"{kind} {mark}"})
        for kind in ("cost", "benefit")
    ]
    for line, amount in zip(lines, (1000, 1700), strict=True):
        amounts = {datetime.date(2025, number, 1): Decimal(amount) for number in range(1, 7)}
        for series in ("plan", "actual"):
            set_cash_flows(actor=pmo, line=line, series=series, amounts=amounts)
    return project, lines[0], module.pk


def _kpi(project: Project, people: dict[str, User], mark: str) -> Kpi:
    kpi = create_kpi(
        actor=people[Role.PMO],
        project=project,
        values={
            "code": KPI,
            "name": f"Lead time {mark}",
            "tier": Kpi.Tier.OPERATIONAL,
            "direction": Kpi.Direction.LOWER,
            "unit": "h",
            "baseline_value": 48.0,
            "expected_start": datetime.date(2025, 7, 1),
            "business_owner": people[Role.CONTRIBUTOR],
            "data_owner": people[Role.CONTRIBUTOR],
            "targets": {datetime.date(2026, 6, 1): 30.0},
        },
    )
    values = [
        MeasurementInput(
            kpi_id=kpi.pk, period=datetime.date(2025, month, 1), value=50.0 - month, note=f"By {mark}"
        )
        for month in range(7, 13)
    ]
    record_measurements(people[Role.CONTRIBUTOR], project.organization, values)
    return kpi


def _template(organization: Organization, people: dict[str, User], mark: str) -> None:
    values = {
        "code": TEMPLATE,
        "name": f"Handling time {mark}",
        "definition": f"Hours from the receipt of a request to its answer, as {mark} counts them.",
        "tier": Kpi.Tier.OPERATIONAL,
        "dimension": Kpi.Dimension.EFFICIENCY,
        "direction": Kpi.Direction.LOWER,
        "unit": "h",
    }
    create_template(actor=people[Role.PMO], organization=organization, values=values)


def _money_of(kpi: Kpi, people: dict[str, User], mark: str) -> None:
    """A driver, and a benefit that follows from the KPI with it."""
    actor = people[Role.FINANCE]
    values = {"code": DRIVER, "name": f"Hourly wage {mark}", "unit": "EUR/h"}
    driver = create_driver(actor=actor, organization=kpi.organization, values=values)
    add_driver_value(
        actor=actor,
        driver=driver,
        valid_from=datetime.date(2025, 1, 1),
        value=42.0,
        source=f"Payroll of {mark}",
    )
    factors = {"money_driver": driver, "volume_value": 10.0, "note": f"As {mark} counts"}
    monetise_new_line(
        actor=actor,
        kpi=kpi,
        project=kpi.project,
        name=f"Hours saved {mark}",
        values=factors,
        reason=f"Asked for by {mark}",
    )


def _said_and_shown(kpi: Kpi, people: dict[str, User], mark: str) -> int:
    """A comment and a file on the value of `PERIOD`; the file's id."""
    actor = people[Role.CONTRIBUTOR]
    write_comment(
        actor=actor, kpi=kpi, period=PERIOD, text=f"Without samples {mark} @{people[Role.PMO].name}"
    )
    file = SimpleUploadedFile(f"log-{mark}.txt", f"Log {mark}".encode())
    (evidence,) = attach_evidence(actor=actor, kpi=kpi, period=PERIOD, uploads=[file], note=f"Log {mark}")
    return evidence.pk


def _mail_and_keys(
    organization: Organization, people: dict[str, User], mark: str
) -> tuple[dict[str, Any], dict[str, dict[str, Any]]]:
    admin, viewer = people[Role.ADMIN], people[Role.VIEWER]
    invitation: Invitation = invite(
        actor=admin,
        organization=organization,
        email=f"guest-{mark.lower()}@nowhere.example",
        role=Role.VIEWER,
    )
    key, _secret = create_token(
        membership=Membership.objects.get(user=admin), name=f"Export {mark}", access=ApiToken.Access.READ
    )
    member = Membership.objects.select_related("user", "organization").get(user=viewer)
    subscription = update_subscription(actor=viewer, membership=member, frequency="weekly")
    ids = {"member_id": member.pk, "invitation_id": invitation.pk, "token_id": key.pk}
    own = {
        "committee:outbox_": {"pk": OutboundMail.objects.get(kind="invitation").pk},
        "committee:unsubscribe": {"token": unsubscribe_token(subscription)},
        "assessments:reminder_": {"token": pause_token(member)},
        "committee:undo_unsubscribe": {"token": undo_token(subscription, "weekly")},
        # Only the mail knows the secret of an invitation.
        "organizations:accept_invitation": {"token": _token_of_mail()},
        "account_confirm_email": {"key": "unknown"},
        "account_reset_password_from_key": {"uidb36": "1", "key": "set-password"},
        "mfa_": {"pk": 0},
        "kpis:": {"code": KPI},
        "kpis:create": {"code": PROJECT},
        "kpis:setup": {"code": PROJECT},
        "kpis:template": {"code": TEMPLATE},
        # As text: it is no id that another organization's rows could have.
        "kpis:charter": {"code": PROJECT, "side": "business", "version": "1"},
        "assessments:plan": {"code": PROJECT, "side": "business"},
        # As text: it is no id that another organization's rows could have.
        "assessments:change": {"code": PROJECT, "number": "1"},
        "assessments:kpi": {"code": KPI},
        "assessments:baseline": {"code": KPI},
        "assessments:formula": {"code": KPI},
        "assessments:outlook": {"code": PROJECT},
        "assessments:proof": {"code": KPI},
        "assessments:rebase": {"code": KPI},
        "assessments:compare": {"code": KPI},
        "assessments:monetisation": {"code": KPI},
        "assessments:driver": {"code": DRIVER},
        "kpis:driver": {"code": DRIVER},
        "assessments:cell": {"code": KPI, "period": PERIOD.isoformat()},
        "assessments:evidence": {"code": KPI, "period": PERIOD.isoformat()},
        "api:kpi": {"code": KPI},
    }
    return ids, own


def _token_of_mail() -> str:
    text: str = OutboundMail.objects.get(kind="invitation").text
    return text.split("/invitations/", 1)[1].split("/", 1)[0]
