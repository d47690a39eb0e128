"""Files of values: `python -m bench.importing ORGANIZATION FILE` imports one in a fresh process, end to end.

Prints {"seconds", "megabytes"}: from opening the file until the commit is done, and the peak resident size of the
process. `python -m bench.importing bare FILE` only reads a workbook, with openpyxl and nothing else.
"""

import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench import recording
from bench.figures import Figure, at_least, at_most, ratio_at_least

HEADINGS = ("KPI code", "Period", "Value")
#: organizations whose values nobody else measures: files into the odd ones, floors into the even ones
TEXT_ORGANIZATIONS = ((3, 4), (5, 6))
WORKBOOK_ORGANIZATIONS = (7, 8, 9)


def measure(*, rows: int, workbook_rows: int = 100_000) -> list[Figure]:
    """Rows per second of a CSV file against a staged COPY, and of a workbook against openpyxl alone."""
    with tempfile.TemporaryDirectory() as folder:
        return [*_text_file(Path(folder), rows), *_workbook(Path(folder), workbook_rows)]


def _text_file(folder: Path, rows: int) -> list[Figure]:
    path = folder / "values.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerow(HEADINGS)
        csv.writer(file).writerows(_rows(rows))
    floor = done = megabytes = float("inf")
    for organization, other in TEXT_ORGANIZATIONS:
        # In turns, so that what else the machine does meets both alike.
        floor = min(floor, recording.floor_seconds(other, rows))
        answer = _apart(str(organization), path)
        done, megabytes = min(done, answer["seconds"]), min(megabytes, answer["megabytes"])
    name = f"Import of a CSV file, {rows:,} values"
    return [
        ratio_at_least(name, rows / done, "rows/s", rows / floor, 0.4),
        at_least(f"{name}, rate", rows / done, "rows/s", 27_000),
        at_most(f"{name}, peak memory (RSS)", megabytes, "MB", 200),
    ]


def _workbook(folder: Path, rows: int) -> list[Figure]:
    import xlsxwriter

    path = folder / "values.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": False}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate([HEADINGS, *_rows(rows)]):
            sheet.write_row(number, 0, row)
    floor = done = float("inf")
    for organization in WORKBOOK_ORGANIZATIONS:
        floor = min(floor, _apart("bare", path)["seconds"])
        done = min(done, _apart(str(organization), path)["seconds"])
    name = f"Import of a workbook, {rows:,} values"
    return [
        ratio_at_least(f"{name}; floor: openpyxl alone", rows / done, "rows/s", rows / floor, 0.7),
        at_least(f"{name}, rate", rows / done, "rows/s", 21_000),
    ]


def _rows(rows: int) -> Iterator[tuple[str, str, float]]:
    """The same values as the other measurements record, with the codes that every organization has."""
    from bench.data import KPIS, PROJECTS

    for number, month, value in recording._values(list(range(1, PROJECTS * KPIS + 1)), rows):
        yield f"K{number:05d}", month[:7], value


def _apart(what: str, path: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "bench.importing", what, str(path)], capture_output=True, text=True, check=True
    )
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer


def _read_bare(path: Path) -> None:
    import openpyxl

    sheet: Any = openpyxl.load_workbook(path, read_only=True, data_only=True).worksheets[0]
    for _row in sheet.iter_rows(values_only=True):
        pass


def _peak_megabytes() -> float:
    """Of this program alone: the peak that getrusage knows begins with that of the process before it."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) / 1000


def main() -> None:
    what, path = sys.argv[1], Path(sys.argv[2])
    started = time.perf_counter()
    if what == "bare":
        _read_bare(path)
    else:
        import django

        django.setup()
        from assessments.services.importing import import_file
        from organizations.models import Organization
        from valuetrack.celery import app

        app.conf.update(broker_url="memory://localhost")
        organization = Organization.objects.get(pk=int(what))
        started = time.perf_counter()
        report = import_file(actor=None, organization=organization, path=path, mapping=None)
        if report.new != report.rows or report.rejected:
            raise RuntimeError(
                f"{report.new} of {report.rows} values are new, {len(report.rejected)} rejected"
            )
    seconds = time.perf_counter() - started
    sys.stdout.write(json.dumps({"seconds": seconds, "megabytes": _peak_megabytes()}) + "\n")


if __name__ == "__main__":
    main()
