"""Forms of targets over time: typed, filled by rule, pasted, and proposed in a preview."""

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis import filling
from kpis.figures import typed
from kpis.forms.fields import NumberField, date_field
from kpis.models import Kpi
from kpis.pasting import Pasted, read_pasted
from kpis.services.reasons import REASON_NEEDED
from projects.forms.seen import SeenMixin
from projects.periods import Frequency, label

LONGEST_FILL = 400
Wanted = dict[datetime.date, float | None]

TARGET_IS_BASELINE = _(
    "The target equals the baseline: nothing would improve. Choose “Maintain” if that is meant."
)
TARGET_IS_WORSE = _(
    "The target is worse than the baseline. Check the direction, the baseline and the target."
)


def target_problem(direction: str | None, baseline: float | None, target: float | None) -> str:
    """What is wrong with where a KPI that should improve is to arrive; empty where nothing is."""
    if direction not in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER) or baseline is None or target is None:
        return ""
    if target == baseline:
        return str(TARGET_IS_BASELINE)
    # Attainment is told along the way from baseline to target: here getting worse would count as success.
    return str(TARGET_IS_WORSE) if (target < baseline) == (direction == Kpi.Direction.HIGHER) else ""


def arrival_problem(
    kpi: Kpi, after: Mapping[datetime.date, float | None]
) -> tuple[datetime.date | None, str]:
    """The last period of a whole series of targets, and what is wrong with where it arrives."""
    last = max((period for period, value in after.items() if value is not None), default=None)
    return last, target_problem(kpi.direction, kpi.baseline_value, after[last]) if last else ""


def reason_field(*, needed: bool) -> forms.CharField:
    """Why something changes: asked for where people have signed or frozen what it was."""
    return forms.CharField(
        label=_("Why it changes"),
        required=needed,
        max_length=500,
        error_messages={"required": REASON_NEEDED},
        help_text=_("Kept in the history."),
    )


