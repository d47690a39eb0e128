"""The refused cells as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

# A spreadsheet would run a cell that begins so as a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def rejected_as_csv(rejected: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of a CSV file with a byte order mark, which Excel needs to read it as UTF-8."""
    yield "\ufeff" + _line([_("Row"), _("Column"), _("Text"), _("Reason")])
    for cell in rejected:
        yield _line([cell["row"], *(harmless(str(cell[key])) for key in ("column", "text", "reason"))])


def harmless(text: str) -> str:
    """The text with an apostrophe before what would be a formula."""
    return (
        f"'{text}" if text.lstrip(" \u00a0").startswith(_DANGEROUS) or text.startswith(_DANGEROUS) else text
    )


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
