"""What the steps of an import know of their file: a look into it, guesses, and what its texts leave open."""

import hashlib
import json
from typing import Any

from django.core.cache import cache
from django.utils.translation import gettext as _

from assessments.import_forms import questions_of
from assessments.import_forms.meanings import Questions, asked_columns, is_wide
from assessments.models import ImportBatch
from assessments.services.importing import fitting_mappings, read_mapping
from assessments.services.importing.inspecting import (
    Look,
    guess_header_row,
    headings_below,
    layout_of,
    look_into,
    number_columns,
    sample_columns,
)
from assessments.services.importing.mapping import read_file_options
from assessments.services.importing.meanings import unread_dates
from assessments.services.importing.measurement_rows import period_headings
from assessments.services.importing.remembering import without_file
from assessments.services.importing.suggesting import suggest_kind, suggest_measurements, suggest_projects
from assessments.services.importing.tables import FileOptions
from assessments.services.importing.uploads import stored_path
from organizations.errors import InvalidInputError

_KEPT_SECONDS = 900


def look_of(batch: ImportBatch, sheet: str) -> Look:
    """The first rows; kept for a while, because a workbook is unpacked for each look."""
    path = stored_path(batch.stored_as)
    key = f"import-look:{batch.organization_id}:{_digest([batch.file_hash, sheet])}"
    look: Look | None = cache.get(key)
    if look is None:
        try:
            look = look_into(path, sheet)
        except InvalidInputError:
            # An address with the name of a sheet that is not there.
            look = look_into(path)
        cache.set(key, look, _KEPT_SECONDS)
    return look


def questions_about(batch: ImportBatch, headings: tuple[str, ...]) -> Questions:
    """What the texts of the columns leave open."""
    mapping = batch.mapping
    columns = asked_columns(mapping, headings)
    key = f"import-texts:{batch.organization_id}:{_digest([batch.file_hash, columns, mapping.get('file')])}"
    texts: dict[str, list[str]] | None = cache.get(key)
    if texts is None:
        texts = sample_columns(stored_path(batch.stored_as), options_of(batch), columns).texts
        cache.set(key, texts, _KEPT_SECONDS)
    return questions_of(mapping, texts, headings)


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:32]


def options_of(batch: ImportBatch) -> FileOptions:
    """How the file is read."""
    return read_file_options(batch.mapping.get("file", {}))


def table_guess(mapping: dict[str, Any], look: Look) -> dict[str, Any]:
    """What the form of the table shows first: what was said before, else what the rows look like."""
    file = mapping.get("file", {})
    same = file.get("sheet", look.sheet) == look.sheet
    row = file.get("header_row", 1) if mapping.get("kind") and same else guess_header_row(look.rows)
    headings, below = headings_below(look, row)
    layout = layout_of(headings, below)
    if mapping.get("kind") == "measurements" and same:
        layout = "wide" if is_wide(mapping) else "long"
    kind = mapping.get("kind") or suggest_kind(headings, number_columns(headings, below), layout)
    return {
        "sheet": look.sheet,
        "sheet_shown": look.sheet,
        "header_row": str(row),
        "layout": "wide" if layout == "wide" else "long",
        "kind": kind,
    }


def table_mapping(batch: ImportBatch, look: Look, data: dict[str, Any]) -> dict[str, Any]:
    """The mapping after the first step; what was said of the columns before holds while they are the same."""
    row = int(data["header_row"])
    headings, below = headings_below(look, row)
    wide = data["layout"] == "wide" and data["kind"] == "measurements"
    mapping = without_file(batch.mapping)
    file = {
        key: rule for key, rule in batch.mapping.get("file", {}).items() if key not in ("sheet", "header_row")
    }
    file |= {"sheet": look.sheet} if look.sheets else {}
    file |= {"header_row": row} if row > 1 else {}
    if mapping.get("kind") != data["kind"] or is_wide(mapping) != wide or not _fits(mapping, headings):
        mapping = _suggested(headings, below, data["kind"], wide=wide)
    return mapping | ({"file": file} if file else {})


def layout_problem(look: Look, data: dict[str, Any]) -> str:
    """Why the table cannot be arranged as the person says, with advice, or nothing."""
    if data["kind"] != "measurements":
        return ""
    headings, below = headings_below(look, int(data["header_row"]))
    wide = data["layout"] == "wide"
    if wide and not period_headings(headings) and not unread_dates(headings):
        return _(
            "None of the headings is a period such as 2026-10 or Oct 2026. Choose another row of headings."
        )
    if not wide and layout_of(headings, below) == "transposed":
        return _(
            "This table has a KPI per column and the periods as rows, which cannot be imported. Turn it round "
            "first: in the spreadsheet copy it, then choose “Paste special” and “Transpose”."
        )
    return ""


def _fits(mapping: dict[str, Any], headings: tuple[str, ...]) -> bool:
    """Whether what was said of the columns so far still holds for these headings."""
    try:
        return set(asked_columns(mapping, headings)) <= set(headings) and bool(read_mapping(mapping))
    except InvalidInputError:
        return False


def _suggested(headings: tuple[str, ...], below: list[list[str]], kind: str, *, wide: bool) -> dict[str, Any]:
    """A mapping used before for such headings, else what the headings say."""
    for known in fitting_mappings(headings, wide=wide):
        if known.mapping["kind"] == kind:
            return without_file(known.mapping)
    if kind == "projects":
        return suggest_projects(headings, number_columns(headings, below))
    return suggest_measurements(headings, wide=wide)


def first_samples(batch: ImportBatch, headings: tuple[str, ...]) -> list[dict[str, Any]]:
    """Of each column a few texts, so that a person sees what it holds."""
    file = batch.mapping.get("file", {})
    look = look_of(batch, file.get("sheet", ""))
    _labels, below = headings_below(look, file.get("header_row", 1))
    return [
        {
            "heading": heading,
            "texts": [cells[place] for cells in below if place < len(cells) and cells[place]][:3],
        }
        for place, heading in enumerate(headings)
    ]
