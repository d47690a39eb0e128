"""More than there is: shares above the whole, hours above capacity, savings above a cost centre's movement."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import numpy as np

from assessments.method.arguments import FloatArray
from assessments.method.overlap.claims import (
    Kind,
    Monthly,
    Proposal,
    Reason,
    Surroundings,
    ancestors,
    fingerprint,
    same_text,
)
from assessments.method.overlap.pairs import Sheet

_ROUNDING: Final = 1e-9
#: only what leaves the books moves a cost centre; nobody saves more than it cost, but avoided costs never stood there
_MOVES: Final = ("cashable",)
_WITHIN_BASELINE: Final = ("cashable", "non_cashable")


def over_limits(sheet: Sheet, around: Surroundings, dismissed: Collection[str]) -> list[Proposal]:
    """Proposals about what pairs have left; each takes its part, so that nothing is taken twice."""
    checks = _Checks(sheet, dismissed)
    checks.shares()
    checks.capacity(around)
    checks.accounts("over_movement", around.movement, _MOVES)
    checks.accounts("over_baseline", around.baseline, _WITHIN_BASELINE)
    return checks.found


class _Checks:
    def __init__(self, sheet: Sheet, dismissed: Collection[str]) -> None:
        self._sheet = sheet
        self._dismissed = dismissed
        self.found: list[Proposal] = []

    def shares(self) -> None:
        shared: dict[int, list[int]] = {}
        for row, claim in enumerate(self._sheet.claims):
            if claim.kpi is not None and claim.share is not None:
                shared.setdefault(claim.kpi, []).append(row)
        for kpi, rows in sorted(shared.items()):
            by_project: dict[int, float] = {}
            for claim in (self._sheet.claims[row] for row in rows):
                by_project[claim.project] = max(claim.share or 0.0, by_project.get(claim.project, 0.0))
            total = sum(by_project[project] for project in sorted(by_project))
            if total > 1 + _ROUNDING:
                excess = self._sheet.left[rows] * ((total - 1) / total)
                self._propose("shares_over_one", rows, excess, str(kpi), Reason("sum_of_shares", total))

    def capacity(self, around: Surroundings) -> None:
        above = {
            unit: {unit, *ancestors(unit, around.unit_parents)}
            for unit in {claim.unit for claim in self._sheet.claims}
            if unit is not None
        }
        # The deepest unit first: what is too much there is not asked again of the one above.
        units = sorted(around.capacity, key=lambda unit: (-len(ancestors(unit, around.unit_parents)), unit))
        for unit in units:
            rows = [
                row
                for row, claim in enumerate(self._sheet.claims)
                if claim.hours and claim.unit is not None and unit in above[claim.unit]
            ]
            if not rows:
                continue
            claimed = self._sheet.table([self._sheet.claims[row].hours for row in rows])
            hours = np.maximum(claimed, 0.0) * self._kept(rows)
            share = self._beyond(hours.sum(axis=0), around.capacity[unit])
            excess = self._sheet.left[rows] * share * (hours > 0)
            self._propose("over_capacity", rows, excess, str(unit), Reason("hours", float(hours.sum())))

    def accounts(self, kind: Kind, limits: Mapping[str, Monthly], counted: Sequence[str]) -> None:
        by_account: dict[str, list[int]] = {}
        for row, claim in enumerate(self._sheet.claims):
            if claim.account and claim.cashability in counted:
                by_account.setdefault(same_text(claim.account), []).append(row)
        for account, limit in sorted(limits.items()):
            rows = by_account.get(same_text(account), [])
            if rows:
                left = self._sheet.left[rows]
                excess = left * self._beyond(left.sum(axis=0), limit)
                reason = Reason("limit", float(sum(max(amount, 0.0) for amount in limit.values())))
                self._propose(kind, rows, excess, same_text(account), reason)

    def _kept(self, rows: Sequence[int]) -> FloatArray:
        """The part of each amount that is still there, 1 where nothing was claimed."""
        amounts = self._sheet.amounts[rows]
        return np.divide(self._sheet.left[rows], amounts, out=np.ones_like(amounts), where=amounts > 0)

    def _beyond(self, claimed: FloatArray, limit: Monthly) -> FloatArray:
        """The part of the sum of each month that lies above its limit; 0 where no limit is known."""
        bound = np.maximum(self._sheet.table([limit], missing=np.nan)[0], 0.0)
        beyond = np.where(np.isnan(bound), 0.0, np.maximum(claimed - bound, 0.0))
        share = np.divide(beyond, claimed, out=np.zeros_like(claimed), where=claimed > 0)
        return np.where(share > _ROUNDING, share, 0.0)

    def _propose(
        self, kind: Kind, rows: Sequence[int], excess: FloatArray, subject: str, reason: Reason
    ) -> None:
        members = tuple(self._sheet.claims[row].key for row in rows)
        amount = float(excess.sum())
        if amount <= 0 or fingerprint(kind, members, subject) in self._dismissed:
            return
        by_month = excess.sum(axis=0)
        months = tuple(month for month, part in zip(self._sheet.months, by_month, strict=True) if part > 0)
        self.found.append(Proposal(kind, members, subject, amount, months, (reason,)))
        self._sheet.left[rows] = np.maximum(self._sheet.left[rows] - excess, 0.0)
