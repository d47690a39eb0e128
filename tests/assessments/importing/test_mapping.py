"""A fault of a mapping is named by its place."""

import copy
from typing import Any

import pytest

from assessments.services.importing import parse_mapping_text, read_mapping
from assessments.services.importing.guessing import guess_mapping
from assessments.services.importing.mapping import MeasurementMapping, columns_of
from organizations.errors import InvalidInputError
from tests.assessments.importing.files import CREATING, mapping_of


@pytest.mark.parametrize(
    ("path", "value", "place"),
    [
        (["kind"], "things", "kind"),
        (["kind"], None, "kind"),
        (["valeu"], "Actual", "valeu"),
        (["value"], {"column": "Actual", "colour": 1}, "value.colour"),
        (["value"], {}, "value.column"),
        (["value"], {"column": "Actual", "multiply": 0}, "value.multiply"),
        (["value"], {"column": "Actual", "zero_is_blank": "yes"}, "value.zero_is_blank"),
        (["value"], None, "value"),
        (["period"], None, "period"),
        (["period"], {"column": "Month", "month": "M"}, "period"),
        (["period"], {"year": "Y", "month": "M", "week": "W"}, "period"),
        (["kpi", "direction"], "down", "kpi.direction"),
        (["kpi", "direction"], {"column": "D", "map": {"U": "up"}}, "kpi.direction"),
        (["kpi", "name"], {"map": {}}, "kpi.name"),
        (["kpi", "name"], {"column": "A", "columns": ["B"]}, "kpi.name"),
        (["kpi", "baseline"], {"first": 12, "from": "2025-01"}, "kpi.baseline"),
        (["kpi", "baseline"], {"first": -1}, "kpi.baseline.first"),
        (["kpi", "baseline"], {"from": "January", "until": "2026-01"}, "kpi.baseline.from"),
        (["kpi"], {"unit": "h"}, "kpi.code"),
        (["project"], {}, "project.code"),
        (["project"], "ERP", "project"),
        (["status"], "verified", "status"),
        (["file"], {"delimiter": "x"}, "file.delimiter"),
        (["file"], {"header_row": 0}, "file.header_row"),
        (["create"], {"kpis": 1}, "create.kpis"),
    ],
)
def test_a_fault_is_named_by_its_place(path: list[str], value: Any, place: str) -> None:
    content = copy.deepcopy(CREATING)
    section = content
    for key in path[:-1]:
        section = section[key]
    section[path[-1]] = value
    with pytest.raises(InvalidInputError, match=f"“{place}”"):
        read_mapping(content)


@pytest.mark.parametrize("text", ["", "{", "[]", "7", "[" * 100_000])
def test_text_that_is_no_object_is_refused(text: str) -> None:
    with pytest.raises(InvalidInputError):
        parse_mapping_text(text)


@pytest.mark.parametrize("name", ["nyct_performance.json", "uk_major_projects.json"])
def test_the_documented_mappings_are_valid(name: str) -> None:
    assert columns_of(read_mapping(mapping_of(name)))


@pytest.mark.parametrize(
    ("headings", "expected"),
    [
        (
            ["KPI", "Period", "Value"],
            {"kpi": {"code": {"column": "KPI"}}, "period": "Period", "value": "Value"},
        ),
        (
            ["kpi_code", "KPI name", "Month", "Actual", "Target"],
            {
                "kpi": {"code": {"column": "kpi_code"}},
                "period": "Month",
                "value": "Actual",
                "target": "Target",
            },
        ),
        (
            ["指标名称", "月份", "实际值", "目标值"],
            {
                "kpi": {"name": {"column": "指标名称"}},
                "period": "月份",
                "value": "实际值",
                "target": "目标值",
            },
        ),
        (
            ["Code", "Year", "Month", "Value"],
            {
                "kpi": {"code": {"column": "Code"}},
                "period": {"year": "Year", "month": "Month"},
                "value": "Value",
            },
        ),
    ],
)
def test_a_simple_long_file_needs_no_mapping(headings: list[str], expected: dict[str, Any]) -> None:
    guessed = guess_mapping(headings)
    assert guessed == {"kind": "measurements", **expected}
    assert isinstance(read_mapping(guessed), MeasurementMapping)


def test_headings_that_say_nothing_are_listed() -> None:
    with pytest.raises(InvalidInputError, match="The file has: A, B"):
        guess_mapping(["A", "B"])
