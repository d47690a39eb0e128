"""Cards of how a KPI runs: its status, how fresh it is, its natural limits and how good its baseline is (METHOD §2, §4)."""

import datetime
import itertools

from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.control import Limits, go_live_of, natural_limits
from assessments.formula_cards import excel, kpi_inputs
from assessments.formula_cards.attainment_cards import number_or_none, ratio_exactly, why_not
from assessments.formula_cards.cards import Card, Ingredient, Reading, WorkTable
from assessments.formula_cards.facts import KpiFigures
from assessments.formula_cards.registry import figure
from assessments.formula_cards.typesetting import formula, fraction, mean
from assessments.method.control_chart import LIMIT_FACTOR, RANGE_LIMIT_FACTOR
from assessments.method.scoring import status_words
from assessments.models.results import StatusWord
from assessments.sentences import with_unit
from charts.numbers import MISSING, exact
from projects.periods import MEAN_DAYS, Frequency, label, shift


@figure("status", of="kpi", title=gettext_lazy("Status"))
def status_card(facts: KpiFigures) -> Card:
    """The word of the newest periods, folded so that one odd value changes nothing."""
    word = facts.valuation.kpis.words[facts.place]
    stored = facts.result.status if facts.result else None
    plans = [number_or_none(plan[facts.place]) for plan in facts.valuation.kpis.on_plan]
    said = [str(status_words(float("nan") if one is None else one * 100)[0]) for one in plans]
    rows = [
        [
            label(period, facts.kpi.frequency),
            kpi_inputs.every_digit(value, facts.kpi),
            ratio_exactly(plan),
            _word(one) if one else _word(StatusWord.TOO_EARLY),
        ]
        for (period, value), plan, one in zip(facts.newest, plans, said, strict=False)
    ]
    return Card(
        definition=_(
            "Where the KPI stands against its plan: on track from 90 per cent of the planned way, at risk from 70, "
            "off track below, on unrounded values."
        ),
        formula=formula("q ≥ 90 →", _word(StatusWord.ON_TRACK), "; 70 ≤ q < 90 →", _word(StatusWord.AT_RISK)),
        readings=[
            Reading(
                label="",
                amount=word,
                value=_word(word),
                exact=_word(word),
                stored=stored,
                stored_value=_word(stored) if stored else MISSING,
                missing=_why_no_status(facts, word),
            )
        ],
        ingredients=[
            kpi_inputs.actual(facts, "x"),
            kpi_inputs.planned(facts, "p"),
            kpi_inputs.baseline(facts, "b"),
        ],
        conventions=[
            _("A word changes only after two periods that say the same: one odd value changes nothing."),
            _(
                "Before its effect is expected a KPI is too early and never red; a value that is too old counts no more."
            ),
        ],
        tables=[
            WorkTable(_("The newest periods"), [_("Period"), _("Actual"), _("On plan"), _("Says")], rows)
        ],
    )


def _word(word: str) -> str:
    return str(StatusWord(word).label)


def _why_no_status(facts: KpiFigures, word: str) -> str:
    if word == StatusWord.NO_DATA:
        dropped = bool(facts.valuation.kpis.dropped[facts.place])
        return _("The newest value is older than three periods.") if dropped else why_not(facts)
    if word == StatusWord.TOO_EARLY:
        start = facts.kpi.expected_start
        if start and start > facts.today:
            return _("An effect is expected from %(day)s on.") % {"day": formats.date_format(start)}
        return _("Too little of the way was planned up to this period.")
    return ""


