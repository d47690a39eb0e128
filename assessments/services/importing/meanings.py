"""What the texts of a file could mean: guesses, and what could mean two things and must be asked."""

import datetime
import re
from collections.abc import Iterable, Sequence

from kpis.models import Kpi
from organizations.errors import InvalidInputError
from projects.numbers import parse_number
from projects.period_texts import read_span
from projects.periods import Frequency

_GUESSES = {
    "direction": {
        "higher": "u up ↑ + higher increase increasing max maximize yes true 1 升 上升 提高 增加 越高越好 正向 是",
        "lower": "d down ↓ - lower decrease decreasing min minimize no false 0 降 下降 降低 减少 越低越好 负向 反向 否",
        "maintain": "n none = → maintain stable keep 平 持平 保持 维持 不变",
    },
    "tier": {
        "functional": "f l1 functional function 功能 功能层 功能级",
        "operational": "o l2 operational operation operations 运营 运营层 业务 业务层",
        "strategic": "s l3 strategic strategy 战略 战略层",
    },
    "dimension": {
        "financial": "financial finance money 财务 财务维度",
        "efficiency": "efficiency process operations service 效率 运营效率",
        "capability": "capability organisation organization people safety 能力 组织能力",
        "innovation": "innovation 创新 业务创新",
    },
    "frequency": {
        "week": "w week weekly 周 每周",
        "month": "m month monthly 月 月度 每月",
        "quarter": "q quarter quarterly 季 季度 每季",
        "year": "y a year yearly annual annually 年 年度 每年",
    },
    "delivery_status": {
        "not_started": "not_started planned waiting 未开始 未启动",
        "on_track": "green g on_track 绿 绿灯 绿色 正常 进行中",
        "at_risk": "amber yellow a y amber/green amber/red at_risk 黄 黄灯 黄色 有风险 风险",
        "late": "red r late delayed 红 红灯 红色 延期 滞后",
        "live": "live go-live 已上线 上线",
        "closed": "closed done completed blue 完成 已完成 关闭 已关闭",
    },
    "series": {
        "value": "actual actuals ac ist value 实际 实际值 完成 实绩",
        "target": "plan planned target budget pl soll goal 计划 目标 目标值 计划值 预算",
    },
}  # fmt: skip
_WORDS = {
    (attribute, word.replace("_", " ")): choice
    for attribute, choices in _GUESSES.items()
    for choice, words in choices.items()
    for word in words.split()
}
_WORDS |= {
    (attribute, str(label).casefold()): value
    for attribute, choices in (
        ("direction", Kpi.Direction.choices),
        ("tier", Kpi.Tier.choices),
        ("dimension", Kpi.Dimension.choices),
        ("frequency", Frequency.choices),
    )
    for value, label in choices
}
#: one mark before exactly three digits: thousands to one reader, decimals to another
_AMBIGUOUS = re.compile(r"[^\d.,]*[1-9]\d{0,2}[.,]\d{3}[^\d.,]*")
_COMMA_DECIMALS = re.compile(r"[^\d.,]*\d+(?:\.\d{3})*,(?:\d{1,2}|\d{4,})[^\d.,]*")
_COMMA_THOUSANDS = re.compile(r"[^\d.,]*\d{1,3}(?:,\d{3})*(?:,\d{3}\.\d+|,\d{3},\d{3})[^\d.,]*")
DATE_FORMATS = (
    "%d/%m/%Y", "%m/%d/%Y", "%d.%m.%Y", "%d-%m-%Y", "%m-%d-%Y", "%d/%m/%y", "%m/%d/%y", "%d.%m.%y",
    "%d-%b-%Y", "%d-%b-%y", "%d %b %Y", "%d %B %Y", "%B %d, %Y", "%b-%y", "%b %y", "%b/%y", "%m-%Y", "%m.%Y",
    "%m/%y", "%y-%m", "%y年%m月", "%d/%m/%Y %H:%M", "%m/%d/%Y %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S",
)  # fmt: skip
_ISO = "%Y-%m-%d"


def guess_choice(attribute: str, text: str) -> str:
    """The choice that a text probably means, or ""."""
    return _WORDS.get((attribute, " ".join(text.replace("_", " ").split()).casefold()), "")


def ambiguous_numbers(texts: Iterable[str]) -> list[str]:
    """Texts that read differently with a decimal comma."""
    return [text for text in texts if _AMBIGUOUS.fullmatch(text.strip())]


def has_thousands_commas(texts: Iterable[str]) -> bool:
    """Whether other texts of the file show that its comma marks thousands."""
    return any(_COMMA_THOUSANDS.fullmatch(text.strip()) for text in texts)


def has_decimal_commas(texts: Iterable[str]) -> bool:
    """Whether other texts of the file show that its comma is a decimal one."""
    return any(_COMMA_DECIMALS.fullmatch(text.strip()) for text in texts)


def no_numbers(texts: Iterable[str]) -> list[str]:
    """Texts in a column of numbers that are none."""
    return [text for text in texts if not _is_number(text)]


def unread_dates(texts: Iterable[str]) -> list[str]:
    """Texts with digits that are no period by themselves."""
    return [text for text in texts if any(map(str.isdigit, text)) and not _is_span(text)]


def fitting_formats(texts: Sequence[str]) -> list[tuple[str, datetime.date]]:
    """Formats that read at least half of the texts, best first, each with the day of the first one it reads."""
    found = []
    for place, pattern in enumerate(DATE_FORMATS):
        days = [day for text in texts if (day := _by_format(text, pattern))]
        if days and len(days) * 2 >= len(texts):
            found.append((-len(days), place, pattern, days[0]))
    return [(pattern, day) for _count, _place, pattern, day in sorted(found)]


def formats_with_iso(pattern: str, texts: Iterable[str]) -> list[str]:
    """The format, and ISO beside it where some texts are written so."""
    return [pattern, _ISO] if any(_by_format(text, _ISO) for text in texts) else [pattern]


def _by_format(text: str, pattern: str) -> datetime.date | None:
    try:
        day = datetime.datetime.strptime(text.strip(), pattern).date()  # noqa: DTZ007
    except ValueError:
        return None
    return day if 1950 <= day.year <= 2150 else None


def _is_number(text: str) -> bool:
    try:
        parse_number(text)
    except InvalidInputError:
        return False
    return True


def _is_span(text: str) -> bool:
    try:
        read_span(text)
    except InvalidInputError:
        return False
    return True
