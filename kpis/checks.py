"""The library's files, looked at before the product starts."""

from typing import Any

from django.core.checks import CheckMessage, Error, register

from kpis.library import LibraryError, templates


@register()
def library_is_whole(**_: Any) -> list[CheckMessage]:
    """A template without its Chinese name is found by whoever writes it, not by a reader."""
    try:
        templates()
    except LibraryError as error:
        hint = "Mend the files in kpis/library/."
        return [Error(line, hint=hint, id="valuetrack.E010") for line in str(error).splitlines()]
    return []