@figure("freshness", of="kpi", title=gettext_lazy("Freshness"))
def freshness_card(facts: KpiFigures) -> Card:
    """How old the newest value is, in periods."""
    length = MEAN_DAYS[Frequency(facts.kpi.frequency)]
    end = shift(facts.newest[0][0], facts.kpi.frequency, 1) if facts.newest else None
    word, stored = _fresh(facts)
    age = max(0, (facts.today - end).days) if end else None
    return Card(
        definition=_(
            "The age of the newest value over the length of its period. Stale after one and a half periods, too old "
            "to count after three: then it leaves score and coverage."
        ),
        formula=formula("f =", fraction("t − e", "ℓ")),
        readings=[
            Reading(
                label=word,
                amount=None if age is None else age / length,
                value=word,
                exact=exact(None if age is None else age / length),
                excel=f"=MAX(0,{excel.date(facts.today)}-{excel.date(end)})/{excel.plain(length)}"
                if end
                else "",
                missing="" if end else _("No value has been submitted yet."),
            ),
            Reading(
                label=_("Word"),
                amount=word,
                value=word,
                exact=word,
                stored=stored,
                stored_value=stored or MISSING,
            ),
        ],
        ingredients=[
            kpi_inputs.actual(facts),
            Ingredient(
                _("Today"), formats.date_format(facts.today), "t", _("in the organization's time zone")
            ),
            Ingredient(_("End of the newest period"), formats.date_format(end) if end else MISSING, "e"),
            Ingredient(_("Mean length of a period"), _days(length), "ℓ", facts.kpi.get_frequency_display()),
        ],
        conventions=[
            _("The age counts whole days from the end of the period; the months' mean length is 30.4 days.")
        ],
    )


def _fresh(facts: KpiFigures) -> tuple[str, str | None]:
    """The word now, and that of the stored result."""
    kpis, place, result = facts.valuation.kpis, facts.place, facts.result
    if not facts.newest:
        return _("nothing yet"), None if result is None else _("nothing yet")

    def word(stale: bool, dropped: bool) -> str:
        return _("too old") if dropped else _("stale") if stale else _("fresh")

    now = word(bool(kpis.stale[place]), bool(kpis.dropped[place]))
    return now, None if result is None else word(result.stale, result.dropped)


def _days(length: float) -> str:
    return ngettext("%(count)s day", "%(count)s days", round(length)) % {"count": exact(length)}


@figure("limits", of="kpi", title=gettext_lazy("Natural limits"))
def limits_card(facts: KpiFigures) -> Card:
    """XmR: what the usual variation explains."""
    limits, periods = _limits(facts)
    values = [facts.series.values[period] for period in periods]
    moves = [abs(later - earlier) for earlier, later in itertools.pairwise(values)]
    table = WorkTable(
        _("Values the limits come from"),
        [_("Period"), _("Actual"), _("Moving range")],
        [
            [label(period, facts.kpi.frequency), *(kpi_inputs.every_digit(one, facts.kpi) for one in pair)]
            for period, *pair in zip(periods, values, [None, *moves], strict=False)
        ],
    )
    return Card(
        definition=_(
            "Within these limits a value says no more than chance; a value outside, or a pattern such as seven in a "
            "row on one side, is a signal. Limits are not targets."
        ),
        formula=formula(mean("x"), "±", str(LIMIT_FACTOR), "·", mean("m")),
        readings=_limit_readings(facts, limits, values, moves),
        ingredients=[
            Ingredient(
                _("Values the limits come from"),
                exact(len(values)),
                "x",
                _members(facts, limits),
                _kpi_url(facts),
            ),
            Ingredient(
                _("Mean moving range"),
                kpi_inputs.every_digit(sum(moves) / len(moves) if moves else None, facts.kpi),
                "m",
            ),
        ],
        conventions=[
            _(
                "The moving range is the distance between neighbouring values; large ones are not screened out."
            ),
            _(
                "With five values before go-live the limits are frozen on those; fewer than twelve make trial limits."
            ),
            _(
                "After a recorded, lasting change they are computed anew from there on; the old ones stay drawn."
            ),
            _("The limit of the moving range itself is %(factor)s times its mean.")
            % {"factor": exact(RANGE_LIMIT_FACTOR)},
        ],
        tables=[table] if values else [],
    )


def _limits(facts: KpiFigures) -> tuple[Limits | None, list[datetime.date]]:
    """The limits in force, and the periods of the values they come from."""
    series = facts.series
    periods = sorted(series.values)
    start = max((day for day in facts.rebased if periods and periods[0] < day <= periods[-1]), default=None)
    members = [day for day in periods if start is None or day >= start]
    go_live = go_live_of(facts.kpi.project, facts.today) if start is None else None
    limits = natural_limits(series, series.axis(), go_live, members)
    return limits, members[: limits.points if limits else None]


