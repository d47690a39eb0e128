"""One family of errors a person can do something about. One handler answers them, on pages and in the API."""

from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class ProductError(Exception):
    """What went wrong, with a stable `code`, an HTTP `status` and a translated message that says what to do."""

    code = "error"
    status = 400

    def __init__(self, message: str | Promise, *, code: str | None = None, **details: Any) -> None:
        super().__init__(message)
        self.message = message
        self.details = details
        if code:
            self.code = code

    def __str__(self) -> str:
        return str(self.message)


class InvalidInputError(ProductError):
    """The input breaks a rule that a form alone could not check."""

    code = "invalid"
    status = 400


class ForbiddenError(ProductError):
    """A member without the right."""

    code = "forbidden"
    status = 403

    def __init__(self, message: str | Promise = _("Your role does not allow this."), **details: Any) -> None:
        super().__init__(message, **details)


class NotFoundError(ProductError):
    """It does not exist, or the asker may not know that it does."""

    code = "not_found"
    status = 404

    def __init__(self, message: str | Promise = _("There is no such page."), **details: Any) -> None:
        super().__init__(message, **details)


class ConflictError(ProductError):
    """Somebody else changed it meanwhile, or its state does not allow the step."""

    code = "conflict"
    status = 409
