"""Request bodies, bounded before they are read."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, parsers, status


class TooLargeError(exceptions.APIException):
    """The body is larger than the server accepts."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = _("The request is too large. Send it in parts.")
    default_code = "too_large"


class BoundedJSONParser(parsers.JSONParser):
    """JSON up to `DATA_UPLOAD_MAX_MEMORY_SIZE`; without NaN and Infinity, and not nested beyond reason."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE or 0
        # The declared length bounds what can be read; Django itself checks it for forms only.
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLargeError
        try:
            return json.loads(body.decode("utf-8-sig"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:  # also what is not UTF-8
            raise exceptions.ParseError(_("This is not valid JSON: %(reason)s") % {"reason": error}) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
