"""Serves plotly.js out of the installed package, so that the repository holds no copy of it."""

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage

# Where templates ask for it: {% static "vendor/plotly.min.js" %}
STATIC_NAME = "vendor/plotly.min.js"


def plotly_bundle() -> Path:
    """The file plotly.min.js of the installed package; found without importing plotly."""
    spec = find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("the package plotly is not installed")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


class PlotlyFinder(BaseFinder):
    """Finds exactly one file, under STATIC_NAME."""

    def __init__(self, app_names: Any = None, *args: Any, **kwargs: Any) -> None:
        self.storage = FileSystemStorage(location=str(plotly_bundle().parent))
        # collectstatic and WhiteNoise put this before each listed name.
        self.storage.prefix = "vendor"  # type: ignore[attr-defined]

    def check(self, **kwargs: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        if path != STATIC_NAME:
            return []
        return [str(plotly_bundle())] if find_all else str(plotly_bundle())

    def list(self, ignore_patterns: Any) -> Iterator[tuple[str, FileSystemStorage]]:
        yield plotly_bundle().name, self.storage
