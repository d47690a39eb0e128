"""Formulas as MathML, which browsers set and screen readers read without a script or a style.

A piece is a finished part, or a text: signs between spaces ("1 + r") are set as operators, symbols and numbers, and
everything else as words. A symbol is one letter, or Latin capitals such as NPV.
"""

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

Piece = SafeString | str

_OPERATORS = frozenset("=+−±×·/()[]|,;<>≥≤→…")


def formula(*pieces: Piece) -> SafeString:
    """The whole formula, on a line of its own."""
    return format_html('<math display="block">{}</math>', row(*pieces))


def row(*pieces: Piece) -> SafeString:
    return format_html("<mrow>{}</mrow>", format_html_join("", "{}", ((_set(piece),) for piece in pieces)))


def fraction(above: Piece, below: Piece) -> SafeString:
    return format_html("<mfrac>{}{}</mfrac>", row(above), row(below))


def power(base: Piece, exponent: Piece) -> SafeString:
    return format_html("<msup>{}{}</msup>", row(base), row(exponent))


def indexed(base: Piece, index: Piece) -> SafeString:
    """A symbol with its index below: F with t."""
    return format_html("<msub>{}{}</msub>", _set(base), row(index))


def total(over: Piece, body: Piece) -> SafeString:
    """Σ of the body over what stands below the sign."""
    return format_html('<munder><mo movablelimits="false">∑</mo>{}</munder>{}', row(over), row(body))


def mean(body: Piece) -> SafeString:
    """The body under a bar."""
    return format_html("<mover>{}<mo>¯</mo></mover>", row(body))


def bracket(*pieces: Piece) -> SafeString:
    return row("(", *pieces, ")")


def _set(piece: Piece) -> SafeString:
    if isinstance(piece, SafeString):
        return piece
    signs = piece.split()
    if signs and all(_is_sign(sign) for sign in signs):
        return format_html_join("", "{}", ((_sign(sign),) for sign in signs))
    return format_html("<mtext>{}</mtext>", piece)


def _is_sign(text: str) -> bool:
    return text in _OPERATORS or _is_symbol(text) or _is_number(text)


def _is_symbol(text: str) -> bool:
    return text.isalpha() and (len(text) == 1 or (text.isascii() and text.isupper()))


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _sign(text: str) -> SafeString:
    if text in _OPERATORS:
        return format_html("<mo>{}</mo>", text)
    return format_html("<mi>{}</mi>" if _is_symbol(text) else "<mn>{}</mn>", text)
