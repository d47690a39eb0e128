"""Numbers as people type and paste them.

One reader for the entry grid, the cash flows and imports. It knows no locale: the same text means the same
number to every reader, and what could mean two numbers follows one stated rule or is refused.
"""

import re
from decimal import Decimal
from typing import NoReturn

from django.utils.translation import gettext as _

from charts.numbers import exact
from organizations.errors import InvalidInputError

LONGEST = 60
MOST_DIGITS = 30
#: powers of ten
MAGNITUDES = {"万": 4, "萬": 4, "亿": 8, "億": 8, "万亿": 12, "萬億": 12}

# Full-width forms and the many spaces, minuses and apostrophes as the one that is meant. Not Unicode's own
# compatibility form: it would read 10² as 102.
_PLAIN: dict[int, int | str] = {0xFF01 + offset: 0x21 + offset for offset in range(94)}
_PLAIN |= {ord("￥"): "¥", ord("￡"): "£", ord("。"): ".", ord("\u3000"): " "}
_PLAIN |= {ord(mark): " " for mark in "\u00a0\u2007\u2008\u2009\u202f\t"}
_PLAIN |= {ord(mark): "-" for mark in "\u2010\u2011\u2012\u2013\u2212\ufe63"}
_PLAIN |= {ord(mark): "'" for mark in "’‘ʼ`´"}

_SHAPE = re.compile(
    r"(?P<lead>[-+(¥£€$ ]*)"
    r"(?P<digits>[0-9.,][0-9.,' ]*)"
    r"(?P<exponent>[eE][-+]?[0-9]{1,2})?"
    r"(?P<tail>[-)%¥£€$元万萬亿億 ]*)",
)
_GROUPED = re.compile(r"[1-9][0-9]{0,2}(?:([,.' ])[0-9]{3})(?:\1[0-9]{3})*")
_ONE_GROUP = re.compile(r"[1-9][0-9]{0,2}[,.][0-9]{3}")


def parse_number(text: str, *, decimal_comma: bool = False, allow_percent: bool = True) -> Decimal:
    """The number that `text` writes, exactly.

    Read are thousands marks (`1,234.5`, `1.234,5`, `1 234`, `1'234`), `(123)`, `123-` and `−123`, one
    currency sign, full-width digits, 万 and 亿, and powers of ten (`1.2E+5`). A per cent sign is a unit like
    any other: `12 %` reads 12. One comma before exactly three digits marks thousands (`1,234` is 1234), one
    point never does (`1.234` is a little more than 1); with `decimal_comma` it is the other way round.

    Raises:
        InvalidInputError: the text is no number, has two units, or its thousands marks do not fit.
    """
    plain = text.translate(_PLAIN).strip()
    if not plain:
        raise InvalidInputError(_("Type a number."))
    found = _SHAPE.fullmatch(plain) if len(plain) <= LONGEST else None
    if found is None:
        _refuse_text(text)
    marks = (found["lead"] + found["tail"]).replace(" ", "")
    power = _power(marks, text, allow_percent)
    digits = _plain_digits(found["digits"].strip(), text, decimal_comma)
    exponent = int(found["exponent"][1:]) if found["exponent"] else 0
    number = Decimal(f"{_sign(found['lead'], found['tail'], text)}{digits}e{exponent + power}")
    return Decimal(format(number, "f")) if number else Decimal(0)


def write_amount(amount: Decimal) -> str:
    """An amount as it stands in a field: every digit, grouped, cents only where there are any; reads back."""
    return exact(int(amount) if amount == int(amount) else amount)


def _power(marks: str, text: str, allow_percent: bool) -> int:
    """The power of ten of the one unit; refuses what has two."""
    magnitude = "".join(mark for mark in marks if mark in MAGNITUDES)
    currencies = sum(mark in "¥£€$元" for mark in marks)
    percents = marks.count("%")
    if currencies > 1 or percents > 1 or (magnitude and magnitude not in MAGNITUDES):
        _refuse_units(text)
    # Money counted in 万 is one thing; a share in 万 or of money is none.
    if percents and (magnitude or currencies):
        _refuse_units(text)
    if percents and not allow_percent:
        raise InvalidInputError(
            _("“%(text)s” is a percentage; an amount is needed.") % {"text": _shown(text)}
        )
    return MAGNITUDES.get(magnitude, 0)


def _sign(lead: str, tail: str, text: str) -> str:
    """`-` or nothing; refuses two signs and half a pair of brackets."""
    brackets = (lead.count("("), tail.count(")"))
    signs = sum((lead + tail).count(mark) for mark in "-+")
    if brackets not in ((0, 0), (1, 1)) or signs + brackets[0] > 1:
        raise InvalidInputError(_("The signs of “%(text)s” contradict each other.") % {"text": _shown(text)})
    return "-" if brackets[0] or "-" in lead + tail else ""


def _plain_digits(digits: str, text: str, decimal_comma: bool) -> str:
    """The digits with a point as the only mark."""
    mark = _decimal_mark(digits, decimal_comma)
    whole, __, fraction = digits.rpartition(mark) if mark else (digits, "", "")
    if sum(character.isdigit() for character in digits) > MOST_DIGITS or (mark and not fraction):
        _refuse_text(text)
    if not (whole + fraction).isdigit():
        if not (_GROUPED.fullmatch(whole) and (fraction.isdigit() or not mark)):
            raise InvalidInputError(
                _("The thousands marks of “%(text)s” are not where they belong.") % {"text": _shown(text)}
            )
        whole = re.sub("[^0-9]", "", whole)
    return f"{whole or 0}.{fraction or 0}"


def _decimal_mark(digits: str, decimal_comma: bool) -> str:
    """Which of comma and point separates the decimals, or "" when none does."""
    commas, points = digits.count(","), digits.count(".")
    if commas and points:
        return max(",.", key=digits.rfind)
    if commas + points != 1:
        return ""
    mark = "," if commas else "."
    groups = "." if decimal_comma else ","
    return "" if mark == groups and _ONE_GROUP.fullmatch(digits) else mark


def _shown(text: str) -> str:
    """Enough of the text to recognise it."""
    text = text.strip()
    return text if len(text) <= 40 else f"{text[:39]}…"


def _refuse_text(text: str) -> NoReturn:
    raise InvalidInputError(_("“%(text)s” is not a number.") % {"text": _shown(text)})


def _refuse_units(text: str) -> NoReturn:
    raise InvalidInputError(_("“%(text)s” has two units.") % {"text": _shown(text)})
