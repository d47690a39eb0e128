"""Every double count among claims."""

from collections.abc import Collection, Iterable
from typing import Final

from assessments.method.overlap.claims import (
    Claim,
    Proposal,
    Reason,
    Surroundings,
    check_parents,
    read_claims,
)
from assessments.method.overlap.limits import over_limits
from assessments.method.overlap.pairs import Sheet, pairs_in

NOTHING_KNOWN: Final = Surroundings()


def find_overlaps(
    claims: Iterable[Claim], around: Surroundings = NOTHING_KNOWN, *, ignoring: Collection[str] = ()
) -> list[Proposal]:
    """Every double count: pairs by strength, limits, then run-rates; the order of `claims` does not matter.

    A pair is proposed once, by its strongest ground. `ignoring` holds fingerprints of proposals that a person has
    dismissed: what they would have explained may then be explained otherwise.

    Raises:
        MethodError: a key twice, a month that is no first day, an amount that is no number, a circle of parents.
    """
    read = read_claims(claims)
    check_parents("kpi_parents", around.kpi_parents)
    check_parents("unit_parents", around.unit_parents)
    dismissed = frozenset(ignoring)
    sheet = Sheet(read)
    pairs = pairs_in(sheet, around, dismissed)
    limits = over_limits(sheet, around, dismissed)
    carried = [found for found in map(_carried, read) if found and found.fingerprint not in dismissed]
    return [*pairs, *limits, *carried]


def _carried(claim: Claim) -> Proposal | None:
    """A one-off in the steady state: all that it carries there is too much."""
    if not claim.one_off or claim.run_rate <= 0:
        return None
    reasons = (Reason("one_off"), Reason("run_rate", claim.run_rate))
    return Proposal("one_off_in_run_rate", (claim.key,), "", claim.run_rate, (), reasons, "run_rate")
