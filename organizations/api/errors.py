"""Every error of the API in one shape: `{"error": {"code", "message", "details"}}`."""

from typing import Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import exceptions, status, views
from rest_framework.response import Response

from organizations.errors import ProductError


class TooLargeError(exceptions.APIException):
    """The body is larger than the server accepts."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = gettext_lazy("The request is too large. Send it in parts.")
    default_code = "too_large"


def answer_error(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an error raised in a view; `None` for what nobody foresaw (a 500)."""
    if isinstance(error, ValidationError):
        error = exceptions.ValidationError(
            error.message_dict if hasattr(error, "error_dict") else error.messages
        )
    if isinstance(error, ProductError):
        views.set_rollback()
        return _shape(error.code, str(error), error.details, error.status)
    if isinstance(error, RequestDataTooBig):
        error = TooLargeError()
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    if isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    response = views.exception_handler(error, context)
    if response is None or not isinstance(error, exceptions.APIException):
        return response
    details: Any = {}
    if isinstance(error, exceptions.ValidationError):
        message, details = _("The request is not valid; see the details."), response.data
    else:
        message = str(error.detail)
    shaped = _shape(error.default_code, message, details, response.status_code)
    for name, value in response.headers.items():
        if name.lower() != "content-type":
            shaped.headers[name] = value
    return shaped


def _shape(code: str, message: str, details: Any, status_code: int) -> Response:
    return Response({"error": {"code": code, "message": message, "details": details}}, status=status_code)
