"""A roll-out with invented figures to look around in: made by the services the pages use, gone without a trace."""

import datetime
import math
import random
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection, transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from assessments.services import MeasurementInput, record_measurements
from kpis.library import template
from kpis.models import Kpi
from kpis.services import create_kpis
from organizations.errors import ConflictError
from organizations.models import Organization, User
from organizations.services import record_event
from organizations.services.tenants import move_generation
from projects.models import CashFlow, Project
from projects.periods import add_months, start_of
from projects.services import create_line, create_project, decide_gate, set_cash_flows

SAMPLE_LOCK = 7382
#: months since go-live, and months measured before it
LIVE_MONTHS, BEFORE_MONTHS = 9, 6
#: newest months that nobody has verified yet
UNVERIFIED = 1


@dataclass(frozen=True, slots=True)
class _Course:
    """A template of the library with its baseline, its target after a year, and where it is heading."""

    code: str
    baseline: float
    target: float
    reached: float
    noise: float


COURSES = (
    _Course("active-users", 48, 85, 88, 1.5),
    _Course("stock-accuracy", 93, 99.2, 98.9, 0.2),
    _Course("system-usability", 52, 70, 66, 1.0),
    _Course("purchase-order-cycle-time", 8, 3, 3.2, 0.2),
    _Course("close-duration", 9, 4, 5, 0.2),
    _Course("touchless-invoices", 15, 60, 50, 1.5),
    _Course("days-sales-outstanding", 58, 45, 47, 0.6),
    _Course("inventory-turns", 4.2, 6.0, 5.2, 0.08),
)


@transaction.atomic
def load_sample(*, actor: User, organization: Organization) -> Project:
    """Make the sample roll-out, in the actor's language and owned by them; where it stands already, that one.

    Inside the organization's scope.
    """
    with connection.cursor() as cursor:
        # A double click waits here and then finds what the first one made. Not the organization's row: a
        # valuation that holds the lock of the writers waits for that one.
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [SAMPLE_LOCK, organization.pk])
    standing = Project.objects.filter(is_sample=True).first()
    if standing is not None:
        return standing  # type: ignore[no-any-return]
    month = start_of(organization.today(), "month")
    live = add_months(month, -LIVE_MONTHS)
    project = _project(actor, organization, live)
    _money(actor, project, live, month)
    _values(actor, organization, _kpis(actor, project, live), live, month)
    record_event(actor=actor, action="sample.loaded", target=project)
    return project


@transaction.atomic
def remove_sample(*, actor: User, organization: Organization) -> None:
    """Take the sample roll-out away with everything below it. Inside the organization's scope.

    Raises:
        ConflictError: something of the organization's own builds on it.
    """
    for project in Project.objects.select_for_update(no_key=True).filter(is_sample=True):
        record_event(actor=actor, action="sample.removed", target=project)
        try:
            project.delete()
        except ProtectedError as error:
            names = ", ".join(sorted({str(blocker) for blocker in error.protected_objects})[:3])
            raise ConflictError(
                _("The sample cannot go yet: %(names)s builds on it. Remove that first.") % {"names": names}
            ) from error
    move_generation(organization.pk)


def _project(actor: User, organization: Organization, live: datetime.date) -> Project:
    names = Project.objects.filter(code__istartswith="SAMPLE").values_list("code", flat=True)
    taken = {name.upper() for name in names}
    code = next(code for number in range(1, len(taken) + 2) if (code := _numbered(number)) not in taken)
    project = create_project(
        actor=actor,
        organization=organization,
        values={
            "code": code,
            "name": _("ERP in the plants"),
            "description": _("Invented figures to look around in."),
            "system_kind": Project.SystemKind.ERP,
            "sponsor": actor,
            "business_owner": actor,
            "it_owner": actor,
            "start_on": add_months(live, -BEFORE_MONTHS),
            "go_live_planned": live,
            "go_live_actual": live,
            "delivery_status": Project.DeliveryStatus.LIVE,
        },
    )
    project.is_sample = True
    project.save(update_fields=["is_sample"])
    return project


def _numbered(number: int) -> str:
    return "SAMPLE" if number == 1 else f"SAMPLE-{number}"


def _kpis(actor: User, project: Project, live: datetime.date) -> list[tuple[Kpi, _Course]]:
    definitions = []
    for course in COURSES:
        found = template(course.code)
        assert found is not None, course.code
        definitions.append(
            {
                "name": found.name,
                "definition": found.definition,
                "tier": found.tier,
                "dimension": found.dimension,
                "direction": found.direction,
                "unit": found.unit,
                "frequency": "month",
                "baseline_value": course.baseline,
                "baseline_start": add_months(live, -BEFORE_MONTHS),
                "baseline_end": live,
                "expected_start": live,
                "business_owner": actor,
                "it_owner": actor,
                "data_owner": actor,
                "targets": {add_months(live, 12): course.target},
            }
        )
    kpis = create_kpis(actor=actor, project=project, definitions=definitions)
    return list(zip(kpis, COURSES, strict=True))


def _values(
    actor: User,
    organization: Organization,
    kpis: list[tuple[Kpi, _Course]],
    live: datetime.date,
    month: datetime.date,
) -> None:
    first = add_months(live, -BEFORE_MONTHS)
    periods = [add_months(first, number) for number in range(BEFORE_MONTHS + LIVE_MONTHS)]
    rows = []
    for kpi, course in kpis:
        dice = random.Random(course.code)
        for number, period in enumerate(periods):
            gone = max(0, number - BEFORE_MONTHS + 1)
            value = course.reached + (course.baseline - course.reached) * math.exp(-gone / 3)
            value = round(value + dice.gauss(0, course.noise), 2)
            is_new = period >= add_months(month, -UNVERIFIED)
            rows.append(MeasurementInput(kpi.pk, period, value, status="submitted" if is_new else "verified"))
    record_measurements(actor, organization, rows)


def _money(actor: User, project: Project, live: datetime.date, month: datetime.date) -> None:
    start = add_months(live, -BEFORE_MONTHS)
    lines = [
        ("cost", _("Licences and introduction"), "capex", {add_months(start, n): 60_000 for n in range(6)}),
        ("cost", _("Operation and support"), "opex", {add_months(live, n): 6_000 for n in range(36)}),
        (
            "benefit",
            _("Less stock and less manual work"),
            "opex",
            {add_months(live, n): min(30_000, 5_000 * (n + 1)) for n in range(36)},
        ),
    ]
    made = []
    for kind, name, treatment, monthly in lines:
        values = {"kind": kind, "name": name, "treatment": treatment, "owner": actor}
        line = create_line(actor=actor, project=project, values=values)
        plan = {day: Decimal(amount) for day, amount in monthly.items()}
        set_cash_flows(actor=actor, line=line, series=CashFlow.Series.PLAN, amounts=plan)
        made.append((line, plan))
    for gate in ("L1", "L2", "L3", "L4"):
        # A sample has no charter and no signatures: it is there to look around in.
        reason = _("Invented figures to look around in.")
        decide_gate(actor=actor, project=project, gate=gate, reason=reason, waive=True)
    for line, plan in made:
        share = Decimal("0.9") if line.kind == "benefit" else Decimal("1.05")
        actual = {day: amount * share for day, amount in plan.items() if day < month}
        set_cash_flows(actor=actor, line=line, series=CashFlow.Series.ACTUAL, amounts=actual)
