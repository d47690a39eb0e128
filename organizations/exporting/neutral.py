"""Texts of CSV files that a spreadsheet would run as a formula.

A spreadsheet takes a cell that begins with `=` and its like for a formula, quoted or not. An apostrophe before
it makes it a text. `original` takes the apostrophe away again and nothing else, so that a file which comes back
says what was exported: each text has exactly one harmless form. Workbooks need none of this, their cells say
that they are texts.
"""

_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_SPACES = " \u00a0"
#: what every harmless form contains, for a quick look at a whole file
MARKS = tuple(f"'{start}" for start in (*_STARTS, "'", *_SPACES))


def harmless(text: str) -> str:
    """The text with an apostrophe before it if it would be a formula (or looks like one made harmless)."""
    return f"'{text}" if _is_dangerous(text) else text


def original(text: str) -> str:
    """What `harmless` was given; every other text as it is."""
    return text[1:] if text[:1] == "'" and _is_dangerous(text[1:]) else text


def _is_dangerous(text: str) -> bool:
    bare = text.lstrip("'")
    return bare.startswith(_STARTS) or bare.lstrip(_SPACES).startswith(_STARTS)
