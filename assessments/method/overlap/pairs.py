"""Two claims for one thing: who meets whom, and how much of it is counted twice."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.overlap.claims import (
    Claim,
    Kind,
    Monthly,
    Proposal,
    Reason,
    Surroundings,
    ancestors,
    fingerprint,
    same_text,
)
from assessments.method.overlap.wording import similar_pairs

#: strongest ground first
STRENGTH: Final[tuple[Kind, ...]] = ("revenue_and_margin", "same_kpi", "same_path", "similar_wording")
#: where more claim one thing, the claim is held against the first of them only: nobody decides thousands of pairs
MOST_MET: Final = 50
_DUST: Final = 1e-9


class Sheet:
    """Amounts of claims × months, and what of them is no double count (so far found)."""

    def __init__(self, claims: Sequence[Claim]) -> None:
        self.claims = claims
        self.row = {claim.key: index for index, claim in enumerate(claims)}
        self.months = sorted({month for claim in claims for month in (*claim.amounts, *claim.hours)})
        self._column = {month: index for index, month in enumerate(self.months)}
        self.amounts = np.maximum(self.table([claim.amounts for claim in claims]), 0.0)
        self.left = self.amounts.copy()

    def table(self, rows: Sequence[Monthly], missing: float = 0.0) -> FloatArray:
        """Rows × months; months that no claim has are left out."""
        filled = np.full((len(rows), len(self.months)), missing)
        for index, row in enumerate(rows):
            for month, amount in row.items():
                if month in self._column:
                    filled[index, self._column[month]] = amount
        return filled


@dataclass(frozen=True, slots=True)
class _Meeting:
    kind: Kind
    subject: str
    reasons: tuple[Reason, ...]


def pairs_in(sheet: Sheet, around: Surroundings, dismissed: Collection[str]) -> list[Proposal]:
    """Proposals about two claims; `sheet.left` keeps what is claimed once."""
    meetings = _Meetings(sheet, around)
    found: list[Proposal] = []
    for row in meetings.order:
        claim, ranked = sheet.claims[row], []
        for other in meetings.before(row):
            meeting = meetings.of(claim, sheet.claims[other])
            if meeting is None:
                continue
            members = _members(claim, sheet.claims[other])
            if not dismissed or fingerprint(meeting.kind, members, meeting.subject) not in dismissed:
                ranked.append((STRENGTH.index(meeting.kind), meetings.place[other], other, meeting))
        if ranked:
            ranked.sort(key=lambda entry: entry[:2])
            met = [(other, meeting) for _, _, other, meeting in ranked[:MOST_MET]]
            found.extend(_settle(sheet, row, met))
        meetings.add(row)
    return sorted(found, key=lambda pair: (STRENGTH.index(pair.kind), pair.members))


def _settle(sheet: Sheet, row: int, met: Sequence[tuple[int, _Meeting]]) -> Iterator[Proposal]:
    """Take from the claim what the claims it meets hold already, month by month, the first of them first."""
    held = sheet.left[[other for other, _ in met]]
    before = np.cumsum(held, axis=0) - held
    taken = np.clip(sheet.left[row] - before, 0.0, held)
    total = sheet.left[row].sum()
    for (other, meeting), part in zip(met, taken, strict=True):
        amount = float(part.sum())
        if amount <= _DUST * total:
            continue
        months = tuple(month for month, one in zip(sheet.months, part, strict=True) if one > 0)
        members = _members(sheet.claims[row], sheet.claims[other])
        yield Proposal(meeting.kind, members, meeting.subject, amount, months, meeting.reasons)
    left = sheet.left[row] - taken.sum(axis=0)
    sheet.left[row] = np.where(left <= _DUST * sheet.amounts[row], 0.0, left)


class _Meetings:
    """Which claims meet: those on one KPI, on one path, of one sale, or in nearly the same words."""

    def __init__(self, sheet: Sheet, around: Surroundings) -> None:
        self._sheet = sheet
        self._units = {
            unit: {unit, *ancestors(unit, around.unit_parents)}
            for unit in {claim.unit for claim in sheet.claims}
            if unit is not None
        }
        kpis = {claim.kpi for claim in sheet.claims if claim.kpi is not None}
        self._above = {kpi: ancestors(kpi, around.kpi_parents) for kpi in kpis}
        self._path: dict[int, list[int]] = defaultdict(list)
        for kpi, above in self._above.items():
            for upper in above:
                if upper in kpis:
                    self._path[kpi].append(upper)
                    self._path[upper].append(kpi)
        words = {claim.key: claim.words for claim in sheet.claims if claim.words}
        self._alike: dict[int, dict[int, float]] = defaultdict(dict)
        for (one, other), alike in similar_pairs(words).items():
            self._alike[one][other] = self._alike[other][one] = alike
        self._of_kpi: dict[int, list[int]] = defaultdict(list)
        self._of_sale: dict[str, list[int]] = defaultdict(list)
        self._added: set[int] = set()
        self.order = sorted(range(len(sheet.claims)), key=lambda row: self._rank(sheet.claims[row]))
        self.place = {row: place for place, row in enumerate(self.order)}

    def _rank(self, claim: Claim) -> tuple[bool, bool, int, int, int]:
        """The narrower claim stands, the wider one counts it again: named before unnamed, deep before high.

        Amounts have no say, so that the same pairs are proposed when amounts change.
        """
        depth = len(self._units[claim.unit]) if claim.unit is not None else 0
        below = len(self._above[claim.kpi]) if claim.kpi is not None else 0
        return (claim.unit is None, not claim.account, -depth, -below, claim.key)

    def add(self, row: int) -> None:
        """From now on the claim may be met."""
        claim = self._sheet.claims[row]
        if not self._sheet.left[row].any():
            return  # all of it is in others, which are met instead
        self._added.add(row)
        if claim.kpi is not None:
            self._of_kpi[claim.kpi].append(row)
        if claim.sale:
            self._of_sale[same_text(claim.sale)].append(row)

    def before(self, row: int) -> set[int]:
        """Claims added so far that may meet this one."""
        claim = self._sheet.claims[row]
        found: set[int] = set()
        if claim.kpi is not None:
            for kpi in (claim.kpi, *self._path.get(claim.kpi, ())):
                found.update(self._of_kpi.get(kpi, ()))
        if claim.sale:
            found.update(self._of_sale.get(same_text(claim.sale), ()))
        alike = (self._sheet.row[key] for key in self._alike.get(claim.key, ()))
        found.update(other for other in alike if other in self._added)
        return found

    def of(self, one: Claim, other: Claim) -> _Meeting | None:
        """The strongest ground on which two claims are for one thing, None without any."""
        unit = self._unit_reason(one, other)
        if unit is None:
            return None
        same_kpi = one.kpi is not None and one.kpi == other.kpi
        if same_kpi and one.project != other.project and None not in (one.share, other.share):
            return None  # agreed between the projects: only the sum of the shares can be too much
        path = self._path_of(one, other)
        sold = _sold(one, other, same_kpi or bool(path))
        if sold is not None:
            return _Meeting("revenue_and_margin", sold, (Reason("revenue_and_margin"), unit))
        if path:
            return _Meeting("same_path", path, (Reason("parent_kpi"), unit))
        account = _account_reason(one, other)
        if account is None:
            return None
        if same_kpi:
            project = (Reason("same_project"),) if one.project == other.project else ()
            return _Meeting("same_kpi", str(one.kpi), (Reason("same_kpi"), unit, account, *project))
        alike = self._alike.get(one.key, {}).get(other.key)
        if alike is None:
            return None
        return _Meeting("similar_wording", "", (Reason("likeness", alike), unit, account))

    def _unit_reason(self, one: Claim, other: Claim) -> Reason | None:
        if one.unit is None or other.unit is None:
            return Reason("unit_not_said")
        if one.unit == other.unit:
            return Reason("same_unit")
        within = one.unit in self._units[other.unit] or other.unit in self._units[one.unit]
        return Reason("unit_within_unit") if within else None

    def _path_of(self, one: Claim, other: Claim) -> str:
        """ "lower>upper", "" when neither KPI serves the other."""
        if one.kpi is None or other.kpi is None or one.kpi == other.kpi:
            return ""
        if other.kpi in self._above[one.kpi]:
            return f"{one.kpi}>{other.kpi}"
        return f"{other.kpi}>{one.kpi}" if one.kpi in self._above[other.kpi] else ""


def _account_reason(one: Claim, other: Claim) -> Reason | None:
    if not one.account or not other.account:
        return Reason("account_not_said")
    return Reason("same_account") if same_text(one.account) == same_text(other.account) else None


def _sold(one: Claim, other: Claim, related: bool) -> str | None:
    """What both sell, when one claims the revenue of a sale and the other its margin."""
    if {one.measure, other.measure} != {"revenue", "margin"}:
        return None
    if one.sale and same_text(one.sale) == same_text(other.sale):
        return same_text(one.sale)
    return "" if related and not (one.sale and other.sale) else None


def _members(one: Claim, other: Claim) -> tuple[int, int]:
    return (min(one.key, other.key), max(one.key, other.key))
