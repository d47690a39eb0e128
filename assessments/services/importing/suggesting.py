"""What the columns of a file probably mean, for a person to correct. Incomplete where nothing fits."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from assessments.exports.headings import HEADINGS, words_of

from .guessing import states_from

_MEASUREMENTS = {
    "code": "kpi code|kpi id|kpi|code|indicator code|indicator seq|indicator id|指标编码|指标代码|指标编号|编码|代码|编号",
    "name": "kpi name|name|indicator name|indicator|measure|metric|指标名称|指标|名称",
    "period": "period|date|month|day|week|quarter|reporting month|期间|日期|月份|时间|年月|统计月份",
    "year": "year|period year|年|年份|年度",
    "part": "period month|month number|month no|月",
    "value": "value|actual|monthly actual|actual value|measured|result|ist|实际|实际值|本月实际|完成值|值|数值",
    "target": "target|plan|goal|planned|monthly target|target value|soll|目标|目标值|本月目标|计划|计划值",
    "note": "note|comment|remark|remarks|备注|说明",
    "project": "project code|project|project id|项目编码|项目代码|项目编号|项目",
    "definition": "definition|description|指标定义|定义|口径|计算口径|指标说明",
    "tier": "tier|level|层级|层次|价值层级",
    "dimension": "dimension|value dimension|category|维度|价值维度|类别",
    "direction": "direction|desired change|better|polarity|方向|升降|升/降|期望方向|期望变化|期望",
    "unit": "unit|indicator unit|uom|单位|计量单位",
    "decimals": "decimals|decimal places|小数位|小数位数",
    "weight": "weight|权重",
    "frequency": "frequency|频率|频次|统计频率",
    "series": "type|series|scenario|row type|数据类型|类型|口径类型",
    "status": "status|state|状态",
}  # fmt: skip
_PROJECTS = {
    "code": "project number|project code|project id|project no|code|id|number|项目编号|项目编码|项目代码|编号|编码",
    "name": "project name|name|title|project|项目名称|名称|项目",
    "description": "description|description aims|aims|scope|说明|描述|项目描述|项目说明",
    "department": "department|business unit|division|部门|事业部|责任部门|所属部门",
    "system_kind": "system kind|system|kind of system|系统类型|系统",
    "industry": "industry|sector|report category|行业",
    "supplier": "supplier|vendor|供应商|厂商",
    "delivery_status": "delivery status|status|colour rating|color rating|rag|rag status|状态|项目状态|红绿灯",
    "start_on": "start|start date|started|开始日期|启动日期|开始",
    "go_live_planned": "end date|end|planned go live|go live|go live planned|结束日期|计划上线|计划上线日期|上线日期",
    "go_live_actual": "actual go live|go live actual|实际上线|实际上线日期",
}  # fmt: skip
#: parts of headings over amounts, and the series they speak of; the first that fits
_SERIES = (
    ("unscheduled", ("wlc", "whole life", "lifetime", "life cycle", "全生命周期")),
    ("forecast", ("forecast", "outlook", "预测")),
    ("actual", ("actual", "spent", "实际", "已发生")),
    ("plan", ("budget", "baseline", "plan", "cost", "amount", "benefit", "saving", "预算", "计划", "成本", "费用")),
    ("plan", ("投资", "收益", "金额")),
)  # fmt: skip
_BENEFITS = ("benefit", "saving", "gain", "收益", "节约", "效益")


def suggest_measurements(headings: Sequence[str], *, wide: bool) -> dict[str, Any]:
    """A mapping for values of KPIs as far as the headings tell it; `wide`: the periods are headings."""
    found = _found(headings, _measurement_words())
    kpi = {
        name: {"column": found[name]}
        for name in ("code", "name", "definition", "tier", "dimension", "direction", "unit", "decimals",
                     "weight", "frequency")
        if found[name]
    }  # fmt: skip
    mapping: dict[str, Any] = {"kind": "measurements", "kpi": kpi}
    if wide:
        mapping["period"] = {"headings": True}
    else:
        mapping |= {name: found[name] for name in ("value", "target") if found[name]}
        if period := _period(found):
            mapping["period"] = period
    if wide and found["series"]:
        mapping["series"] = {"column": found["series"]}
    if found["note"]:
        mapping["note"] = {"column": found["note"]}
    if found["status"] and not wide:
        mapping["status"] = states_from(found["status"])
    if found["project"]:
        mapping["project"] = {"code": {"column": found["project"]}}
    return mapping


def suggest_projects(headings: Sequence[str], amounts: Iterable[str]) -> dict[str, Any]:
    """A mapping for projects with their costs; `amounts` are the columns that hold numbers."""
    found = _found(headings, _PROJECTS)
    project: dict[str, Any] = {
        name: {"column": found[name]}
        for name in ("code", "name", "description", "system_kind", "industry", "supplier", "delivery_status")
        if found[name]
    }
    for name in ("start_on", "go_live_planned", "go_live_actual"):
        if found[name]:
            project[name] = found[name]
    money = [entry for column in amounts if (entry := _money(column))]
    mapping: dict[str, Any] = {"kind": "projects", "project": project, "money": money}
    if found["department"]:
        mapping["department"] = {"column": found["department"]}
    return mapping


def suggest_kind(headings: Sequence[str], amounts: Iterable[str], layout: str) -> str:
    """Values of KPIs, or projects with costs."""
    measured, project = _found(headings, _measurement_words()), _found(headings, _PROJECTS)
    if layout == "wide" or (measured["value"] and (measured["period"] or measured["year"])):
        return "measurements"
    describes = [project[name] for name in ("department", "delivery_status", "start_on", "go_live_planned")]
    if project["code"] and any(describes) and any(_money(column) for column in amounts):
        return "projects"
    return "measurements"


def plain_heading(heading: str) -> str:
    """A heading as it is compared: without case, underscores, hyphens and what stands in brackets."""
    text = re.sub(r"[(（\[].*?[)）\]]", " ", heading.casefold())
    return " ".join(re.sub(r"[_\-.:：#]+", " ", text).split())


def _measurement_words() -> dict[str, str]:
    """The headings of our own exports first, in every language."""
    own = {meaning: "|".join(map(plain_heading, words_of(meaning))) + "|" for meaning in HEADINGS}
    return {meaning: own.get(meaning, "") + listed for meaning, listed in _MEASUREMENTS.items()}


def _found(headings: Sequence[str], words: dict[str, str]) -> dict[str, str]:
    """Meaning → heading; each heading at most once, in the order of the meanings."""
    named: dict[str, str] = {}
    for heading in headings:
        named.setdefault(plain_heading(heading), heading)
    taken: set[str] = set()
    found = {}
    for meaning, listed in words.items():
        heading = next(
            (named[word] for word in listed.split("|") if named.get(word, "") not in {"", *taken}), ""
        )
        found[meaning] = heading
        taken.add(heading)
    return found


def _period(found: dict[str, str]) -> Any:
    if found["year"] and found["part"]:
        return {"year": found["year"], "month": found["part"]}
    if found["year"] and "month" in plain_heading(found["period"]):
        return {"year": found["year"], "month": found["period"]}
    return found["period"] or ({"year": found["year"]} if found["year"] else None)


def _money(column: str) -> dict[str, Any] | None:
    plain = plain_heading(column)
    series = next((name for name, parts in _SERIES if any(part in plain for part in parts)), None)
    if series is None:
        return None
    kind = "benefit" if any(part in plain for part in _BENEFITS) else "cost"
    return {
        "column": column,
        "line": " ".join(column.replace("_", " ").split())[:120],
        "kind": kind,
        "series": series,
    }
