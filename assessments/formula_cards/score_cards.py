"""Cards of a project's scores: the three tiers, the value index and the status word (METHOD §2), and module coverage (§6)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from assessments.formula_cards import excel
from assessments.formula_cards.attainment_cards import number_or_none, ratio_exactly
from assessments.formula_cards.cards import NOT_STORED, Card, Ingredient, Reading, WorkTable
from assessments.formula_cards.facts import ProjectFigures
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, fraction, indexed, row, total
from assessments.method.scoring import GATE, MINIMUM_COVERAGE
from assessments.models.results import StatusWord
from charts.numbers import MISSING, as_decimal, exact, percent, write
from kpis.models import Kpi
from projects.models import Module


@dataclass(frozen=True, slots=True)
class CountedKpi:
    """One KPI as a score takes it; `reached` is None while it is due without data."""

    kpi: Kpi
    weight: float
    reached: float | None
    on_plan: float | None
    word: str


def _counted(facts: ProjectFigures, tier: str = "") -> list[CountedKpi]:
    """KPIs that are due and not dropped, of one tier or of all."""
    scores = facts.valuation.kpis
    return [
        CountedKpi(
            facts.kpis[kpi_id],
            float(scores.weight[place]),
            number_or_none(scores.attainment[place]),
            number_or_none(scores.on_plan[0][place]),
            scores.words[place],
        )
        for place, kpi_id in enumerate(scores.columns["id"])
        if scores.due[place] and not scores.dropped[place] and tier in ("", scores.columns["tier"][place])
    ]


def _tier_card(tier: str, facts: ProjectFigures) -> Card:
    rows, cap = _counted(facts, tier), facts.valuation.inputs.terms.score_cap
    return Card(
        definition=_(
            "The mean of what the tier's KPIs have reached, by weight, in points: 100 is every target reached. Each "
            "counts up to the cap and never below 0."
        ),
        formula=formula(
            "S = 100 ·",
            fraction(
                total("i", row(indexed("w", "i"), "· min ( c , max ( 0 ,", indexed("a", "i"), ") )")),
                total("i", indexed("w", "i")),
            ),
        ),
        readings=_tier_readings(facts, tier, rows, cap),
        ingredients=[*_kpi_inputs(facts, rows), _cap(facts, cap)],
        conventions=[
            _("Under %(share)s of the weight with data no score is published, only its bounds.")
            % {"share": percent(MINIMUM_COVERAGE, 0)},
            _("The bounds count KPIs without data as 0 and as 1."),
            _("KPIs that are not due, or whose value is too old, are left out."),
        ],
    )


def _tier_readings(facts: ProjectFigures, tier: str, rows: list[CountedKpi], cap: float) -> list[Reading]:
    details = facts.row["tiers"][tier]
    scored = "+".join(
        f"{excel.plain(one.weight)}*MIN({excel.plain(cap)},MAX(0,{excel.plain(one.reached)}))"
        for one in rows
        if one.reached is not None
    )
    weights = {
        "due": excel.array(one.weight for one in rows),
        "in": excel.array(one.weight for one in rows if one.reached is not None) if scored else "0",
        "out": excel.array(one.weight for one in rows if one.reached is None)
        if any(one.reached is None for one in rows)
        else "0",
    }
    points = scored or "0"
    low = f"=100*({points})/SUM({weights['due']})"
    high = f"=100*({points}+SUM({weights['out']}))/SUM({weights['due']})"
    said = bool(rows)
    stored = facts.result.tiers.get(tier, {}) if facts.result else {}
    kept: Callable[[str], Any] = lambda name: stored.get(name) if facts.result else NOT_STORED  # noqa: E731
    coverage = details["coverage"]
    return [
        _points_reading(
            _("Score"),
            facts.row[tier],
            f"=100*({points})/SUM({weights['in']})",
            NOT_STORED if facts.result is None else getattr(facts.result, tier),
            _why_no_score(facts, tier, coverage),
        ),
        Reading(
            _("Coverage"),
            coverage,
            percent(coverage, 0),
            ratio_exactly(coverage),
            f"=SUM({weights['in']})/SUM({weights['due']})" if said else "",
            kept("coverage"),
            percent(stored.get("coverage"), 6),
            "" if said else _("No KPI of the tier is due."),
        ),
        _points_reading(_("Lowest possible"), details["low"], low if said else "", kept("low")),
        _points_reading(_("Highest possible"), details["high"], high if said else "", kept("high")),
    ]


def _why_no_score(facts: ProjectFigures, tier: str, coverage: float | None) -> str:
    if facts.row[tier] is not None:
        return ""
    if coverage is None:
        return _("No KPI of the tier is due.")
    return _("Only %(share)s of the weight has data.") % {"share": percent(coverage, 0)}


for _tier, _title in (
    ("functional", gettext_lazy("Score of the functional tier")),
    ("operational", gettext_lazy("Score of the operational tier")),
    ("strategic", gettext_lazy("Score of the strategic tier")),
):
    figure(_tier, of="project", title=_title)(partial(_tier_card, _tier))


@figure("value-index", of="project", title=gettext_lazy("Value index"))
def index_card(facts: ProjectFigures) -> Card:
    """The three tiers in one number, and the gate rule."""
    return Card(
        definition=_(
            "The scores of the published tiers by the organization's weights. Where strategic evidence is missing or "
            "under 40 the status is held at “at risk”, whatever the index."
        ),
        formula=formula(
            "I =",
            fraction(
                total("t", row(indexed("W", "t"), "·", indexed("S", "t"))), total("t", indexed("W", "t"))
            ),
        ),
        readings=_index_readings(facts),
        ingredients=[
            Ingredient(
                str(Kpi.Tier(tier).label),
                _points(facts.row[tier]),
                "S",
                _("weight %(weight)s") % {"weight": exact(facts.valuation.inputs.terms.weights[tier])},
                _figure_url(facts, tier),
            )
            for tier in Kpi.Tier.values
        ],
        conventions=[
            _("Tiers without a published score are left out and the others weighted anew."),
            _(
                "The geometric form lets no tier make up for another: it is shown where it differs by more than 10."
            ),
            _("The gate: strategic evidence of at least %(points)s points.") % {"points": exact(GATE)},
        ],
    )


def _index_readings(facts: ProjectFigures) -> list[Reading]:
    published = {tier: facts.row[tier] for tier in Kpi.Tier.values if facts.row[tier] is not None}
    weights = {tier: facts.valuation.inputs.terms.weights[tier] for tier in published}
    over = "+".join(excel.plain(weight) for weight in weights.values())
    plain = "+".join(
        f"{excel.plain(weights[tier])}*{excel.plain(score)}" for tier, score in published.items()
    )
    product = "*".join(
        f"{excel.plain(score)}^({excel.plain(weights[tier])}/({over}))"
        for tier, score in published.items()
        if weights[tier]
    )
    missing = (
        "" if facts.row["value_index"] is not None else _("No tier has values for enough of its weight.")
    )
    kept: Callable[[str], Any] = lambda name: getattr(facts.result, name) if facts.result else NOT_STORED  # noqa: E731
    return [
        _points_reading(
            _("Value index"),
            facts.row["value_index"],
            f"=({plain})/({over})",
            kept("value_index"),
            missing,
        ),
        _points_reading(
            _("Geometric form"), facts.row["geometric"], f"={product}", kept("geometric"), missing
        ),
        _word_reading(
            _("Held at “at risk”"),
            _yes(facts.row["capped"]),
            _yes(facts.result.capped) if facts.result else NOT_STORED,
        ),
    ]


@figure("status", of="project", title=gettext_lazy("Value status"))
def status_card(facts: ProjectFigures) -> Card:
    """The word for the whole project, read from how its KPIs stand against plan."""
    word, stored = facts.row["status"], facts.result.status if facts.result else None
    rows = [
        [one.kpi.name, exact(one.weight), ratio_exactly(one.on_plan), str(StatusWord(one.word).label)]
        for one in _counted(facts)
    ]
    return Card(
        definition=_(
            "Where the value stands against its plan: on track from 90 points, at risk from 70, off track below. "
            "Points are the index over what was planned up to now instead of the targets."
        ),
        formula=formula(
            "P ≥ 90 →", str(StatusWord.ON_TRACK.label), "; 70 ≤ P < 90 →", str(StatusWord.AT_RISK.label)
        ),
        readings=[
            _word_reading(
                _("Status"),
                str(StatusWord(word).label),
                NOT_STORED if stored is None else str(StatusWord(stored).label),
            ),
            _points_reading(
                _("Points against plan"),
                facts.row["plan_index"],
                "",
                facts.result.plan_index if facts.result else NOT_STORED,
                ""
                if facts.row["plan_index"] is not None
                else _("No tier has values for enough of its weight."),
            ),
        ],
        ingredients=_kpi_inputs(facts, _counted(facts)),
        conventions=[
            _("A word changes only after two periods that say the same: one odd value changes nothing."),
            _("Without strategic evidence of at least 40 points it is never better than at risk."),
            _("How the delivery runs is told apart, by its own status."),
        ],
        tables=[WorkTable(_("KPIs that count"), [_("KPI"), _("Weight"), _("On plan"), _("Status")], rows)]
        if rows
        else [],
    )


@figure("module-coverage", of="project", title=gettext_lazy("Module coverage"))
def coverage_card(facts: ProjectFigures) -> Card:
    """How much of what was contracted is there, accepted and in use."""
    modules = facts.modules
    weights = excel.array(one.weight for one in modules)
    readings = []
    for name, field in (
        (_("Delivered"), "delivered_on"),
        (_("Accepted"), "accepted_on"),
        (_("In use"), "in_use_since"),
    ):
        done = [one.weight for one in modules if getattr(one, field)]
        share = sum(done) / sum(one.weight for one in modules) if any(one.weight for one in modules) else None
        text = f"=SUM({excel.array(done or [0])})/SUM({weights})" if share is not None else ""
        missing = "" if share is not None else _("No module is contracted yet.")
        readings.append(Reading(name, share, percent(share, 0), ratio_exactly(share), text, missing=missing))
    return Card(
        definition=_(
            "The weight of the modules that are delivered, accepted or in use, over the weight contracted."
        ),
        formula=formula("C =", fraction(total("accepted", "w"), total("contracted", "w"))),
        readings=readings,
        ingredients=[_module(facts, one) for one in modules],
        conventions=[_("Only contracted modules count.")],
    )


def _module(facts: ProjectFigures, module: Module) -> Ingredient:
    dates = [
        (_("delivered"), module.delivered_on),
        (_("accepted"), module.accepted_on),
        (_("in use"), module.in_use_since),
    ]
    done = " · ".join(name for name, day in dates if day)
    url = reverse("projects:modules", args=[facts.organization.slug, facts.project.code])
    return Ingredient(module.name, exact(module.weight), "w", done or _("not delivered"), url)


def _kpi_inputs(facts: ProjectFigures, rows: list[CountedKpi]) -> list[Ingredient]:
    return [
        Ingredient(
            one.kpi.name,
            ratio_exactly(one.reached),
            "a",
            _("weight %(weight)s") % {"weight": exact(one.weight)},
            reverse("assessments:kpi_figure", args=[facts.organization.slug, one.kpi.code, "attainment"]),
        )
        for one in rows
    ]


def _cap(facts: ProjectFigures, cap: float) -> Ingredient:
    changed = facts.change_of("organization", facts.organization.pk)
    return Ingredient(
        _("Cap of a KPI's score"), exact(cap), "c", _("of the organization"), "", changed.who, changed.when
    )


def _figure_url(facts: ProjectFigures, code: str) -> str:
    return reverse("assessments:project_figure", args=[facts.organization.slug, facts.project.code, code])


def _points_reading(
    label: str, amount: float | None, text: str, stored: Any = NOT_STORED, missing: str = ""
) -> Reading:
    return Reading(
        label=label,
        amount=amount,
        value=_points(amount),
        exact=exact(amount),
        excel=text if amount is not None else "",
        stored=stored,
        stored_value="" if stored is NOT_STORED else exact(stored),
        missing=missing,
    )


def _word_reading(label: str, word: str, stored: Any) -> Reading:
    return Reading(label, word, word, word, "", stored, "" if stored is NOT_STORED else str(stored))


def _points(amount: float | None) -> str:
    number = as_decimal(amount)
    return MISSING if number is None else write(number, 0)


def _yes(flag: bool) -> str:
    return _("yes") if flag else _("no")
