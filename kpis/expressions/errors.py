"""What can go wrong with a formula, in words."""

from django.utils.functional import Promise
from django.utils.translation import gettext as _


class FormulaError(ValueError):
    """A text that is no formula; the message says what is wrong and what to write instead."""

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return str(self.message)


class NoValueError(Exception):
    """A formula has no value in one period: the reason is an answer, not a fault."""

    MISSING, DIVISION, TOO_LARGE = "missing", "division", "too_large"

    def __init__(self, kind: str, *, code: str = "", step: int = 0) -> None:
        super().__init__(kind)
        self.kind = kind
        #: the KPI whose value is missing, and the number of its period
        self.code = code
        self.step = step

    def reason(self, period: str) -> str:
        """In words; `period` is the name of the period whose value is missing."""
        if self.kind == self.MISSING:
            return _("%(code)s has no value for %(period)s.") % {"code": self.code, "period": period}
        if self.kind == self.DIVISION:
            return _("The formula divides by zero here.")
        return _("The result is larger than can be kept.")
