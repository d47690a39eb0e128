"""Forms of targets over time."""

import datetime
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kpis.forms.fields import NumberField, date_field
from kpis.models import Kpi
from projects.periods import Frequency, label, periods_between, shift, start_of

LONGEST_FILL = 400

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


class TargetsForm(forms.Form):
    """One input for each of `periods`, by period."""

    def __init__(
        self,
        *args: Any,
        kpi: Kpi,
        points: Mapping[datetime.date, float],
        periods: Iterable[datetime.date],
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.kpi, self.points = kpi, points
        for period in periods:
            self.fields[f"target_{period}"] = NumberField(
                label=label(period, kpi.frequency), required=False, initial=points.get(period)
            )

    def wanted(self) -> dict[datetime.date, float | None]:
        """Period → value or None, of every input."""
        return {
            datetime.date.fromisoformat(name.removeprefix("target_")): value
            for name, value in self.cleaned_data.items()
        }

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        after = {**self.points, **self.wanted()}
        last = max((period for period, value in after.items() if value is not None), default=None)
        problem = target_problem(self.kpi.direction, self.kpi.baseline_value, after[last]) if last else ""
        if problem:
            field = f"target_{last}"
            self.add_error(field if field in self.fields else None, problem)
        return cleaned


class FillForm(forms.Form):
    """A straight line of targets between two periods."""

    first = date_field(label=_("From"))
    first_value = NumberField(label=_("Value then"))
    last = date_field(label=_("To"))
    last_value = NumberField(label=_("Value at the end"))

    def __init__(self, *args: Any, frequency: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.frequency = Frequency(frequency)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if "first" in cleaned and "last" in cleaned:
            steps = self._steps()
            if steps < 1:
                self.add_error("last", _("The end lies in the period of the start or before it."))
            elif steps > LONGEST_FILL:
                self.add_error("last", _("That is more than 400 periods. Fill a shorter stretch."))
        return cleaned

    def points(self) -> dict[datetime.date, float]:
        """The targets to set, one a period, both ends included."""
        first, steps = start_of(self.cleaned_data["first"], self.frequency), self._steps()
        low, high = self.cleaned_data["first_value"], self.cleaned_data["last_value"]
        points = {
            shift(first, self.frequency, step): low + (high - low) * step / steps for step in range(steps)
        }
        return points | {shift(first, self.frequency, steps): high}

    def _steps(self) -> int:
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        return periods_between(
            start_of(first, self.frequency), start_of(last, self.frequency), self.frequency
        )
