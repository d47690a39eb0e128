"""A small algebra of units: `h/order` times `order` is `h`."""

import re
import unicodedata
from dataclasses import dataclass

#: symbol → power; no symbol at all is a plain number
Unit = frozenset[tuple[str, int]]
PLAIN: Unit = frozenset()
PERCENT: Unit = frozenset({("%", 1)})

_SYNONYMS = {
    "h": "h hour hours hr hrs 小时 时",
    "min": "min mins minute minutes 分钟",
    "s": "s sec secs second seconds 秒",
    "day": "d day days 天 日",
    "week": "wk week weeks 周",
    "month": "month months mo 月 个月",
    "year": "yr year years a 年",
    "%": "% percent pct 百分比",
    "CNY": "cny rmb yuan 元 人民币 ¥",
    "USD": "usd us$ $ dollar dollars 美元",
    "EUR": "eur € euro euros 欧元",
    "GBP": "gbp £",
    "HKD": "hkd hk$ 港元",
    "JPY": "jpy 日元",
    "piece": "piece pieces pc pcs unit units 件 个 只",
    "person": "person persons people employee employees head heads fte 人 员工",
    "order": "order orders 单 订单",
    "": "ratio factor index times x 倍 系数 比率 指数",
}
_NAMES = {word: name for name, words in _SYNONYMS.items() for word in words.split()}
#: units that are not simply things counted: adding two of them is a mistake
_MEASURES = frozenset(
    {"h", "min", "s", "day", "week", "month", "year", "%", "CNY", "USD", "EUR", "GBP", "HKD", "JPY"}
)
_PER = re.compile(r"\s*/\s*|\s+per\s+")
_AND = re.compile(r"\s*[·*×]\s*")


def parse_unit(text: str) -> Unit | None:
    """The unit a person wrote; None where nothing is written."""
    plain = unicodedata.normalize("NFKC", text).strip().casefold()
    if not plain:
        return None
    powers: dict[str, int] = {}
    for place, part in enumerate(_PER.split(plain)):
        for word in _AND.split(part):
            name = _name(word.strip())
            if name:
                powers[name] = powers.get(name, 0) + (-1 if place else 1)
    return _unit(powers)


def write_unit(unit: Unit) -> str:
    """`h/order`; a plain number is "1"."""
    above = [name for name, power in sorted(unit) for _ in range(max(power, 0))]
    below = [name for name, power in sorted(unit) for _ in range(max(-power, 0))]
    return "/".join(["·".join(above) or "1", *below])


def times(left: Unit, right: Unit, sign: int = 1) -> Unit:
    """The product; with `sign` −1 the quotient."""
    powers = dict(left)
    for name, power in right:
        powers[name] = powers.get(name, 0) + sign * power
    return _unit(powers)


def is_counted(unit: Unit) -> bool:
    """Whether nothing but things that are counted stands in it: orders, visits, cases."""
    return all(name not in _MEASURES for name, _power in unit)


def _name(word: str) -> str:
    if word in _NAMES:
        return _NAMES[word]
    is_plural = len(word) > 3 and word.isascii() and word.endswith("s") and not word.endswith("ss")
    return word[:-1] if is_plural else word


def _unit(powers: dict[str, int]) -> Unit:
    return frozenset((name, power) for name, power in powers.items() if power)


@dataclass(frozen=True, slots=True)
class Quantity:
    """What is known of a part of a formula: its unit (None: not known), and its value where it is written out."""

    unit: Unit | None
    literal: float | None = None
    #: by what written-out numbers it was multiplied, which may have converted it
    factor: float = 1.0

    @property
    def is_scaled(self) -> bool:
        return self.factor != 1.0