class TargetsForm(SeenMixin, forms.Form):
    """One input for each of `periods`, by period."""

    def __init__(
        self,
        *args: Any,
        kpi: Kpi,
        points: Mapping[datetime.date, float],
        periods: Iterable[datetime.date],
        reason_needed: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kpi, self.points = kpi, points
        for period in periods:
            self.fields[_name(period)] = NumberField(
                label=label(period, kpi.frequency), required=False, initial=points.get(period)
            )
        self.remember([_name(period) for period in periods])
        self.fields["reason"] = reason_field(needed=reason_needed)

    def wanted(self) -> Wanted:
        """Period → value or None, of every input; without those that somebody else changed and this person did not."""
        return {
            datetime.date.fromisoformat(name.removeprefix("target_")): value
            for name, value in self.cleaned_data.items()
            if name.startswith("target_") and name not in self.left_alone
        }

    def clean(self) -> dict[str, Any]:
        super().clean()
        self.refuse_overwriting()
        last, problem = arrival_problem(self.kpi, {**self.points, **self.wanted()})
        if last and problem:
            self.add_error(_name(last) if _name(last) in self.fields else None, problem)
        return self.cleaned_data


def _name(period: datetime.date) -> str:
    return f"target_{period}"


class FillForm(forms.Form):
    """Targets of a stretch of periods, drawn by a rule."""

    STRAIGHT, S_CURVE, CONSTANT = "straight", "s_curve", "constant"
    LAST_ACTUAL, LAST_TARGET = "last_actual", "last_target"

    method = forms.ChoiceField(
        label=_("How"),
        choices=[
            (STRAIGHT, _("Straight line from the first to the last value")),
            (S_CURVE, _("S-curve: slow, fast, slow, from the first to the last value")),
            (CONSTANT, _("The first value in every period")),
            (LAST_ACTUAL, _("Last year's actual of the same period, times a factor")),
            (LAST_TARGET, _("Last year's target of the same period, times a factor")),
        ],
        initial=STRAIGHT,
        required=False,
    )
    first = date_field(label=_("From"))
    last = date_field(label=_("To"))
    first_value = NumberField(label=_("First value"), required=False)
    last_value = NumberField(label=_("Last value"), required=False, help_text=_("For a line or a curve."))
    factor = NumberField(
        label=_("Factor"),
        required=False,
        help_text=_("For last year again: 0.95 takes 5 per cent off. Empty: 1."),
    )

    def __init__(self, *args: Any, frequency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.frequency = Frequency(frequency)

    @property
    def chosen(self) -> str:
        return self.cleaned_data.get("method") or self.STRAIGHT

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in cleaned and "last" in cleaned:
            self._check_stretch(cleaned["first"], cleaned["last"])
        ends = {self.STRAIGHT: 2, self.S_CURVE: 2, self.CONSTANT: 1}.get(self.chosen, 0)
        for name in ("first_value", "last_value")[:ends]:
            if cleaned.get(name) is None and name not in self.errors:
                self.add_error(name, _("This way of filling needs the value."))
        return cleaned

    def _check_stretch(self, first: datetime.date, last: datetime.date) -> None:
        if not 0 <= (last - first).days <= LONGEST_FILL * 366:
            count = 0 if last < first else LONGEST_FILL + 1
        else:
            count = len(filling.stretch(first, last, self.frequency))
        one_is_enough = self.chosen not in (self.STRAIGHT, self.S_CURVE)
        if count < (1 if one_is_enough else 2):
            self.add_error("last", _("The end lies in the period of the start or before it."))
        elif count > LONGEST_FILL + 1:
            self.add_error("last", _("That is more than 400 periods. Fill a shorter stretch."))

    def points(
        self, *, actuals: Mapping[datetime.date, float], targets: Mapping[datetime.date, float]
    ) -> filling.Points:
        """The targets to set, one a period, both ends included."""
        given = self.cleaned_data
        periods = filling.stretch(given["first"], given["last"], self.frequency)
        if self.chosen == self.CONSTANT:
            return filling.constant(periods, given["first_value"])
        if self.chosen in (self.LAST_ACTUAL, self.LAST_TARGET):
            known = actuals if self.chosen == self.LAST_ACTUAL else targets
            factor = 1.0 if given["factor"] is None else given["factor"]
            return filling.last_year_again(periods, known, factor, self.frequency)
        draw = filling.s_curve if self.chosen == self.S_CURVE else filling.straight
        return draw(periods, given["first_value"], given["last_value"])


class PasteForm(forms.Form):
    """Cells copied from a spreadsheet."""

    text = forms.CharField(
        label=_("Cells"),
        max_length=40_000,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_(
            "Two columns, period and value, or one column of values. A period is written as 2026-10, Oct 2026, "
            "2026-Q4, 2026-W44 or 2026年10月."
        ),
    )
    start = date_field(
        label=_("The column begins in"), required=False, help_text=_("Only for one column of values.")
    )

    def read(self, frequency: str) -> Pasted:
        """The cells as periods and values, and the lines that are refused."""
        return read_pasted(self.cleaned_data["text"], frequency, self.cleaned_data["start"])


class ProposalForm(forms.Form):
    """What a preview would save: the proposed targets, and those that stood there when it was shown."""

    proposal = forms.CharField(widget=forms.HiddenInput)
    seen = forms.CharField(widget=forms.HiddenInput)
    has_conflicts = False

    def __init__(
        self,
        *args: Any,
        kpi: Kpi,
        points: Mapping[datetime.date, float],
        wanted: Wanted | None = None,
        reason_needed: bool = False,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kpi, self.points = kpi, points
        self.fields["reason"] = reason_field(needed=reason_needed)
        if wanted is not None:
            self.initial["proposal"] = _packed(wanted)
            self.initial["seen"] = _packed({period: points.get(period) for period in wanted})

    def clean_proposal(self) -> Wanted:
        return _unpacked(self.cleaned_data["proposal"])

    def clean_seen(self) -> Wanted:
        return _unpacked(self.cleaned_data["seen"])

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        seen, wanted = cleaned.get("seen"), cleaned.get("proposal")
        if seen is None or wanted is None:
            return cleaned
        for period in wanted:
            if seen.get(period) != self.points.get(period) != wanted[period]:
                self.has_conflicts = True
                self.add_error(None, self._conflict(period, seen.get(period)))
        _last, problem = arrival_problem(self.kpi, {**self.points, **wanted})
        if problem:
            self.add_error(None, problem)
        return cleaned

    def _conflict(self, period: datetime.date, seen: float | None) -> str:
        now = self.points.get(period)
        return _(
            "Meanwhile somebody else changed the target of %(period)s from “%(before)s” to “%(now)s”. "
            "Save again to put yours in its place."
        ) % {"period": label(period, self.kpi.frequency), "before": _written(seen), "now": _written(now)}


def _written(value: float | None) -> str:
    return typed(value) or str(_("nothing"))


def _packed(points: Mapping[datetime.date, float | None]) -> str:
    return json.dumps({period.isoformat(): value for period, value in points.items()})


def _unpacked(text: str) -> Wanted:
    try:
        points = json.loads(text)
        return {
            datetime.date.fromisoformat(period): None if value is None else float(value)
            for period, value in points.items()
        }
    except (ValueError, TypeError, AttributeError) as error:
        raise forms.ValidationError(_("The preview got lost. Start again.")) from error
