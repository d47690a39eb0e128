"""Cards of what a KPI has reached: attainment, and the same against the plan of the period (METHOD §1)."""

import math

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel, kpi_inputs
from assessments.formula_cards.cards import Card, Reading
from assessments.formula_cards.facts import KpiFigures
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, fraction
from assessments.method.attainment import DEFAULT_TOLERANCE
from charts.numbers import exact, join_unit, percent
from kpis.models import Kpi


@figure("attainment", of="kpi", title=gettext_lazy("Attainment"))
def attainment_card(facts: KpiFigures) -> Card:
    """How far of the way from the baseline to the target, or how well a level is held."""
    if facts.kpi.direction == Kpi.Direction.RANGE:
        return _range_card(facts)
    if facts.kpi.direction == Kpi.Direction.MAINTAIN:
        return _held_card(facts)
    if facts.column("baseline") is not None and facts.column("baseline") == facts.column("target"):
        return _kept_card(facts)
    return _way_card(facts)


def _way_card(facts: KpiFigures) -> Card:
    start, now, end = facts.column("baseline"), facts.column("value"), facts.column("target")
    known = None not in (start, now, end)
    return Card(
        definition=_(
            "How much of the way from the baseline to the target has been covered. 0 is where it started, 100 per cent is "
            "the target; below 0 it has become worse. Lower-is-better needs no other formula."
        ),
        formula=formula("a =", fraction("x − b", "z − b")),
        readings=[_reading(facts, _way_excel(start, now, end) if known else "")],
        ingredients=[
            kpi_inputs.baseline(facts, "b"),
            kpi_inputs.actual(facts, "x"),
            kpi_inputs.target(facts, "z"),
        ],
        conventions=[
            _("Kept uncapped; a score counts it up to the organization's cap and never below 0."),
            _("The newest value that was submitted or verified counts; drafts and returned values do not."),
            _("Where target and baseline are the same, the rule for levels that are to be kept applies."),
        ],
    )


def _kept_card(facts: KpiFigures) -> Card:
    goal, now = facts.column("target"), facts.column("value")
    allowed = _tolerance_of(facts, goal)
    comparison = ">=" if facts.kpi.direction == Kpi.Direction.HIGHER else "<="
    text = ""
    if now is not None and allowed:
        x, z, d = excel.number(now), excel.number(goal), excel.number(allowed)
        text = f"=IF({x}{comparison}{z},1,MAX(0,1-ABS({x}-{z})/{d}))"
    return Card(
        definition=_(
            "Baseline and target are the same: the level is to be kept. 100 per cent at the target or better; beyond it, "
            "the miss counts against the tolerance, down to 0."
        ),
        formula=_miss_formula("d"),
        readings=[_reading(facts, text)],
        ingredients=[
            kpi_inputs.actual(facts, "x"),
            kpi_inputs.target(facts, "z"),
            kpi_inputs.tolerance(facts, allowed),
        ],
        conventions=[_without_tolerance()],
    )


def _held_card(facts: KpiFigures) -> Card:
    given = facts.column("target")
    goal, now = facts.column("baseline") if given is None else given, facts.column("value")
    allowed = _tolerance_of(facts, goal)
    text = ""
    if now is not None and allowed and goal is not None:
        text = f"=MAX(0,1-ABS({excel.number(now)}-{excel.number(goal)})/{excel.number(allowed)})"
    return Card(
        definition=_(
            "The level is to be held from both sides. 100 per cent on it; a miss to either side counts against the "
            "tolerance, down to 0."
        ),
        formula=_miss_formula("d"),
        readings=[_reading(facts, text)],
        ingredients=[
            kpi_inputs.actual(facts, "x"),
            kpi_inputs.baseline(facts) if given is None else kpi_inputs.target(facts, "z"),
            kpi_inputs.tolerance(facts, allowed),
        ],
        conventions=[_without_tolerance(), _("Without a target the baseline is what is held.")],
    )


def _range_card(facts: KpiFigures) -> Card:
    low, high, now, start = (facts.column(name) for name in ("low", "high", "value", "baseline"))
    bound = high if now is not None and high is not None and now > high else low
    outside = start is not None and not low <= start <= high
    allowed = _tolerance_of(facts, bound)
    below = abs(start - bound) if outside else allowed
    text = ""
    if now is not None and below:
        x, missed = (
            excel.number(now),
            f"1-ABS({excel.number(now)}-{excel.number(bound)})/{excel.number(below)}",
        )
        missed = missed if outside else f"MAX(0,{missed})"
        text = f"=IF(AND({x}>={excel.number(low)},{x}<={excel.number(high)}),1,{missed})"
    return Card(
        definition=_(
            "100 per cent inside the range. Outside, the distance to the nearest end counts against the distance of the "
            "baseline from it; where the baseline lies inside, against the tolerance."
        ),
        formula=_miss_formula("r" if outside else "d"),
        readings=[_reading(facts, text)],
        ingredients=[
            kpi_inputs.actual(facts, "x"),
            *kpi_inputs.bounds(facts, bound),
            kpi_inputs.baseline(facts, "b") if outside else kpi_inputs.tolerance(facts, allowed),
        ],
        conventions=[_without_tolerance()],
    )


