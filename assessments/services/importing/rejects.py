"""The refused cells as a file for a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from organizations.exporting import harmless


def rejected_as_csv(rejected: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of a CSV file with a byte order mark, which Excel needs to read it as UTF-8."""
    yield "\ufeff" + _line([_("Row"), _("Column"), _("Text"), _("Reason")])
    for cell in rejected:
        yield _line([cell["row"], *(harmless(str(cell[key])) for key in ("column", "text", "reason"))])


def _line(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()
