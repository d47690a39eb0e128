"""Double counts (METHOD §7): proposed here, decided by a person. Totals show gross − overlap = net.

Money is taken away once: in each month a claim is a double count at most as far as it is claimed and as far as
the claims it overlaps are not double counts themselves. Of three claims of 100 for the same thing two are
double; of one claim for a whole plant and two for its halls no more is double than the plant's.

Amounts are benefits in one currency; what is below 0 is no claim and counts as 0.
"""

from assessments.method.overlap.claims import (
    Claim,
    Kind,
    NetTotal,
    Proposal,
    Reason,
    Surroundings,
    gross_of,
    net,
)
from assessments.method.overlap.finding import find_overlaps
from assessments.method.overlap.wording import SIMILAR, TOO_COMMON

__all__ = [
    "SIMILAR",
    "TOO_COMMON",
    "Claim",
    "Kind",
    "NetTotal",
    "Proposal",
    "Reason",
    "Surroundings",
    "find_overlaps",
    "gross_of",
    "net",
]
