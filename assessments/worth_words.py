"""The four words about benefits as pages show them, with what each means."""

from django.utils.translation import gettext as _

from assessments.worth import Worth
from charts.numbers import compact_money

Stat = dict[str, str]


def worth_stats(worth: Worth, currency: str) -> list[Stat]:
    """For `components/stats.html`: figures that are shown beside each other and never added up."""
    return [
        {
            "label": _("Claimed"),
            "value": compact_money(worth.claimed, currency),
            "note": _("everything that was booked"),
        },
        {
            "label": _("Verified"),
            "value": compact_money(worth.verified, currency),
            "note": _("of it, the values behind it are verified"),
        },
        {
            "label": _("Realised"),
            "value": compact_money(worth.realised, currency),
            "note": _("verified, and confirmed by finance"),
        },
        {
            "label": _("Cashable"),
            "value": compact_money(worth.cashable, currency),
            "note": _("of the realised; %(other)s non-cashable, %(avoided)s avoided cost")
            % {
                "other": compact_money(worth.non_cashable, currency),
                "avoided": compact_money(worth.avoidance, currency),
            },
        },
    ]
