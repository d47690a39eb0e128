"""Claims and proposals of double counts (METHOD §7)."""

import datetime
import hashlib
import itertools
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from assessments.method.arguments import number
from assessments.method.errors import MethodError

Kind: TypeAlias = Literal[
    "revenue_and_margin",
    "same_kpi",
    "same_path",
    "similar_wording",
    "shares_over_one",
    "over_capacity",
    "over_movement",
    "over_baseline",
    "one_off_in_run_rate",
]
Basis: TypeAlias = Literal["in_year", "run_rate"]
Cashability: TypeAlias = Literal["cashable", "non_cashable", "avoidance"]
Measure: TypeAlias = Literal["saving", "revenue", "margin"]
Monthly: TypeAlias = Mapping[datetime.date, float]


@dataclass(frozen=True, slots=True)
class Claim:
    """One benefit line. `amounts` and `hours` by the first day of the month; `unit`, `kpi` and `project` are ids.

    No unit, or an account "", means: not said, so it may be any. `share` is the part of the KPI agreed for the
    claim's project, None: no agreement, it claims the KPI whole. `sale` names what is sold where `measure` is
    revenue or margin. `run_rate` is the yearly amount that the claim carries into the steady state.
    """

    key: int
    project: int
    amounts: Monthly
    words: str = ""
    kpi: int | None = None
    share: float | None = None
    unit: int | None = None
    account: str = ""
    cashability: Cashability = "cashable"
    one_off: bool = False
    run_rate: float = 0.0
    hours: Monthly = field(default_factory=dict)
    measure: Measure = "saving"
    sale: str = ""


@dataclass(frozen=True, slots=True)
class Reason:
    """A word that says why, and a number where there is one (a likeness, a sum of shares, a limit)."""

    word: str
    value: float | None = None


@dataclass(frozen=True, slots=True)
class Proposal:
    """What looks counted twice. `members` are keys of claims, rising; `subject` the KPI, unit or account.

    `amount` is the part counted beyond what there is, never more than any member of a pair claims; `months` those
    it lies in. `fingerprint` stays when amounts change, so that a decision is found again.
    """

    kind: Kind
    members: tuple[int, ...]
    subject: str
    amount: float
    months: tuple[datetime.date, ...]
    reasons: tuple[Reason, ...]
    basis: Basis = "in_year"

    @property
    def first(self) -> int:
        """The member that claimed first (the lowest key)."""
        return self.members[0]

    @property
    def second(self) -> int | None:
        """The other claim of a pair, None where one claim alone is too much."""
        return self.members[1] if len(self.members) > 1 else None

    @property
    def fingerprint(self) -> str:
        """32 hexadecimal digits of kind, subject and members."""
        return fingerprint(self.kind, self.members, self.subject)


@dataclass(frozen=True, slots=True)
class NetTotal:
    """gross − overlap = net, none below 0."""

    gross: float
    overlap: float
    net: float


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known around the claims; every mapping may be empty.

    `kpi_parents`: KPI → the KPI it serves. `unit_parents`: unit → the unit above. `movement` and `baseline`: cost
    centre → month → by how much the costs fell, and what they were. `capacity`: unit → month → hours there are.
    A month that a limit does not name is not checked.
    """

    kpi_parents: Mapping[int, int] = field(default_factory=dict)
    unit_parents: Mapping[int, int] = field(default_factory=dict)
    movement: Mapping[str, Monthly] = field(default_factory=dict)
    baseline: Mapping[str, Monthly] = field(default_factory=dict)
    capacity: Mapping[int, Monthly] = field(default_factory=dict)


def net(gross: float, overlaps: Iterable[Proposal], *, basis: Basis = "in_year") -> NetTotal:
    """Gross less the overlaps of one basis; an overlap cannot be more than there is."""
    total = number("gross", gross)
    if total < 0:
        raise MethodError("gross", "a total of 0 or more is expected")
    twice = math.fsum(found.amount for found in overlaps if found.basis == basis)
    overlap = min(twice, total)
    return NetTotal(total, overlap, total - overlap)


def gross_of(claims: Iterable[Claim], *, basis: Basis = "in_year") -> float:
    """The sum that is claimed, amounts below 0 left out."""
    if basis == "run_rate":
        return math.fsum(claim.run_rate for claim in claims)
    return math.fsum(max(float(amount), 0.0) for claim in claims for amount in claim.amounts.values())


def fingerprint(kind: str, members: Sequence[int], subject: str) -> str:
    """What a decision about these members is found by again; see `Proposal`."""
    text = "|".join([kind, subject, *map(str, members)])
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def same_text(text: str) -> str:
    """An account or a sale as it is compared: case, width and outer spaces do not matter."""
    return unicodedata.normalize("NFKC", text).casefold().strip()


def check_parents(name: str, parents: Mapping[int, int]) -> None:
    """Raise `MethodError` when something is above itself."""
    settled: set[int] = set()
    for start in parents:
        path: dict[int, None] = {}
        here: int | None = start
        while here is not None and here not in settled:
            if here in path:
                raise MethodError(name, f"{here} is above itself")
            path[here] = None
            here = parents.get(here)
        settled.update(path)


def ancestors(of: int, parents: Mapping[int, int]) -> list[int]:
    """Everything above, nearest first."""
    found = []
    above = parents.get(of)
    while above is not None:
        found.append(above)
        above = parents.get(above)
    return found


def read_claims(claims: Iterable[Claim]) -> list[Claim]:
    """Claims by key.

    Raises:
        MethodError: a key twice, a month that does not start on its first day, an amount that is no number.
    """
    read = sorted(claims, key=lambda claim: claim.key)
    for before, after in itertools.pairwise(read):
        if before.key == after.key:
            raise MethodError("claims", f"the key {after.key} is there twice")
    for claim in read:
        for month, amount in (*claim.amounts.items(), *claim.hours.items()):
            if not isinstance(month, datetime.date) or month.day != 1:
                raise MethodError("claims", f"the first day of a month is expected, not {month!r}")
            number("claims", amount)
        if number("claims", claim.run_rate) < 0:
            raise MethodError("claims", "a run-rate of 0 or more is expected")
        if claim.share is not None and not 0 < number("claims", claim.share) <= 1:
            raise MethodError("claims", "a share above 0, at most 1, is expected")
    return read
