"""Texts that say nearly the same, in any script, found without comparing each with each (METHOD §7).

A text is the set of its character n-grams: of three characters in words of an alphabet, of two in runs of
Chinese, Japanese and Korean, where a word has one or two. Likeness is Dice's coefficient of the two sets,
2·|A∩B| / (|A| + |B|). Order of words, case, width and punctuation do not matter. Numbers tell things apart:
"plant 7" is not "plant 8", though "stock 2026" may be "stock".
"""

import math
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

SIMILAR: Final = 0.7
"""Likeness from which two wordings are near-identical: word for word moved around, an ending, one word more."""
TOO_COMMON: Final = 10
"""Wordings that more claims than this use ("labour saving") tell nothing about two of them."""
FEWEST_GRAMS: Final = 3
_LONGEST_LIST: Final = 60
#: a set smaller than this part of another cannot be as alike as asked
_SHORTEST: Final = SIMILAR / (2 - SIMILAR)
_WORDS: Final = re.compile(r"\d+|[^\W\d_]+")
_DENSE: Final = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\U00020000-\U0003ffff]+")

Grams = frozenset[str]


def grams(text: str) -> Grams:
    """The n-grams of a text, a number as a whole; empty for one without letters or digits."""
    found: set[str] = set()
    for word in _WORDS.findall(unicodedata.normalize("NFKC", text).casefold()):
        if word.isdecimal():
            found.add(word)
            continue
        rest = 0
        for dense in _DENSE.finditer(word):
            found.update(_pieces(word[rest : dense.start()], 3), _pieces(dense.group(), 2))
            rest = dense.end()
        found.update(_pieces(word[rest:], 3))
    return frozenset(found)


def likeness(one: Grams, other: Grams) -> float:
    """Dice's coefficient, 0 to 1; 0 when one is empty."""
    size = len(one) + len(other)
    return 2 * len(one & other) / size if one and other else 0.0


def similar_pairs(texts: Mapping[int, str]) -> dict[tuple[int, int], float]:
    """Pairs (smaller key first) of texts with a likeness of at least `SIMILAR`, and that likeness.

    Two alike texts must share one of their rarest n-grams, so only texts that do are compared.
    """
    by_key = {key: grams(text) for key, text in texts.items()}
    owners: dict[Grams, list[int]] = defaultdict(list)
    for key in sorted(by_key):
        owners[by_key[key]].append(key)
    told = {one: keys for one, keys in owners.items() if len(one) >= FEWEST_GRAMS and len(keys) <= TOO_COMMON}
    figures = {one: frozenset(gram for gram in one if gram.isdecimal()) for one in told}
    frequency = Counter(gram for one in told for gram in one)
    lists: dict[str, list[Grams]] = defaultdict(list)
    pairs: dict[tuple[int, int], float] = {}
    for one, keys in told.items():
        rarest = _rarest(one, frequency)
        _add(pairs, keys, keys, 1.0)
        candidates = {other for gram in rarest if len(lists[gram]) <= _LONGEST_LIST for other in lists[gram]}
        for other in candidates:
            if _contradict(figures[one], figures[other]):
                continue
            if (alike := likeness(one, other)) >= SIMILAR:
                _add(pairs, keys, told[other], alike)
        for gram in rarest:
            lists[gram].append(one)
    return pairs


def _contradict(some: Grams, others: Grams) -> bool:
    return bool(some) and bool(others) and some != others


def _pieces(word: str, size: int) -> Iterable[str]:
    if not word:
        return ()
    if size == 3:
        # The edges count: "in" and the end of "again" are not the same.
        word = f"_{word}_"
    if len(word) <= size:
        return (word,)
    return (word[start : start + size] for start in range(len(word) - size + 1))


def _rarest(one: Grams, frequency: Mapping[str, int]) -> list[str]:
    """So many of the rarest n-grams that a text as alike as asked must share one of them."""
    needed = math.ceil(_SHORTEST * len(one) - 1e-9)
    return sorted(one, key=lambda gram: (frequency[gram], gram))[: len(one) - needed + 1]


def _add(
    pairs: dict[tuple[int, int], float], some: Iterable[int], others: Iterable[int], alike: float
) -> None:
    for one in some:
        for other in others:
            if one != other:
                pairs[min(one, other), max(one, other)] = alike
