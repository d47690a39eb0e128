"""A mapping for simple long files, guessed from their headings: one row per KPI and period."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from assessments.exports.headings import HEADINGS, status_words, words_of
from organizations.errors import InvalidInputError

_WORDS = {
    "code": "kpi code|kpi_code|kpi id|kpi|code|indicator code|指标编码|指标代码|编码|代码",
    "name": "kpi name|kpi_name|name|indicator|indicator name|measure|metric|指标名称|指标|名称",
    "period": "period|date|month|day|week|quarter|期间|日期|月份|时间",
    "year": "year|period_year|年|年份",
    "part": "period_month|month number|月",
    "value": "value|actual|actual value|measured|result|ist|实际|实际值|值|数值",
    "target": "target|plan|goal|planned|soll|目标|目标值|计划",
    "note": "note|comment|remark|备注|说明",
    "status": "status|state|状态",
    "project": "project code|project_code|project|项目编码|项目代码|项目",
}
WORDS = {meaning: words.split("|") for meaning, words in _WORDS.items()}


def guess_mapping(headings: Iterable[str]) -> dict[str, Any]:
    """The mapping by names of columns; it finds KPIs and creates none.

    Raises:
        InvalidInputError: no column reads like a KPI, a period or a value; the message lists the headings.
    """
    labels = list(headings)
    named = {" ".join(label.casefold().replace("_", " ").split()): label for label in reversed(labels)}
    found = {
        meaning: next((named[word] for word in map(_tidy, _words(meaning)) if word in named), None)
        for meaning in WORDS
    }
    period = _period(found)
    if not (found["code"] or found["name"]) or period is None or not found["value"]:
        raise InvalidInputError(
            _(
                "The columns could not be recognised by their names. Name them for instance KPI, Period and "
                "Value, or"
                " paste a mapping. The file has: %(headings)s."
            )
            % {"headings": ", ".join(labels)},
            code="mapping",
            headings=labels,
        )
    _refuse_doubles(labels, found)
    # The code decides where there is one: names change and repeat themselves.
    identity = "code" if found["code"] else "name"
    mapping: dict[str, Any] = {
        "kind": "measurements",
        "kpi": {identity: {"column": found[identity]}},
        "period": period,
        "value": found["value"],
    }
    if found["target"]:
        mapping["target"] = found["target"]
    if found["note"]:
        mapping["note"] = {"column": found["note"]}
    if found["status"]:
        mapping["status"] = states_from(found["status"])
    if found["project"]:
        mapping["project"] = {"code": {"column": found["project"]}}
    return mapping


def _refuse_doubles(labels: list[str], found: dict[str, str | None]) -> None:
    """Which of two columns of one name is meant cannot be guessed."""
    for label in filter(None, found.values()):
        if f"{label}#2" in labels:
            raise InvalidInputError(
                _("The heading “%(heading)s” stands twice. Rename one of the two, or remove it.")
                % {"heading": label},
                code="mapping",
                headings=labels,
            )


def states_from(column: str) -> dict[str, Any]:
    """The attribute `status` of a mapping, as a column of one of our own exports says it."""
    return {"column": column, "map": status_words(), "else": "submitted", "default": "submitted"}


def _words(meaning: str) -> list[str]:
    """Those of our own exports first."""
    return [*(words_of(meaning) if meaning in HEADINGS else []), *WORDS[meaning]]


def _tidy(word: str) -> str:
    return word.replace("_", " ").casefold()


def _period(found: dict[str, str | None]) -> Any:
    if found["year"] and found["part"]:
        return {"year": found["year"], "month": found["part"]}
    if found["year"] and found["period"] and "month" in found["period"].casefold():
        return {"year": found["year"], "month": found["period"]}
    return found["period"] or ({"year": found["year"]} if found["year"] else None)
