"""Opening workbooks with LibreOffice, which computes their formulas."""

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest

PROGRAM = shutil.which("soffice")
REASON = "LibreOffice (soffice) is not installed; Debian has it in libreoffice-calc"


def needs_libreoffice() -> None:
    """Skip where LibreOffice is missing, and fail where it was promised."""
    if PROGRAM is None:
        if os.environ.get("VALUETRACK_REQUIRE_LIBREOFFICE"):
            pytest.fail(REASON)
        pytest.skip(REASON)


def recalculated(source: Path) -> Any:
    """The workbook as LibreOffice saved it: with results beside the formulas.

    LibreOffice believes the results that stand in a file of Excel's and computes only formulas that have none. The
    workbooks are written without results, so each one found here was computed.
    """
    folder = source.parent / "recalculated"
    profile = (source.parent / "profile").as_uri()
    where = [f"-env:UserInstallation={profile}", "--outdir", str(folder)]
    done = subprocess.run(
        [str(PROGRAM), "--headless", *where, "--convert-to", "xlsx", str(source)],
        capture_output=True,
        timeout=180,
        check=False,
    )
    assert (folder / source.name).exists(), done.stderr.decode()
    return openpyxl.load_workbook(folder / source.name, data_only=True)
