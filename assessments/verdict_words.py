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
    rule, _cut, correlated = verdict.rule.partition("_correlated")
    correlated = verdict.rule.endswith("_correlated")
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