def _limit_readings(
    facts: KpiFigures, limits: Limits | None, values: list[float], moves: list[float]
) -> list[Reading]:
    kpi = facts.kpi
    if limits is None:
        missing = _("Fewer than five values: limits would say nothing.")
        return [Reading("", None, MISSING, MISSING, missing=missing)]
    centre = f"AVERAGE({excel.array(values)})"
    reach = f"{LIMIT_FACTOR}*AVERAGE({excel.array(moves)})"
    rows = [
        (_("Upper limit"), limits.upper, f"={centre}+{reach}"),
        (_("Centre line"), limits.centre, f"={centre}"),
        (_("Lower limit"), limits.lower, f"={centre}-{reach}"),
    ]
    return [
        Reading(name, amount, with_unit(amount, kpi), kpi_inputs.every_digit(amount, kpi), text)
        for name, amount, text in rows
    ]


def _members(facts: KpiFigures, limits: Limits | None) -> str:
    if limits is None:
        return ""
    return _("before go-live") if limits.frozen else _("all of them, or those since the newest rebase")


def _kpi_url(facts: KpiFigures) -> str:
    return reverse("assessments:kpi", args=[facts.organization.slug, facts.kpi.code])


@figure("baseline", of="kpi", title=gettext_lazy("Quality of the baseline"))
def baseline_card(facts: KpiFigures) -> Card:
    """Where the KPI started, from how many values, and who said so."""
    record, kpi = facts.baseline, facts.kpi
    return Card(
        definition=_(
            "A gain is told from the baseline, so its quality decides how far the gain can be believed: how many "
            "values it rests on, how much they vary, and whether they cover all seasons."
        ),
        formula=formula("b =", mean("x")),
        readings=_baseline_readings(facts),
        ingredients=[
            kpi_inputs.baseline(facts, "b"),
            Ingredient(_("Period"), _period(facts)),
            Ingredient(_("Values it rests on"), exact(record.points) if record else MISSING),
            Ingredient(
                _("Standard deviation of the values"),
                kpi_inputs.every_digit(record.spread if record else None, kpi),
            ),
            Ingredient(
                _("Covers a whole year"),
                (_("yes") if record.season_covered else _("no")) if record else MISSING,
            ),
            Ingredient(_("Reason"), (record.reason if record else "") or MISSING),
        ],
        conventions=[
            _("Six values are the least for a verdict; twelve months cover all seasons."),
            _("A baseline is never changed: a new one stands beside the old, with a reason."),
        ],
    )


def _baseline_readings(facts: KpiFigures) -> list[Reading]:
    record, kpi = facts.baseline, facts.kpi
    within = _within_baseline(facts)
    computed = record is not None and record.method == record.Method.COMPUTED
    mean_now = sum(within) / len(within) if within else None
    readings = [
        Reading(
            _("Baseline"),
            kpi.baseline_value,
            with_unit(kpi.baseline_value, kpi),
            kpi_inputs.every_digit(kpi.baseline_value, kpi),
            missing=""
            if kpi.baseline_value is not None
            else _("There is no baseline, so nobody can say how far it has come."),
        )
    ]
    if within:
        text = f"=AVERAGE({excel.array(within)})"
        readings.append(
            Reading(
                _("Mean of the values of its period"),
                mean_now,
                with_unit(mean_now, kpi),
                kpi_inputs.every_digit(mean_now, kpi),
                text,
                stored=kpi.baseline_value if computed else mean_now,
                stored_value=with_unit(kpi.baseline_value, kpi),
            )
        )
    return readings


def _within_baseline(facts: KpiFigures) -> list[float]:
    start, end = facts.kpi.baseline_start, facts.kpi.baseline_end
    if start is None or end is None:
        return []
    return [value for period, value in sorted(facts.series.values.items()) if start <= period < end]


def _period(facts: KpiFigures) -> str:
    start, end = facts.kpi.baseline_start, facts.kpi.baseline_end
    last = end - datetime.timedelta(days=1) if end else None
    names = [formats.date_format(day) for day in (start, last) if day]
    return " – ".join(names) or MISSING
