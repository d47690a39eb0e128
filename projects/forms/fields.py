"""Fields that read numbers as people write them, and the way a service's refusal reaches its field."""

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from charts.numbers import exact
from organizations.errors import InvalidInputError, ProductError
from projects.numbers import parse_number, write_amount


class DayInput(forms.DateInput):
    """The browser's own calendar; it wants ISO dates whatever the language."""

    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class NumberField(forms.CharField):
    """A number typed or pasted in any of the ways `parse_number` reads; None when left empty."""

    allow_percent = True

    def __init__(self, *, unit: str = "", **options: Any) -> None:
        options.setdefault("max_length", 60)
        options.setdefault("widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}))
        super().__init__(**options)
        self.unit = unit

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Decimal):
            return value
        text = str(value).strip()
        if not text:
            return None
        try:
            return parse_number(text, allow_percent=self.allow_percent)
        except InvalidInputError as error:
            raise ValidationError(str(error), code="number") from error

    def run_validators(self, value: Any) -> None:
        """Lengths are those of the text; the number's own rules are the model's."""

    def prepare_value(self, value: Any) -> Any:
        return exact(value) if isinstance(value, int | float | Decimal) else value


class AmountField(NumberField):
    """An amount of money. Three decimals are refused: 1.234 may be meant as thousands."""

    allow_percent = False

    def to_python(self, value: Any) -> Any:
        amount = super().to_python(value)
        if amount is not None and amount != round(amount, 2):
            message = _("An amount has at most two decimals. Write thousands as 1,234 or 1 234.")
            raise ValidationError(message, code="decimals")
        return amount

    def prepare_value(self, value: Any) -> Any:
        return write_amount(value) if isinstance(value, Decimal) else value


class PercentField(NumberField):
    """A share, shown and typed in per cent, kept as a ratio."""

    def __init__(self, **options: Any) -> None:
        super().__init__(unit="%", **options)

    def clean(self, value: Any) -> Any:
        percentage = super().clean(value)
        return 0.0 if percentage is None else float(percentage / 100)

    def prepare_value(self, value: Any) -> Any:
        return exact(value * 100) if isinstance(value, int | float | Decimal) else value


def add_refusal(form: forms.BaseForm, error: ProductError) -> None:
    """Show a service's refusal at the fields it names, else above the form."""
    problems = error.details.get("fields") or {None: [error.message]}
    for field, messages in problems.items():
        for message in messages:
            form.add_error(field if field in form.fields else None, str(message))
