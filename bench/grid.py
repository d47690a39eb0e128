"""My entries: 40 KPIs by 12 periods, as the person who owns them opens the page."""

from bench.database import policies_off
from bench.figures import Figure, at_most
from bench.pages import ALONE, SLUG, count_queries, serving, sign_in

EMAIL = "contributor@bench.example"
KPIS, PERIODS = 40, 12
PAGE = f"/o/{SLUG}/entries/?columns={PERIODS}"


def measure(*, times: int) -> list[Figure]:
    """Time of the whole answer for one reader, its queries and its weight."""
    cookie = sign_in(EMAIL, "Clara Contributor", "contributor")
    _give_kpis()
    with serving("valuetrack.wsgi") as web:
        web.read(PAGE, cookie, readers=1, pages=20)
        reads = [web.read(PAGE, cookie, readers=1, pages=ALONE) for _ in range(times)]
    p95 = min(one["times"][int(0.95 * ALONE)] for one in reads)
    name = f"Entry grid, {KPIS} KPIs × {PERIODS} periods"
    return [
        at_most(f"{name}, p95, one reader", p95, "ms", 150),
        at_most(f"{name}, database queries", count_queries(PAGE, cookie), "queries", 12),
        at_most(f"{name}, HTML gzipped", max(one["bytes"] for one in reads) / 1000, "kB", 40),
    ]


def _give_kpis() -> None:
    """Let the person enter the first KPIs of the organization and no others."""
    with policies_off() as cursor:
        cursor.execute(
            "UPDATE kpis_kpi SET data_owner_id = (SELECT id FROM organizations_user WHERE email = %s)"
            " WHERE id IN (SELECT k.id FROM kpis_kpi k JOIN organizations_organization o ON o.id = k.organization_id"
            " WHERE o.slug = %s ORDER BY k.id LIMIT %s)",
            [EMAIL, SLUG, KPIS],
        )
