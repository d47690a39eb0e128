"""Whether a definition says what success is: "complaint handling 40 % faster within 6 months", not "go live with CRM".

Warnings are advice and stop nobody from working; a charter is handed out only without the `severe` ones.
"""

import datetime
import re
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kpis.figures import final_target
from kpis.models import Kpi
from projects.periods import shift

Text = str | Promise


@dataclass(frozen=True, slots=True)
class Warning:
    """What is vague (`code`, lasting) and what to write instead."""

    code: str
    message: Text
    severe: bool = False


@dataclass(frozen=True, slots=True)
class Claim:
    """What a definition promises. For a range, `target` is either end; `day` is when it is to be reached."""

    name: str
    definition: str
    unit: str
    direction: str
    baseline: float | None = None
    target: float | None = None
    day: datetime.date | None = None
    has_owner: bool = False
    has_data_owner: bool = False


SEVERE: dict[str, Text] = {
    "no_unit": _("It has no unit. Say in what it is counted: hours, %, pieces, CNY."),
    "no_baseline": _(
        "It has no baseline. Enter how things are today: without it nobody can see what has changed."
    ),
    "no_target": _("It has no target. Enter the number that means success: 30 hours instead of 48."),
    "no_date": _("It has no date. Say by when the target is to be reached: “within 6 months after go-live”."),
    "no_owner": _("Nobody answers for it. Name the business owner who stands up for the result."),
}

ADVICE: dict[str, Text] = {
    "no_data_owner": _("Nobody is named who enters the values. Name one person, not a department."),
    "no_definition": _(
        "The definition is missing. Write one whole sentence: what is counted, from which source and how."
    ),
    "short_definition": _(
        "The definition is shorter than a sentence. Write what is counted, from which source and how."
    ),
    "name_is_definition": _(
        "The definition only repeats the name. Write what is counted, what is left out and where it is read."
    ),
    "vague_words": _(
        "It promises to improve something without a number. Write what is measured: “complaints settled in 6 "
        "days instead of 10, within 6 months”, not “improve complaint handling”."
    ),
    "go_live": _(
        "Going live is a date, not a success. Write what will be different afterwards: “quotes within 4 hours "
        "instead of 2 days”."
    ),
    "over_hundred": _(
        "The target is above 100 %. Check it, or write a definition and unit in which more than all is possible."
    ),
}

_VAGUE = re.compile(
    r"\b(?:improv|enhanc|optimi[sz]|streamlin|strengthen|boost|empower|upgrad|leverag|maximi[sz]|minimi[sz])\w*"
    r"|\b(?:better|faster|smoother|increase[ds]?|reduce[ds]?)\b"
    # A 改善建议 is a thing: the idea of an employee.
    r"|提升|提高|改善(?!建议|提案)|改进(?!建议|提案)|优化|增强|加强|完善|赋能|促进|推动|强化|降本增效",
    re.IGNORECASE,
)
_GO_LIVE = re.compile(
    r"(?<!after )(?<!since )(?<!before )(?<!until )\b(?:go(?:es|ing)?|went|is|are)[ -]live\b"
    r"|\b(?:implement|deploy|install|introduc|launch)(?:e|ed|ing|ation|ment)? (?:of )?(?:the |a |new )*"
    r"(?:system|software|platform|erp|crm|mes|oa|wms|plm|hr|bi)\b"
    r"|\broll[ -]?out (?:is )?(?:complete|completed|done|finished)\b"
    r"|(?:系统|平台|软件|模块|ERP|CRM|MES|OA|WMS|PLM|HR|BI)\s*(?:成功|顺利|按期|正式|全面)*(?:上线|投产|投入使用)(?!后|前|以来|之后|之前|以后)"
    r"|^(?:成功|顺利|按期|正式|全面|完成)*(?:上线|投产)(?!后|前|以来|之后|之前|以后)|(?:部署|实施|上线|安装)完成|完成(?:部署|实施|上线)",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9０-９]|[一二三四五六七八九十百千]+成")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_WORD = re.compile(r"[^\W\d_]+")
FEWEST_WORDS, FEWEST_CHARACTERS = 5, 10
#: a definition up to this many characters is read like a name
SLOGAN = 60


def warnings_of(subject: Claim | Kpi) -> list[Warning]:
    """Everything vague about a definition, the severe first."""
    claim = claim_of(subject) if isinstance(subject, Kpi) else subject
    return [*_missing(claim), *text_warnings(claim.name, claim.definition), *_doubtful(claim)]


def severe(subject: Claim | Kpi) -> list[Warning]:
    """What must be said before a charter is handed out: unit, baseline, target, date, owner."""
    return [warning for warning in warnings_of(subject) if warning.severe]


def claim_of(kpi: Kpi) -> Claim:
    """What a stored KPI promises; asks the database nothing."""
    target, day = final_target(kpi), _last_planned(kpi)
    if kpi.direction == Kpi.Direction.RANGE:
        target = kpi.range_low if target is None else target
        day = day or kpi.expected_start
    return Claim(
        name=kpi.name,
        definition=kpi.definition,
        unit=kpi.unit,
        direction=kpi.direction,
        baseline=kpi.baseline_value,
        target=target,
        day=day,
        has_owner=kpi.business_owner_id is not None,
        has_data_owner=kpi.data_owner_id is not None,
    )


def text_warnings(name: str, definition: str) -> list[Warning]:
    """What is vague about the words alone; this part holds for templates as well."""
    found = []
    if not definition.strip():
        found.append("no_definition")
    elif _plain(name) == _plain(definition):
        found.append("name_is_definition")
    elif _is_short(definition):
        found.append("short_definition")
    if any(_VAGUE.search(text) and not _NUMBER.search(text) for text in (name, definition)):
        found.append("vague_words")
    if _GO_LIVE.search(name) or (len(definition) <= SLOGAN and _GO_LIVE.search(definition)):
        found.append("go_live")
    return [Warning(code, ADVICE[code]) for code in found]


def _missing(claim: Claim) -> list[Warning]:
    # What is to stay in a range or at a level is compared with that, not with how it was before.
    needs_baseline = claim.direction in (Kpi.Direction.HIGHER, Kpi.Direction.LOWER)
    missing = {
        "no_unit": not claim.unit.strip(),
        "no_baseline": needs_baseline and claim.baseline is None,
        "no_target": claim.target is None,
        "no_date": claim.day is None,
        "no_owner": not claim.has_owner,
    }
    return [Warning(code, SEVERE[code], severe=True) for code, absent in missing.items() if absent]


def _doubtful(claim: Claim) -> list[Warning]:
    found = [] if claim.has_data_owner else ["no_data_owner"]
    if claim.unit.strip() in ("%", "％") and claim.target is not None and claim.target > 100:
        found.append("over_hundred")
    return [Warning(code, ADVICE[code]) for code in found]


def _last_planned(kpi: Kpi) -> datetime.date | None:
    if not kpi.plan_path or kpi.plan_start is None:
        return None
    return shift(kpi.plan_start, kpi.frequency, len(kpi.plan_path) - 1)


def _plain(text: str) -> str:
    return "".join(character for character in text.casefold() if character.isalnum())


def _is_short(text: str) -> bool:
    chinese = len(_CHINESE.findall(text))
    return chinese < FEWEST_CHARACTERS if chinese else len(_WORD.findall(text)) < FEWEST_WORDS
