"""A verdict in sentences: what is said, how it was found, and what would make it surer."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from assessments.models import KpiVerdict
from assessments.sentences import step_written
from charts.numbers import MINUS, MISSING
from kpis.figures import written
from kpis.models import Kpi
from projects.periods import label

Word = KpiVerdict.Word

_RULES: dict[str, Promise] = {
    "before_after": gettext_lazy("The mean before and after the go-live are compared."),
    "season_margin": gettext_lazy(
        "The mean before and after the go-live are compared, in an interval widened for a season that these values "
        "cannot show."
    ),
    "same_months": gettext_lazy(
        "The same months before and after the go-live are compared, so no season counts."
    ),
}
_CORRELATED = gettext_lazy(
    "Neighbouring values resemble each other, so they count as fewer and the interval is wider."
)
_REASONS: dict[str, Promise] = {
    "self_report": gettext_lazy("The values are estimates, so it stays a report on oneself."),
    "before_after": gettext_lazy("Before and after were compared."),
    "stable_baseline_with_signal": gettext_lazy("The values before were stable, and a signal followed."),
    "adjusted_before_after": gettext_lazy("Before and after were compared with the season taken out."),
    "interrupted_series": gettext_lazy("An interrupted time series separates the step from the trend."),
    "control": gettext_lazy("A control group shows what would have happened anyway."),
    "quasi_random": gettext_lazy("The order of the roll-out was drawn by lot."),
    "randomised": gettext_lazy("Chance decided who got the system."),
}
_STEPS: dict[str, Promise] = {
    "measure_instead_of_estimate": gettext_lazy("Measure instead of estimating."),
    "lengthen_baseline": gettext_lazy(
        "Enter more values from before the go-live: six stable ones at least, better two years."
    ),
    "wait_for_signal": gettext_lazy("Wait for a signal: values outside the limits or seven on one side."),
    "adjust_baseline": gettext_lazy(
        "Have values of the same months before and after, so that the season drops out."
    ),
    "run_interrupted_series": gettext_lazy(
        "Collect twelve values, six on each side: then step and trend can be told apart."
    ),
    "choose_control": gettext_lazy("Choose a control group: a site or department without the system."),
    "assign_by_lot": gettext_lazy("Draw the order of the next sites by lot."),
    "randomise": gettext_lazy("Let chance decide who gets the system first."),
}
_ASSURANCE: dict[str, Promise] = {
    "will": gettext_lazy("As it runs now, the target will be met in every period."),
    "will_not": gettext_lazy("As it runs now, the target will not be met: chance alone does not reach it."),
    "may": gettext_lazy("As it runs now, chance decides in each period whether the target is met."),
}


def verdict_sentence(kpi: Kpi, verdict: KpiVerdict | None) -> str:
    """Whether the change is real, with its size."""
    if verdict is None:
        return _("The verdict is being made.")
    if not verdict.word:
        return _("Without a go-live there is no before and after to compare.")
    if verdict.word == Word.TOO_FEW:
        return _(
            "Too few values: six before and six after the go-live are needed; there are %(before)d and %(after)d."
        ) % {
            "before": verdict.before,
            "after": verdict.after,
        }
    values = {
        "effect": change_written(verdict.effect, kpi),
        "interval": interval_written(verdict.effect_low, verdict.effect_high, kpi),
        "period": label(verdict.changed_on, kpi.frequency) if verdict.changed_on else "",
    }
    if verdict.word == Word.REAL:
        text = _(
            "Real: %(effect)s since %(period)s (95 %% interval %(interval)s), more than chance explains."
        )
    elif verdict.word == Word.WORSE:
        text = _(
            "Worse: %(effect)s since %(period)s (95 %% interval %(interval)s), more than chance explains."
        )
    else:
        text = _(
            "Not yet distinguishable from noise: %(effect)s since %(period)s (95 %% interval %(interval)s)."
        )
    return text % values


def how_sentences(verdict: KpiVerdict) -> list[str]:
    """How it was found, and how long it would take."""
    rule, correlated, _rest = verdict.rule.partition("_correlated")
    sentences = [str(_RULES[rule])] if rule in _RULES else []
    if correlated:
        sentences.append(str(_CORRELATED))
    if verdict.months_needed is not None and verdict.word == Word.NOT_YET:
        sentences.append(
            ngettext(
                "With this noise a change of this size needs about %(count)d value after the go-live.",
                "With this noise a change of this size needs about %(count)d values after the go-live.",
                verdict.months_needed,
            )
            % {"count": verdict.months_needed}
        )
    elif verdict.word == Word.NOT_YET:
        sentences.append(_("A change of this size would not be seen in ten years: the values vary too much."))
    return sentences


def reason_sentences(verdict: KpiVerdict) -> list[str]:
    """Why the evidence has its grade."""
    return [str(_REASONS[code]) for code in verdict.reasons if code in _REASONS]


def raising_sentences(verdict: KpiVerdict) -> list[str]:
    """What would raise the grade."""
    return [str(_STEPS[code]) for code in verdict.raising if code in _STEPS]


def interrupted_sentences(kpi: Kpi, figures: Mapping[str, Any]) -> list[str]:
    """Step and change of trend of the interrupted time series."""
    texts = {
        "level_change": _("The step at the go-live is %(effect)s (95 %% interval %(interval)s)."),
        "trend_change": _("The trend has changed by %(effect)s a period (95 %% interval %(interval)s)."),
    }
    return [
        text
        % {
            "effect": change_written(figures[name]["value"], kpi),
            "interval": interval_written(figures[name]["low"], figures[name]["high"], kpi),
        }
        for name, text in texts.items()
        if name in figures
    ]


def assurance_sentence(verdict: KpiVerdict) -> str:
    """Whether chance lets the target be met; "" where it cannot be said."""
    return str(_ASSURANCE.get(verdict.assurance, ""))


def comparison_sentence(kpi: Kpi, found: Mapping[str, Any]) -> str:
    """What remains when the control group is taken away."""
    values = {
        "effect": change_written(found.get("effect"), kpi),
        "interval": interval_written(found.get("effect_low"), found.get("effect_high"), kpi),
    }
    texts = {
        Word.REAL: _(
            "Against the control group: %(effect)s (95 %% interval %(interval)s), more than chance explains."
        ),
        Word.WORSE: _("Against the control group it got worse: %(effect)s (95 %% interval %(interval)s)."),
        Word.NOT_YET: _(
            "Against the control group the change is not yet distinguishable: %(effect)s (95 %% interval %(interval)s)."
        ),
    }
    word = found.get("word", "")
    return (
        texts[word] % values
        if word in texts
        else _("The control group has too few values in the same periods.")
    )


def change_written(value: float | None, kpi: Kpi) -> str:
    """A change with its sign and unit; a change of percentages is one of points."""
    if value is None:
        return MISSING
    text = step_written(value, kpi)
    return text if not value else (MINUS if value < 0 else "+") + text


def interval_written(low: float | None, high: float | None, kpi: Kpi) -> str:
    """Both ends of a change, with their signs."""
    ends = {"low": _signed(low, kpi), "high": _signed(high, kpi)}
    return _("%(low)s to %(high)s") % ends


def _signed(value: float | None, kpi: Kpi) -> str:
    text = written(value, kpi)
    return f"+{text}" if value is not None and value > 0 else text