@figure("on_plan", of="kpi", title=gettext_lazy("On plan"))
def on_plan_card(facts: KpiFigures) -> Card:
    """The same ratio against the planned value of the period."""
    start, now, expected = facts.column("baseline"), facts.column("value"), facts.column("planned")
    if facts.kpi.direction in (Kpi.Direction.RANGE, Kpi.Direction.MAINTAIN) or (
        start is not None and start == facts.column("target")
    ):
        return _standing_plan(facts)
    amount = number_or_none(facts.valuation.kpis.on_plan[0][facts.place])
    known = amount is not None
    return Card(
        definition=_(
            "How much of the way that was planned up to this period has been covered: 100 per cent is exactly on plan. "
            "Being on plan and having arrived are different questions."
        ),
        formula=formula("q =", fraction("x − b", "p − b")),
        readings=[
            Reading(
                label="",
                amount=amount,
                value=percent(amount),
                exact=ratio_exactly(amount),
                excel=_way_excel(start, now, expected) if known else "",
                stored=facts.result.on_plan if facts.result else None,
                stored_value=ratio_exactly(facts.result.on_plan if facts.result else None),
                missing="" if known else _why_no_plan(facts),
            )
        ],
        ingredients=[
            kpi_inputs.baseline(facts, "b"),
            kpi_inputs.actual(facts, "x"),
            kpi_inputs.planned(facts, "p"),
            kpi_inputs.target(facts, "z"),
        ],
        conventions=[
            _("Between two targets the plan is a straight line; after the last one it stays there."),
            _("Too early to say while less than 5 per cent of the whole way was planned."),
        ],
    )


def _standing_plan(facts: KpiFigures) -> Card:
    card = attainment_card(facts)
    amount = number_or_none(facts.valuation.kpis.on_plan[0][facts.place])
    stored = facts.result.on_plan if facts.result else None
    reading = Reading(
        "", amount, percent(amount), ratio_exactly(amount), card.readings[0].excel, stored, ratio_exactly(stored),
        card.readings[0].missing,
    )  # fmt: skip
    return Card(
        definition=_("A level is to be held, there is no way to go: on plan is the same as attained."),
        formula=card.formula,
        readings=[reading],
        ingredients=card.ingredients,
        conventions=card.conventions,
    )


def _reading(facts: KpiFigures, text: str) -> Reading:
    amount = number_or_none(facts.valuation.kpis.attainment[facts.place])
    stored = facts.result.attainment if facts.result else None
    return Reading(
        label="",
        amount=amount,
        value=percent(amount),
        exact=ratio_exactly(amount),
        excel=text if amount is not None else "",
        stored=stored,
        stored_value=ratio_exactly(stored),
        missing="" if amount is not None else why_not(facts),
    )


def _miss_formula(against: str) -> SafeString:
    """The miss over the tolerance, or over the baseline's own distance from the end."""
    below = "| b − z |" if against == "r" else against
    return formula("a = 1 −", fraction("| x − z |", below))


def _way_excel(start: float, now: float, end: float) -> str:
    first = excel.number(start)
    return f"=({excel.number(now)}-{first})/({excel.number(end)}-{first})"


def _tolerance_of(facts: KpiFigures, goal: float | None) -> float | None:
    """As stated, else 5 % of the goal; None where that is 0."""
    stated = facts.column("tolerance")
    if stated and stated > 0:
        return float(stated)
    return DEFAULT_TOLERANCE * abs(goal) or None if goal is not None else None


def _without_tolerance() -> str:
    return _("Where no tolerance is stated it is 5 per cent of what is to be held; of 0 there is none.")


def why_not(facts: KpiFigures) -> str:
    """Why there is no attainment."""
    if facts.column("value") is None:
        return _("No value has been submitted yet.")
    if facts.kpi.direction in (Kpi.Direction.RANGE, Kpi.Direction.MAINTAIN):
        return _("The level to be held is missing or 0; state a tolerance.")
    if facts.column("baseline") is None:
        return _("There is no baseline, so nobody can say how far it has come.")
    if facts.column("target") is None:
        return _("There is no target, so nobody can say how far it is to go.")
    return _("The target is 0 and the same as the baseline; state a tolerance.")


def _why_no_plan(facts: KpiFigures) -> str:
    if None in (facts.column("value"), facts.column("baseline"), facts.column("target")):
        return why_not(facts)
    if facts.column("planned") is None:
        return _("The plan begins after this period.")
    return _("It is too early: less than 5 per cent of the way was planned up to this period.")


def number_or_none(value: float) -> float | None:
    """None for NaN."""
    return None if math.isnan(value) else float(value)


def ratio_exactly(amount: float | None) -> str:
    """A ratio in per cent with all its digits."""
    return join_unit(exact(None if amount is None else amount * 100), "%" if amount is not None else "")
