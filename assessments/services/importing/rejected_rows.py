"""The rows with refused cells as a file of the same columns: a person corrects it and imports it like the first."""

from collections import defaultdict
from collections.abc import Iterator

from django.utils.translation import gettext as _

from assessments.models import ImportBatch
from organizations.errors import NotFoundError
from organizations.exporting import Column, ExportTable

from .mapping import Mapping, read_mapping
from .tables import open_table, plain_text
from .uploads import stored_path


def rejected_rows(batch: ImportBatch) -> ExportTable:
    """The file's headings and one more, “Problem”, above each row of the file that has a refused cell.

    Raises:
        NotFoundError: the file is no longer kept.
    """
    if not has_file(batch) or not batch.mapping:
        raise NotFoundError
    mapping = read_mapping(batch.mapping)
    with open_table(stored_path(batch.stored_as), mapping.file) as table:
        headings = table.headings
    return ExportTable(
        name=f"rejected-rows-{batch.pk}",
        title=_("Rejected rows"),
        columns=[*(Column(heading) for heading in headings), Column(_("Problem"), width=60)],
        rows=_rows(batch, mapping, len(headings)),
    )


def has_file(batch: ImportBatch) -> bool:
    """Whether the uploaded file is still kept."""
    return bool(batch.stored_as) and stored_path(batch.stored_as).is_file()


def _rows(batch: ImportBatch, mapping: Mapping, width: int) -> Iterator[list[str]]:
    problems: dict[int, list[str]] = defaultdict(list)
    for cell in batch.report.get("rejected", []):
        place = f"{cell['column']}: " if cell["column"] else ""
        problems[cell["row"]].append(f"{place}{cell['reason']}")
    left = len(problems)
    with open_table(stored_path(batch.stored_as), mapping.file) as table:
        for number, cells in table.rows:
            if number in problems:
                yield [*map(plain_text, cells[:width]), " ".join(problems[number])]
                left -= 1
                if not left:
                    return
