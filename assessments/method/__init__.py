"""The method: every figure of ValueTrack is computed here and nowhere else.

Pure functions over floats and numpy arrays: no Django, no files, no clock. The nightly run uses the batch
forms (arrays over many KPIs or projects, NaN where a value is missing or cannot be said); the scalar forms
go through the same arithmetic and answer Python floats, or `None` where a figure cannot be said. Bad input
raises `MethodError`, which names the argument.

`METHOD_VERSION` is stored with every result; changing a definition makes a new version.
"""

from assessments.method.errors import MethodError

METHOD_VERSION = "2026.1"

__all__ = ["METHOD_VERSION", "MethodError"]
