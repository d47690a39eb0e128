"""Reading the library's files; what is not whole is refused with every problem at once.

A file holds `[[template]]` tables. Keys are the fields of `Template`, the English unit as `unit`; `frequency`,
`systems` and `industries` may be left out. Empty `systems` means every kind of system, so with `industries`.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from kpis.library.template import SYSTEMS, Industry, Template
from kpis.models import Kpi
from kpis.vagueness import text_warnings
from projects.periods import Frequency

FOLDER = Path(__file__).parent

_IN_BOTH = ("name", "definition", "formula", "source", "pitfalls", "example")
_TEXTS = frozenset(
    {"code", "unit", "unit_zh", "tier", "dimension", "direction"}
    | {f"{name}_{language}" for name in _IN_BOTH for language in ("en", "zh")}
)
_OPTIONAL = {"frequency": Frequency.MONTH.value}
_LISTS = ("systems", "industries")
_ALLOWED: dict[str, frozenset[str]] = {
    "tier": frozenset(Kpi.Tier.values),
    "dimension": frozenset(Kpi.Dimension.values),
    "direction": frozenset(Kpi.Direction.values),
    "frequency": frozenset(Frequency.values),
    "systems": frozenset(SYSTEMS),
    "industries": frozenset(Industry.values),
}
_LONGEST = {
    **{"code": 60, "unit": 40, "unit_zh": 40},
    **dict.fromkeys(("name_en", "name_zh", "source_en", "source_zh"), 200),
}
_CODE = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_NUMBER = re.compile(r"[0-9]|\bzero\b|零", re.IGNORECASE)


class LibraryError(ValueError):
    """Files of the library that are not whole; one line for each problem."""


@cache
def templates() -> tuple[Template, ...]:
    """The library, by file and in the files' order; read once.

    Raises:
        LibraryError: a template is not whole.
    """
    return read_folder(FOLDER)


@cache
def _by_code() -> dict[str, Template]:
    return {one.code: one for one in templates()}


def template(code: str) -> Template | None:
    """The product's template with this code."""
    return _by_code().get(code)


def read_folder(folder: Path) -> tuple[Template, ...]:
    """The templates of all files of a folder.

    Raises:
        LibraryError: a template is not whole.
    """
    found: list[Template] = []
    problems: list[str] = []
    for path in sorted(folder.glob("*.toml")):
        for position, table in enumerate(_tables(path, problems), 1):
            broken = list(_problems(table))
            problems += [f"{path.name}: {table.get('code') or position}: {problem}" for problem in broken]
            if not broken:
                found.append(_template(table))
    problems += _twins(found)
    if problems:
        raise LibraryError("\n".join(problems))
    return tuple(found)


def _tables(path: Path, problems: list[str]) -> list[dict[str, Any]]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"{path.name}: {error}")
        return []
    problems += [f"{path.name}: unknown table {name}" for name in content if name != "template"]
    tables: list[dict[str, Any]] = content.get("template", [])
    return tables


def _template(table: Mapping[str, Any]) -> Template:
    values: dict[str, Any] = {name: " ".join(table[name].split()) for name in _TEXTS}
    values["unit_en"] = values.pop("unit")
    values |= {name: table.get(name, default) for name, default in _OPTIONAL.items()}
    values |= {name: tuple(table.get(name, ())) for name in _LISTS}
    return Template(**values)


def _problems(table: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"unknown key {name}" for name in sorted(set(table) - _TEXTS - {*_OPTIONAL, *_LISTS}))
    texts = {name: table.get(name) for name in _TEXTS}
    missing = sorted(name for name, text in texts.items() if not isinstance(text, str) or not text.strip())
    yield from (f"{name} is missing or no text" for name in missing)
    yield from _unlisted(table)
    if not missing:
        yield from _wrong_texts(table)


def _unlisted(table: Mapping[str, Any]) -> Iterator[str]:
    for name, allowed in _ALLOWED.items():
        if name not in table:
            continue
        given = table[name] if name in _LISTS else [table[name]]
        if not isinstance(given, list) or len(given) != len(set(given)):
            yield f"{name} is no list of different names"
        else:
            yield from (f"{name} knows no “{one}”" for one in given if one not in allowed)


def _wrong_texts(table: Mapping[str, Any]) -> Iterator[str]:
    if not _CODE.fullmatch(table["code"]):
        yield "a code has lower-case letters, digits and hyphens"
    for name, longest in _LONGEST.items():
        if len(table[name]) > longest:
            yield f"{name} is longer than {longest} characters"
    for name in _IN_BOTH:
        if not _CHINESE.search(table[f"{name}_zh"]):
            yield f"{name}_zh is not Chinese"
        if _CHINESE.search(table[f"{name}_en"]):
            yield f"{name}_en is not English"
    for language in ("en", "zh"):
        for warning in text_warnings(table[f"name_{language}"], table[f"definition_{language}"]):
            yield f"vague in {language}: {warning.code}"
        if not _NUMBER.search(table[f"example_{language}"]):
            yield f"example_{language} has no number"


def _twins(found: Iterable[Template]) -> list[str]:
    """Codes and names that stand twice."""
    seen: dict[tuple[str, str], str] = {}
    problems = []
    for one in found:
        for name in ("code", "name_en", "name_zh"):
            key = (name, getattr(one, name).casefold())
            if key in seen:
                problems.append(f"{one.code}: {name} “{getattr(one, name)}” is that of {seen[key]}")
            seen[key] = one.code
    return problems
