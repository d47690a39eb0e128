"""Formulas of KPIs: read, checked against units, frequencies and circles, and put in force."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django_scopes import get_scope

from kpis.expressions import Expression, FormulaError, Input, check, parse
from kpis.models import Formula, FormulaTerm, Kpi
from kpis.services.charters import note_definition_change, projects_of
from kpis.services.reasons import refuse_without_reason
from organizations.errors import InvalidInputError
from organizations.models import User
from organizations.services import record_event
from projects.services import request_valuation

#: one writer of formulas at a time in an organization: two of them could close a circle together
_LOCK = 7383


@dataclass(frozen=True, slots=True)
class CheckedFormula:
    """A formula that was read, with the KPIs it names. `problems` must be mended, `doubts` may be meant."""

    expression: Expression
    inputs: dict[str, Kpi] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    #: the unit of the result, as far as it can be told
    unit: str = ""


def check_formula(kpi: Kpi, text: str) -> CheckedFormula:
    """Read a formula for `kpi` and say what is wrong with it.

    Raises:
        InvalidInputError: it is no formula.
    """
    try:
        expression = parse(text)
    except FormulaError as error:
        raise InvalidInputError(str(error), field="expression") from error
    inputs = _named(expression)
    missing = [code for code in expression.codes if code not in inputs]
    problems = [_("There is no KPI with the code %(code)s that counts.") % {"code": code} for code in missing]
    if kpi.code in inputs:
        problems.append(_("The formula names its own KPI. A KPI cannot be computed from itself."))
    elif circle := find_circle(kpi, inputs):
        problems.append(_("This goes in a circle: %(path)s.") % {"path": " → ".join(circle)})
    if missing:
        return CheckedFormula(expression, inputs, problems)
    known = {code: Input(one.unit, one.frequency) for code, one in inputs.items()}
    found = check(expression, known, Input(kpi.unit, kpi.frequency))
    return CheckedFormula(expression, inputs, problems + found.problems, found.doubts, found.unit)


@transaction.atomic
def set_formula(
    *, actor: User | None, kpi: Kpi, text: str, doubts_meant: bool = False, reason: str = ""
) -> Formula:
    """Have the values of `kpi` computed by a formula from now on, also of periods gone by.

    Raises:
        InvalidInputError: it is no formula, something is wrong with it, there are doubts and nobody said that they
            are meant, or a reason is missing.
    """
    organization = get_scope()["organization"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, organization.pk])
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    checked = check_formula(kpi, text)
    if checked.problems:
        raise InvalidInputError(checked.problems[0], fields={"expression": checked.problems})
    if checked.doubts and not doubts_meant:
        raise InvalidInputError(checked.doubts[0], fields={"expression": checked.doubts})
    former: Formula | None = Formula.objects.filter(kpi=kpi).first()
    if former is not None and former.expression == checked.expression.text:
        return former
    refuse_without_reason(kpi.project_id, reason)
    before = former.expression if former else ""
    formula = _written(kpi, former, checked)
    record_event(
        actor=actor,
        action="kpi.formula_set",
        target=kpi,
        before={"formula": before},
        after={"formula": formula.expression},
        reason=reason,
    )
    _announce(kpi)
    return formula


@transaction.atomic
def remove_formula(*, actor: User | None, kpi: Kpi, reason: str = "") -> Kpi:
    """Have the values entered by hand again; those computed so far stay."""
    kpi.refresh_from_db(from_queryset=Kpi.objects.select_for_update(no_key=True))
    formula: Formula | None = Formula.objects.filter(kpi=kpi).first()
    if formula is None:
        return kpi
    refuse_without_reason(kpi.project_id, reason)
    former = formula.expression
    formula.delete()
    _set_source(kpi, Kpi.Source.MANUAL)
    record_event(
        actor=actor, action="kpi.formula_removed", target=kpi, before={"formula": former}, reason=reason
    )
    _announce(kpi)
    return kpi


def find_circle(kpi: Kpi, inputs: Mapping[str, Kpi]) -> list[str]:
    """The codes of a way from `kpi` over the formulas of its inputs back to itself; empty where there is none."""
    # Two plain reads instead of one with joins: a planner without statistics makes those slow.
    readers = dict(Formula.objects.exclude(kpi=kpi).values_list("pk", "kpi_id"))
    reads: dict[int, list[int]] = {}
    for formula_id, read in FormulaTerm.objects.order_by().values_list("formula_id", "kpi_id"):
        if formula_id in readers:
            reads.setdefault(readers[formula_id], []).append(read)
    ways = [[kpi.pk, one.pk] for one in inputs.values()]
    seen: set[int] = set()
    while ways:
        way = ways.pop()
        if way[-1] == kpi.pk:
            codes = dict(Kpi.objects.filter(pk__in=way).order_by().values_list("pk", "code"))
            return [codes[step] for step in way]
        if way[-1] not in seen:
            seen.add(way[-1])
            ways += [[*way, read] for read in reads.get(way[-1], [])]
    return []


def _named(expression: Expression) -> dict[str, Kpi]:
    kpis = Kpi.objects.active().filter(code__in=expression.codes).select_related("project")
    return {kpi.code: kpi for kpi in kpis}


def _written(kpi: Kpi, former: Formula | None, checked: CheckedFormula) -> Formula:
    formula = former or Formula(organization_id=kpi.organization_id, kpi=kpi)
    formula.expression, formula.updated_at = checked.expression.text, timezone.now()
    formula.save()
    FormulaTerm.objects.filter(formula=formula).exclude(kpi__in=checked.inputs.values()).delete()
    FormulaTerm.objects.bulk_create(
        [
            FormulaTerm(organization_id=kpi.organization_id, formula=formula, kpi=one)
            for one in checked.inputs.values()
        ],
        ignore_conflicts=True,
    )
    _set_source(kpi, Kpi.Source.FORMULA)
    return formula


def _set_source(kpi: Kpi, source: str) -> None:
    if kpi.source != source:
        kpi.source = source
        kpi.save(update_fields=["source"])


def _announce(kpi: Kpi) -> None:
    request_valuation(get_scope()["organization"], [kpi.project_id], money=False)
    note_definition_change(projects_of(kpi))
