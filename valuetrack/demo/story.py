"""What a sample organization is told with: people, roll-outs, KPIs and money, in months around a go-live.

A story holds levels and amounts only. Values, targets, baselines and results follow from it: `series` draws
the values, the services keep them, the method computes what they are worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

#: complete months of values in a sample organization, up to last month
MONTHS = 24
#: months of money after go-live
HORIZON = 48

FINANCIAL, EFFICIENCY, CAPABILITY, INNOVATION = "financial", "efficiency", "capability", "innovation"
WEEK, QUARTER = "week", "quarter"
TIERS = ("functional", "operational", "strategic")


@dataclass(frozen=True, slots=True)
class Person:
    """A log-in; the key is the part of the address before the @."""

    key: str
    name: str
    role: str
    department: str = ""


@dataclass(frozen=True, slots=True)
class KpiStory:
    """The level before go-live, the level `ramp` months after it, and the promise.

    `points` (months from go-live, level) draw another way than a straight ramp; `pins` fix single months.
    `noise` is the standard deviation and `season` the amplitude over the year, both in the unit of the KPI.
    """

    name: str
    definition: str
    dimension: str
    unit: str
    before: float
    now: float
    target: float | None
    noise: float = 0.0
    season: float = 0.0
    decimals: int = 1
    ramp: int = 6
    #: months from go-live until the target is to be reached
    reach: int = 12
    #: months from go-live until an effect can be expected
    due_after: int = 0
    weight: float = 1.0
    frequency: str = "month"
    source: str = "manual"
    #: calendar month in which the season peaks
    peak: int = 11
    #: both ends of the range; the direction is "range" then
    range: tuple[float, float] | None = None
    #: a level to be held; the direction is "maintain" then
    maintain: bool = False
    tolerance: float | None = None
    owner: str = ""
    points: tuple[tuple[float, float], ...] = ()
    pins: Mapping[int, float] = field(default_factory=dict)
    #: the mean of all values since go-live, where the story names it
    mean_after: float | None = None
    #: newest periods that nobody has entered
    missing: int = 0
    #: why the first of the missing periods has no value, said by the contributor
    answer: str = ""
    #: not a single value has arrived; the baseline is known from elsewhere
    never: bool = False

    @property
    def direction(self) -> str:
        """The KPI's direction, read off its levels."""
        if self.range is not None:
            return "range"
        if self.maintain or self.target is None:
            return "maintain"
        return "higher" if self.target > self.before else "lower"


@dataclass(frozen=True, slots=True)
class Stream:
    """Money by months from go-live: single amounts, and a monthly one that grows over `ramp` months."""

    single: Mapping[int, float] = field(default_factory=dict)
    monthly: float = 0.0
    start: int = 0
    ramp: int = 1


@dataclass(frozen=True, slots=True)
class DriverStory:
    """An assumption of the organization, with the value that holds since the story begins."""

    code: str
    name: str
    unit: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class FollowsStory:
    """The KPI (by name) whose improvement × factor × volume × money a benefit is."""

    kpi: str
    volume: DriverStory
    money: DriverStory
    factor: float = 1.0


@dataclass(frozen=True, slots=True)
class LineStory:
    """A cost or benefit as planned and as it turned out."""

    kind: str
    name: str
    category: str
    plan: Stream
    now: Stream
    note: str = ""
    treatment: str = "opex"
    rhythm: str = "recurring"
    cashability: str = "cashable"
    owner: str = "finance"
    #: its actual amounts are computed from a KPI
    follows: FollowsStory | None = None


@dataclass(frozen=True, slots=True)
class ModuleStory:
    """A part of the contract; days are months from go-live, None = not yet."""

    name: str
    weight: float
    delivered: int | None
    accepted: int | None
    in_use: int | None


@dataclass(frozen=True, slots=True)
class ProjectStory:
    """One roll-out; `live` is its go-live in months before the current one (12: twelve complete months)."""

    code: str
    name: str
    description: str
    kind: str
    supplier: str
    live: int
    #: months that the go-live came after its plan
    delay: int
    #: months from the start to go-live
    lead: int
    delivery: str
    #: reasons of the decisions L1, L2, L3, L4
    gates: tuple[str, ...]
    business_owner: str
    it_owner: str
    departments: tuple[str, ...]
    functional: tuple[KpiStory, ...]
    operational: tuple[KpiStory, ...]
    strategic: tuple[KpiStory, ...]
    lines: tuple[LineStory, ...]
    modules: tuple[ModuleStory, ...]
    #: "signed", "open" (IT has not signed), "outdated" (changed after both had signed) or "none"
    charter: str = "signed"

    @property
    def kpis(self) -> list[tuple[str, str, KpiStory]]:
        """(code, tier, KPI) in the order of their codes."""
        rows = [(tier, kpi) for tier in TIERS for kpi in getattr(self, tier)]
        return [(f"{self.code}-{place:02d}", tier, kpi) for place, (tier, kpi) in enumerate(rows, start=1)]


@dataclass(frozen=True, slots=True)
class OrganizationStory:
    """A sample organization."""

    slug: str
    name: str
    language: str
    zone: str
    currency: str
    industry: str
    discount_rate: float
    people: tuple[Person, ...]
    #: (name, name of the department above or "")
    departments: tuple[tuple[str, str], ...]
    projects: tuple[ProjectStory, ...]
    #: the note of a corrected value
    correction: str
    #: code of the KPI whose last value but one was returned, and why
    returned: str
    return_reason: str
    #: the note on locked months
    lock_note: str

    def address(self, key: str) -> str:
        """The log-in of a person; `.example` never receives mail (RFC 2606)."""
        return f"{key}@{self.slug}.example"
