"""Request bodies: strict JSON. How large one may be is said by `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.utils.translation import gettext as _
from rest_framework import exceptions, parsers


class StrictJSONParser(parsers.JSONParser):
    """JSON without NaN and Infinity, and not nested beyond reason."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            return json.loads(stream.read().decode("utf-8-sig"), parse_constant=_refuse_constant)
        except RecursionError as error:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from error
        except ValueError as error:  # also what is not UTF-8
            raise exceptions.ParseError(
                _("This is not valid JSON: %(reason)s") % {"reason": error}
            ) from error


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not a JSON number")
