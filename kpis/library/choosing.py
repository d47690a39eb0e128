"""Finding templates: by facet, by words, and a balanced set for a project to begin with."""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence

from kpis.library.template import SYSTEMS, Industry, Template
from kpis.models import Kpi

#: how many KPIs of each tier are suggested
SUGGESTED = 4

# A project's industry is free text, in either language.
_INDUSTRY_WORDS: dict[str, str] = {
    Industry.CONSUMER_GOODS: r"consumer|fmcg|cpg|food|beverage|快消|消费品|食品|饮料|日化",
    Industry.HEALTHCARE: r"health|hospital|pharma|medical|clinic|医疗|医院|医药|制药|卫生",
    Industry.PUBLIC_SECTOR: r"public|government|municipal|administration|education|政府|公共|政务|事业单位|教育",
    Industry.CONSTRUCTION: r"construct|building|real estate|civil engineer|建筑|建设|施工|房地产|工程",
    Industry.LOGISTICS: r"logistic|transport|warehous|shipping|freight|courier|物流|运输|仓储|快递|交通",
    Industry.ENERGY: r"energy|power|utilit|oil|gas|mining|electric(?:ity)? supply|能源|电力|石油|燃气|煤|矿",
    Industry.FINANCE: r"financ|bank|insur|securities|金融|银行|保险|证券",
    Industry.RETAIL: r"retail|e-?commerce|grocer|shop|零售|电商|商超|百货",
    Industry.MANUFACTURING: r"manufactur|industrial|machin|automotive|electronics|factory|制造|工业|机械|汽车|电子|装备",
    Industry.SERVICES: r"service|consult|hospitality|software|telecom|服务|咨询|酒店|软件|电信|互联网",
}


def industry_of(text: str) -> str:
    """The industry that a free text names, or ""."""
    named = text.strip().casefold()
    if named in Industry.values:
        return named
    found = (industry for industry, words in _INDUSTRY_WORDS.items() if re.search(words, named))
    return str(next(found, ""))


def system_of(kind: str) -> str:
    """A project's kind of system as templates know it, or "" for one they do not."""
    return kind if kind in SYSTEMS else ""


def narrowed(known: Iterable[Template], chosen: Mapping[str, str]) -> list[Template]:
    """Templates that fit `q`, `tier`, `dimension`, `system`, `industry`; an empty one narrows nothing."""
    return [one for one in known if _fits(one, chosen) and _says(one, chosen.get("q") or "")]


def _fits(one: Template, chosen: Mapping[str, str]) -> bool:
    system, industry = chosen.get("system"), chosen.get("industry")
    return (
        chosen.get("tier") in (None, "", one.tier)
        and chosen.get("dimension") in (None, "", one.dimension)
        and (not system or not one.systems or system in one.systems)
        and (not industry or not one.industries or industry in one.industries)
    )


def _says(one: Template, words: str) -> bool:
    """Whether every word stands in the template, in whichever language."""
    text = " ".join(
        (
            one.code,
            one.name_en,
            one.name_zh,
            one.definition_en,
            one.definition_zh,
            one.formula_en,
            one.formula_zh,
        )
    ).casefold()
    return all(word in text for word in words.casefold().split())


def suggested(
    known: Sequence[Template], *, system: str, industry: str, taken: Collection[str] = ()
) -> list[Template]:
    """A balanced set: of each tier the four that fit best, of as many value dimensions as there are.

    `taken` are codes that the project has already: they count for the balance and are not suggested again.
    """
    fitting = narrowed(known, {"system": system, "industry": industry})
    closest = ranked(fitting, system, industry)
    chosen: list[Template] = []
    for tier in Kpi.Tier.values:
        have = [one for one in fitting if one.code in taken and one.tier == tier]
        offered = [one for one in closest if one.code not in taken and one.tier == tier]
        covered = {one.dimension for one in [*have, *chosen]}
        chosen += _varied(offered, SUGGESTED - len(have), covered)
    return chosen


def ranked(known: Iterable[Template], system: str, industry: str) -> list[Template]:
    """What is made for just this system and industry before what fits everybody; own ones first."""
    return sorted(known, key=lambda one: -_closeness(one, system, industry))


def _closeness(one: Template, system: str, industry: str) -> int:
    """The more a template is made for just this, the closer it is; what is made for others is far."""
    score = 8 if one.is_own else 0
    if one.systems:
        score += (4 - min(len(one.systems), 3)) if system in one.systems else -4
    if one.industries:
        score += (3 - min(len(one.industries), 2)) if industry in one.industries else -4
    return score


def _varied(offered: Sequence[Template], count: int, covered: set[str]) -> list[Template]:
    """The first `count`: own ones, then a dimension that nobody covers yet before one more of the same."""
    left, seen = list(offered), set(covered)
    chosen: list[Template] = []
    while left and len(chosen) < count:
        best = next((one for one in left if one.is_own or one.dimension not in seen), left[0])
        left.remove(best)
        chosen.append(best)
        seen.add(best.dimension)
    return chosen
