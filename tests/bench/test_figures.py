"""The report: what a line says and how it is judged."""

import json
from pathlib import Path

from bench.figures import Figure, at_least, at_most, ratio_at_least, ratio_at_most, table, write_json

FIGURES = [
    ratio_at_most("recompute", 9.0, "s", 4.0, 3),
    ratio_at_least("record", 20_000.0, "rows/s", 60_000.0, 0.4),
    at_most("memory", 290.0, "MB", 290),
    at_least("pages", 59.9, "pages/s", 60, floor=1600.0),
]


def test_a_figure_is_judged_by_its_own_goal() -> None:
    assert [one.ok for one in FIGURES] == [True, False, True, False]
    assert [one.ratio for one in FIGURES] == [2.25, 1 / 3, None, 59.9 / 1600]


def test_the_file_is_a_list_with_exactly_the_promised_keys(tmp_path: Path) -> None:
    write_json(FIGURES, tmp_path / "latest.json")
    written = json.loads((tmp_path / "latest.json").read_text())
    assert [list(one) for one in written] == [["name", "value", "unit", "floor", "ratio", "goal", "ok"]] * 4
    assert Figure(**written[0]) == FIGURES[0]


def test_the_table_names_what_missed_its_goal() -> None:
    lines = table(FIGURES).splitlines()
    assert len(lines) == 5
    assert [line.split()[0] for line in lines if line.endswith("MISSED")] == ["record", "pages"]
