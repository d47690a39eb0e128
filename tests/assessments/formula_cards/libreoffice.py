"""Opening workbooks with LibreOffice, which computes their formulas."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter

PROGRAM = shutil.which("soffice")
REASON = "LibreOffice (soffice) is not installed; Debian has it in libreoffice-calc"


def needs_libreoffice() -> None:
    """Skip where LibreOffice is missing, and fail where it was promised."""
    if PROGRAM is None:
        if os.environ.get("VALUETRACK_REQUIRE_LIBREOFFICE"):
            pytest.fail(REASON)
        pytest.skip(REASON)


def recalculated(*sources: Path) -> list[Any]:
    """The workbooks as LibreOffice saved them: with results beside the formulas. It is started once.

    LibreOffice believes the results that stand in a file of Excel's and computes only formulas that have none. The
    workbooks are written without results, so each one found here was computed.
    """
    folder = sources[0].parent / "recalculated"
    profile = f"-env:UserInstallation={(folder.parent / 'profile').as_uri()}"
    convert = ["--convert-to", "xlsx", "--outdir", str(folder)]
    done = subprocess.run(
        [str(PROGRAM), "--headless", profile, *convert, *map(str, sources)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    missing = [source.name for source in sources if not (folder / source.name).exists()]
    assert not missing, done.stderr.decode()
    return [openpyxl.load_workbook(folder / source.name, data_only=True) for source in sources]


def results_of(formulas: list[str], path: Path) -> list[Any]:
    """What each formula gives, written alone into a cell."""
    if not formulas:
        return []
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    for row, formula in enumerate(formulas):
        sheet.write_formula(row, 0, formula, None, "")
    book.close()
    [computed] = recalculated(path)
    column = computed.active["A"]
    return [cell.value for cell in column]
