"""Mappings that were used before, found again by the headings they name."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from assessments.models import ImportBatch
from organizations.errors import InvalidInputError

from .cells import Columns
from .mapping import MeasurementMapping, columns_of, read_mapping
from .measurement_rows import period_headings

_LOOKED_AT = 100
_LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Remembered:
    """A mapping by the number of the import it was used for."""

    batch: int
    name: str
    mapping: dict[str, Any]


def remembered_mappings(limit: int = 10) -> list[Remembered]:
    """Inside the scope: mappings of the newest imports that were checked or done, each once."""
    found: list[Remembered] = []
    seen: list[Any] = []
    done = [ImportBatch.Status.DONE, ImportBatch.Status.CHECKED, ImportBatch.Status.UNDONE]
    batches = ImportBatch.objects.filter(status__in=done).exclude(mapping={}).order_by("-created_at", "-pk")
    for pk, name, mapping in batches.values_list("pk", "file_name", "mapping")[:_LOOKED_AT]:
        rules = without_file(mapping)
        if rules in seen:
            continue
        seen.append(rules)
        found.append(Remembered(pk, str(mapping.get("about") or name)[:_LONGEST_NAME], mapping))
        if len(found) == limit:
            break
    return found


def fitting_mappings(headings: tuple[str, ...], *, wide: bool | None = None) -> Iterator[Remembered]:
    """Those of which every column stands in the file, newest first."""
    for remembered in remembered_mappings(_LOOKED_AT):
        try:
            mapping = read_mapping(remembered.mapping)
            Columns(headings, columns_of(mapping))
        except InvalidInputError:
            continue
        in_headings = isinstance(mapping, MeasurementMapping) and mapping.period.headings
        if in_headings and not period_headings(headings, mapping.period.formats):  # type: ignore[union-attr]
            continue
        if wide is None or in_headings == wide:
            yield remembered


def without_file(mapping: dict[str, Any]) -> dict[str, Any]:
    """The mapping without what belongs to one file: its sheet, heading row, encoding."""
    return {key: content for key, content in mapping.items() if key != "file"}
