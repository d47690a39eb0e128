"""From what a person wrote to a tree that is safe to evaluate."""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kpis.expressions.errors import FormulaError

LONGEST = 1000
MOST_NODES = 200
DEEPEST = 40
LARGEST = 1e15
#: periods a window may reach back
LONGEST_WINDOW = 120
MOST_DECIMALS = 6

#: name → (fewest, most arguments)
FUNCTIONS: dict[str, tuple[int, int]] = {
    "min": (2, 20),
    "max": (2, 20),
    "abs": (1, 1),
    "round": (1, 2),
    "percent": (2, 2),
    "previous": (1, 2),
    "change": (1, 2),
    "percent_change": (1, 2),
    "sum_last": (2, 2),
    "mean_last": (2, 2),
    "ytd_sum": (1, 1),
    "if_missing": (2, 2),
    "sum": (1, 1),
    "mean": (1, 1),
    "last": (1, 1),
}
#: how the shorter periods of an input come together
JOINING = frozenset({"sum", "mean", "last"})
#: functions over the course of one KPI: their first argument is a KPI and not a number
_OVER_TIME = frozenset(
    {"previous", "change", "percent_change", "sum_last", "mean_last", "ytd_sum", "if_missing"}
)
_WINDOWED = frozenset({"previous", "change", "percent_change", "sum_last", "mean_last"})
_NODES = (
    ast.Expression, ast.BinOp, ast.UnaryOp, ast.Call, ast.Name, ast.Load, ast.Constant,
    ast.Add, ast.Sub, ast.Mult, ast.Div, ast.USub, ast.UAdd,
)  # fmt: skip

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_WORD = re.compile(r"(?<!\w)[^\W\d]\w*")
_ALLOWED = re.compile(r"[\w.+\-*/(), \t\r\n]*")
_PLAIN = str.maketrans(
    {"（": "(", "）": ")", "，": ",", "、": ",", "【": "[", "】": "]", "［": "[", "］": "]", "×": "*", "÷": "/",
     "−": "-", "–": "-", "＋": "+", "－": "-", "＊": "*", "／": "/", "．": ".", "\u00a0": " ", "\u3000": " "}
    | {0xFF10 + digit: str(digit) for digit in range(10)}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Expression:
    """A formula that was read. In `tree` the KPI `codes[n]` is the name `kpi_n`."""

    text: str
    codes: tuple[str, ...]
    tree: ast.expr

    def bare_codes(self) -> set[str]:
        """Codes that stand somewhere without sum, mean or last around them."""
        return {self.codes[int(name.id[4:])] for name in _bare_names(self.tree)}


def parse(text: str) -> Expression:
    """Read a formula.

    Raises:
        FormulaError: it is none, or larger than a formula may be.
    """
    text = text.translate(_PLAIN).strip()
    if not text:
        raise FormulaError(_("Write a formula, such as [ERP-03] / [ERP-04] * 100."))
    if len(text) > LONGEST:
        raise FormulaError(_("A formula has at most %(count)d characters.") % {"count": LONGEST})
    source, codes = _named(text)
    tree = _tree(source)
    _check_size(tree)
    called = {id(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    for node in ast.walk(tree):
        _check_node(node)
        if isinstance(node, ast.Name) and (node.id in FUNCTIONS) != (id(node) in called):
            raise FormulaError(_("This cannot be read as a formula. Check brackets, commas and signs."))
    return Expression(text, codes, tree)


def is_series(node: ast.expr) -> bool:
    """A KPI, or a KPI whose shorter periods are brought together."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Name) and node.func.id in JOINING
    return isinstance(node, ast.Name)


def _named(text: str) -> tuple[str, tuple[str, ...]]:
    """The text with `kpi_n` for the n-th code in brackets, and the codes."""
    codes: list[str] = []

    def name(found: re.Match[str]) -> str:
        code = found[1].strip()
        if not code:
            raise FormulaError(_("The brackets are empty. Write a code of a KPI in them: [ERP-03]."))
        if code not in codes:
            codes.append(code)
        return f" kpi_{codes.index(code)} "

    source, outside = _BRACKETS.sub(name, text), _BRACKETS.sub(" ", text)
    if "[" in outside or "]" in outside:
        raise FormulaError(_("A square bracket has no partner. A KPI stands in a pair: [ERP-03]."))
    for word in _WORD.findall(outside):
        if word not in FUNCTIONS:
            names = {"word": word[:40], "functions": ", ".join(FUNCTIONS)}
            raise FormulaError(
                _("“%(word)s” is not known. KPIs stand in brackets, [ERP-03]; functions are %(functions)s.")
                % names
            )
    if not _ALLOWED.fullmatch(outside):
        sign = next(character for character in outside if not _ALLOWED.fullmatch(character))
        raise FormulaError(
            _("“%(sign)s” means nothing here. Use + − × ÷, brackets, numbers and functions.") % {"sign": sign}
        )
    if not codes:
        raise FormulaError(_("A formula reads at least one KPI. Write its code in brackets: [ERP-03]."))
    return source, tuple(codes)


def _tree(source: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            # A long formula may be broken anywhere.
            return ast.parse(" ".join(source.split()), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise FormulaError(
            _("This cannot be read as a formula. Check brackets, commas and signs.")
        ) from error


def _check_size(tree: ast.expr) -> None:
    count, level = 0, [tree]
    depth = 0
    while level:
        depth += 1
        count += len(level)
        if depth > DEEPEST or count > MOST_NODES:
            raise FormulaError(_("This formula is too large. Split it over two KPIs."))
        level = [
            child for node in level for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)
        ]


def _check_node(node: ast.AST) -> None:
    if not isinstance(node, _NODES):
        raise FormulaError(
            _(
                "Only + − × ÷, brackets, numbers, KPIs and functions make a formula; powers and comparisons do not."
            )
        )
    if isinstance(node, ast.Constant):
        _check_number(node.value)
    elif isinstance(node, ast.Call):
        _check_call(node)


def _check_number(value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise FormulaError(_("Only plain numbers stand in a formula."))
    if not abs(value) <= LARGEST:
        raise FormulaError(_("This number is too large to be kept."))


def _check_call(node: ast.Call) -> None:
    name = node.func.id if isinstance(node.func, ast.Name) else ""
    if name not in FUNCTIONS or node.keywords:
        raise FormulaError(_("This cannot be read as a formula. Check brackets, commas and signs."))
    fewest, most = FUNCTIONS[name]
    if not fewest <= len(node.args) <= most:
        raise FormulaError(
            _("“%(name)s” does not take %(count)d values. Look at the examples beside the field.")
            % {"name": name, "count": len(node.args)}
        )
    if name in JOINING and not isinstance(node.args[0], ast.Name):
        raise FormulaError(_("“%(name)s” takes one KPI: %(name)s([ERP-03]).") % {"name": name})
    if name in _OVER_TIME and not is_series(node.args[0]):
        raise FormulaError(
            _("“%(name)s” looks at the course of one KPI: its first value is a KPI in brackets.")
            % {"name": name}
        )
    if name in _WINDOWED and len(node.args) == 2:
        _check_whole(name, node.args[1], 1, LONGEST_WINDOW)
    if name == "round" and len(node.args) == 2:
        _check_whole(name, node.args[1], 0, MOST_DECIMALS)


def _check_whole(name: str, node: ast.expr, low: int, high: int) -> None:
    value = node.value if isinstance(node, ast.Constant) else None
    if not (isinstance(value, int) and low <= value <= high):
        names = {"name": name, "low": low, "high": high}
        raise FormulaError(
            _("The second value of “%(name)s” is a whole number from %(low)d to %(high)d.") % names
        )


def _bare_names(node: ast.AST) -> Iterator[ast.Name]:
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Name) and node.func.id in JOINING:
            return
        for argument in node.args:
            yield from _bare_names(argument)
    elif isinstance(node, ast.Name):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _bare_names(child)
