"""The sheet a chart is drawn on: escapes, numbers ids, keeps hatchings, knows how wide a text runs."""

# Not Django's: that looks for lazy texts first, which costs more than the escaping.
from html import escape
from typing import Literal
from unicodedata import east_asian_width

from django.utils.translation import gettext as _

from charts.description import Chart

Size = Literal["large", "medium", "small"]
Anchor = Literal["start", "middle", "end"]
Coordinates = list[tuple[float, float]]

# Drawn for a container of about this many CSS pixels; charts.css shows the drawing that fits.
WIDTHS: dict[Size, int] = {"large": 1120, "medium": 560, "small": 340}
# As in charts.css: what the layout reserves must be what the reader gets.
TEXT = 12.0
SMALL_TEXT = 11.0

_NARROW = frozenset("iljtfrI.,:;|!'()[]·- \u00a0")
_WIDE = frozenset("mwMW%@—")


def text_width(text: str, size: float = TEXT, *, bold: bool = False) -> float:
    """An upper estimate over the usual system fonts; a Chinese character is a full em."""
    total = 0.0
    for character in text:
        if east_asian_width(character) in "WF":
            total += 1.0
        elif character in _NARROW:
            total += 0.4
        elif character in _WIDE:
            total += 0.98
        else:
            total += 0.7 if character.isupper() else 0.63
    return total * size * (1.08 if bold else 1.0)


def fit(text: str, width: float, size: float = TEXT) -> str:
    """The text, cut with an ellipsis where it would run over; the table keeps it whole."""
    if text_width(text, size) <= width:
        return text
    while text and text_width(text + "…", size) > width:
        text = text[:-1]
    return text.rstrip() + "…" if text else ""


def wrap(text: str, width: float, size: float = TEXT, lines: int = 2) -> list[str]:
    """The text on at most so many lines, broken at spaces or between Chinese characters."""
    words = _words(text)
    rows: list[str] = []
    while words and len(rows) < lines:
        row = words.pop(0)
        while words and text_width(row + words[0], size) <= width:
            row += words.pop(0)
        rows.append(row.strip())
    if words and rows:
        rows[-1] = rows[-1] + " " + "".join(words).strip()
    return [fit(row, width, size) for row in rows]


def _words(text: str) -> list[str]:
    words: list[str] = []
    for character in text:
        ends_word = words and (words[-1].endswith(" ") or east_asian_width(character) in "WF")
        if not words or ends_word:
            words.append(character)
        else:
            words[-1] += character
    return words


def number(value: float) -> str:
    """A coordinate: a tenth of a pixel is finer than any eye."""
    written = f"{value:.1f}"
    written = written[:-2] if written.endswith(".0") else written
    return "0" if written == "-0" else written


class Canvas:
    """Collects elements; y grows downwards from 0 to `height`, which the drawing sets."""

    def __init__(self, size: Size, key: str, chart: Chart) -> None:
        self.size: Size = size
        self.key = key
        self.width = float(WIDTHS[size])
        self.height = 120.0
        self._chart = chart
        self._parts: list[str] = []
        self._hatchings: list[str] = []

    def add(self, tag: str, classes: str = "", **attributes: float | str) -> None:
        self._parts.append(f"<{tag}{_attributes(classes, attributes)}/>")

    def line(self, classes: str, x1: float, y1: float, x2: float, y2: float) -> None:
        self.add("path", classes, d=f"M{number(x1)} {number(y1)}L{number(x2)} {number(y2)}")

    def rectangle(self, classes: str, x: float, y: float, width: float, height: float) -> None:
        self.add("rect", classes, x=x, y=y, width=max(width, 0), height=max(height, 0))

    def bar(self, role: str, effect: str, x: float, y: float, width: float, height: float) -> None:
        """A column or bar in the notation: AC solid, PL outlined, FC hatched; thin ones stay visible."""
        height, width = max(height, 1), max(width, 1)
        classes = f"bar {role.lower()} {effect}".strip()
        # An outline is drawn half outside its box.
        inset = (
            0.5 if role in ("PL", "FC") and not (effect and role != "FC") and min(width, height) > 2 else 0
        )
        box = {"x": x + inset, "y": y + inset, "width": width - 2 * inset, "height": height - 2 * inset}
        if role == "FC":
            self.add("rect", classes, fill=f"url(#{self._hatching(effect)})", **box)
        else:
            self.add("rect", classes, **box)

    def circle(self, classes: str, x: float, y: float, radius: float) -> None:
        self.add("circle", classes, cx=x, cy=y, r=radius)

    def diamond(self, classes: str, x: float, y: float, radius: float) -> None:
        r = number(radius)
        self.add("path", classes, d=f"M{number(x)} {number(y - radius)}l{r} {r} -{r} {r} -{r} -{r}z")

    def path(self, classes: str, runs: list[Coordinates], *, closed: bool = False) -> None:
        """Each run is drawn by itself: between two runs is a gap."""
        end = "z" if closed else ""
        drawn = [
            "M" + "L".join(f"{number(x)} {number(y)}" for x, y in run) + end for run in runs if len(run) > 1
        ]
        if drawn:
            self.add("path", classes, d="".join(drawn))

    def text(self, x: float, y: float, text: str, classes: str = "", anchor: Anchor = "start") -> None:
        attributes: dict[str, float | str] = {"x": x, "y": y}
        if anchor != "start":
            attributes["text-anchor"] = anchor
        self._parts.append(f"<text{_attributes(classes, attributes)}>{escape(text)}</text>")

    def empty(self) -> None:
        """Says in words that there is nothing to draw."""
        self.text(self.width / 2, self.height / 2, _("No values yet."), "muted", "middle")

    def svg(self) -> str:
        title = self._chart.title
        about = " · ".join(part for part in (title.who, title.measure, title.periods) if part)
        definitions = f"<defs>{''.join(self._hatchings)}</defs>" if self._hatchings else ""
        box = f"0 0 {number(self.width)} {number(self.height)}"
        named = f'aria-labelledby="{self.key}-title {self.key}-about"'
        return (
            f'<svg class="chart-drawing chart-{self.size}" viewBox="{box}" role="img" {named}>'
            f'<title id="{self.key}-title">{escape(self._chart.message)}</title>'
            f'<desc id="{self.key}-about">{escape(about)}</desc>{definitions}{"".join(self._parts)}</svg>'
        )

    def _hatching(self, effect: str) -> str:
        name = f"{self.key}-hatch{effect and '-' + effect}"
        pattern = (
            f'<pattern id="{name}" width="5" height="5" patternUnits="userSpaceOnUse">'
            '<rect class="paper" width="5" height="5"/>'
            f'<path class="{f"hatch {effect}".strip()}" d="M-1 1l2-2M0 5l5-5M4 6l2-2"/></pattern>'
        )
        if pattern not in self._hatchings:
            self._hatchings.append(pattern)
        return name


def _attributes(classes: str, attributes: dict[str, float | str]) -> str:
    written = f' class="{classes}"' if classes else ""
    for name, value in attributes.items():
        plain = value if isinstance(value, str) else number(value)
        written += f' {name}="{plain}"'
    return written
