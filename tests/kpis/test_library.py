"""The library's files: how they are read, what is refused, and what the product's own hold."""

import datetime
import json
from collections import Counter
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils.translation import override

from kpis.library import SYSTEMS, Industry, LibraryError, Template, read_folder, templates
from kpis.models import Kpi
from kpis.vagueness import Claim, text_warnings, warnings_of

SAMPLES = Path(__file__).parent / "library_samples"
YIELD = (SAMPLES / "quality.toml").read_text(encoding="utf-8")
#: what a facet offers at the least
FEWEST, FEWEST_IN_A_FACET = 120, 8


def by_code(folder: Path) -> dict[str, Template]:
    return {one.code: one for one in read_folder(folder)}


def problems_of(folder: Path, *files: str) -> str:
    for number, text in enumerate(files):
        (folder / f"{number}.toml").write_text(text, encoding="utf-8")
    with pytest.raises(LibraryError) as refused:
        read_folder(folder)
    return str(refused.value)


class TestReading:
    """Two templates in files of their own."""

    def test_a_template_speaks_the_readers_language(self) -> None:
        one = by_code(SAMPLES)["complaint-handling-time"]
        assert (one.name, one.unit) == ("Complaint handling time", "hours")
        with override("zh-hans"):
            assert (one.name, one.unit) == ("投诉处理时长", "小时")
            assert one.definition.startswith("从收到投诉")

    def test_what_may_be_left_out_is_filled_in(self) -> None:
        both = by_code(SAMPLES)
        assert both["first-pass-yield"].frequency == "month"
        assert both["complaint-handling-time"].systems == both["complaint-handling-time"].industries == ()

    @pytest.mark.parametrize(
        ("former", "new", "problem"),
        [
            ('unit = "%"', "", "unit is missing"),
            ('name_zh = "一次合格率"', 'name_zh = "First-pass yield"', "name_zh is not Chinese"),
            ('name_en = "First-pass yield"', 'name_en = "一次合格率"', "name_en is not English"),
            ('tier = "operational"', 'tier = "tactical"', "tier knows no “tactical”"),
            ('systems = ["MES", "ERP"]', 'systems = ["SAP"]', "systems knows no “SAP”"),
            ('systems = ["MES", "ERP"]', 'systems = ["MES", "MES"]', "no list of different names"),
            ('code = "first-pass-yield"', 'code = "First pass"', "a code has lower-case letters"),
            ('unit = "%"', 'unit = "%"\ngoal = "x"', "unknown key goal"),
            ('name_en = "First-pass yield"', 'name_en = "Improved quality"', "vague in en: vague_words"),
            ('"9 个月内一次合格率由 91% 升至 96%"', '"一次合格率明显上升"', "example_zh has no number"),
            ("[[template]]", "[[templates]]", "unknown table templates"),
            ("[[template]]", "[[template", "0.toml"),
        ],
    )
    def test_what_is_not_whole_is_refused_by_name(
        self, tmp_path: Path, former: str, new: str, problem: str
    ) -> None:
        assert former in YIELD
        assert problem in problems_of(tmp_path, YIELD.replace(former, new, 1))

    def test_codes_and_names_stand_once(self, tmp_path: Path) -> None:
        told = problems_of(tmp_path, YIELD, YIELD.replace("First-pass", "FIRST-PASS"))
        assert [line.split(" “")[0] for line in told.splitlines()] == [
            f"first-pass-yield: {name}" for name in ("code", "name_en", "name_zh")
        ]


class TestTheProductsOwn:
    """What the library must offer."""

    def test_every_facet_has_enough(self) -> None:
        assert len(templates()) >= FEWEST
        counts = Counter(
            name for one in templates() for name in (one.tier, one.dimension, *one.systems, *one.industries)
        )
        everywhere = [*Kpi.Tier.values, *Kpi.Dimension.values, *SYSTEMS, *Industry.values]
        assert {name: counts[name] for name in everywhere if counts[name] < FEWEST_IN_A_FACET} == {}
        assert {one.direction for one in templates()} >= {"higher", "lower", "range"}

    @pytest.mark.parametrize("language", ["en", "zh-hans"])
    def test_no_template_is_vague_once_its_numbers_are_typed(self, language: str) -> None:
        with override(language):
            vague = {
                one.code: [warning.code for warning in warnings_of(promised(one))]
                for one in templates()
                if warnings_of(promised(one)) or text_warnings(one.name, one.definition)
            }
        assert vague == {}

    def test_no_template_says_the_same_as_another(self) -> None:
        for language in ("en", "zh"):
            definitions = Counter(getattr(one, f"definition_{language}") for one in templates())
            assert [text for text, count in definitions.items() if count > 1] == []


def promised(one: Template) -> Claim:
    """The template with numbers, a date and owners."""
    return Claim(
        name=one.name,
        definition=one.definition,
        unit=one.unit,
        direction=one.direction,
        baseline=50.0,
        target=60.0,
        day=datetime.date(2027, 1, 1),
        has_owner=True,
        has_data_owner=True,
    )


class TestCommand:
    """`manage.py kpi_library`."""

    def lines(self, *arguments: str) -> str:
        out = StringIO()
        call_command("kpi_library", *arguments, stdout=out)
        return out.getvalue()

    def listed(self, *arguments: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.lines("--json", *arguments))
        return found

    def test_json_lists_every_template_in_both_languages(self) -> None:
        listed = self.listed()
        assert [one["code"] for one in listed] == [one.code for one in templates()]
        needed = {
            *("name_en", "name_zh", "definition_en", "definition_zh"),
            *("tier", "dimension", "unit", "direction", "systems", "industries"),
        }
        assert all(needed <= set(one) for one in listed)
        assert all(one[name] for one in listed for name in needed - {"systems", "industries"})

    def test_filters_narrow_the_list(self) -> None:
        found = self.listed("--tier", "strategic", "--system", "CRM", "--industry", "retail")
        assert 0 < len(found) < len(templates())
        assert all(one["tier"] == "strategic" for one in found)
        assert all(not one["systems"] or "CRM" in one["systems"] for one in found)
        assert [one["code"] for one in self.listed("--search", "设备综合效率")] != []

    def test_the_table_has_a_line_for_each(self) -> None:
        lines = self.lines("--dimension", "financial").splitlines()
        assert lines[-1] == f"{len(self.listed('--dimension', 'financial'))} templates"
        assert self.lines("--search", "nothing of this kind").splitlines() == ["0 templates"]
