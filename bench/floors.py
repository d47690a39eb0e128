"""What the product is measured against: the least that any program must do for the same answer, in SQL alone.

Run by the owner while no policy holds.
"""

import time
from typing import Any

# Over the same rows as the product: of each KPI the three newest counted values and their planned ones;
# attainment and on-plan ratios by direction, tier scores with their coverage, index, plan index and status;
# of each project NPV and ROI of plan and outlook and the sums to date; one result per KPI and one per project
# written to tables without keys, references or policies.
# What the product does besides, and this does not: one transaction and run per organization, hashes over
# inputs, what was known when, returned versions, weekly to yearly calendars, lateness and staleness,
# paybacks, bounds, series for the charts, the history of statuses.
VALUATION = """
WITH newest AS (
    SELECT k.organization_id, k.id, k.project_id, k.tier, k.weight, k.baseline_value AS baseline, k.range_low AS low,
        k.range_high AS high, k.direction, k.plan_path[array_length(k.plan_path, 1)] AS target,
        m.periods[1] AS period, m.amounts[1] AS value, m.amounts[2] AS value_1, m.amounts[3] AS value_2,
        planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[1]) AS planned,
        planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[2]) AS planned_1,
        planned_at(k.plan_path, k.plan_start, k.frequency, m.periods[3]) AS planned_2
    FROM kpis_kpi k LEFT JOIN LATERAL (
        SELECT array_agg(n.period) AS periods, array_agg(n.value) AS amounts FROM (
            SELECT period, value FROM assessments_measurement v
            WHERE v.organization_id = k.organization_id AND v.kpi_id = k.id AND v.period <= %(today)s
                AND v.status IN ('submitted', 'verified')
            ORDER BY v.period DESC, v.version DESC LIMIT 3) n
        ) m ON true
    WHERE k.archived_at IS NULL
), rated AS (
    SELECT *, CASE WHEN direction IN ('higher', 'lower') THEN (value - baseline) / NULLIF(target - baseline, 0)
        WHEN direction = 'range' THEN CASE WHEN value BETWEEN low AND high THEN 1.0 ELSE
            GREATEST(0, 1 - LEAST(abs(value - low) / (0.05 * abs(low)), abs(value - high) / (0.05 * abs(high)))) END
        ELSE GREATEST(0, 1 - abs(value - target) / (0.05 * abs(target))) END AS attainment,
        (value - baseline) / NULLIF(planned - baseline, 0) AS on_plan,
        (value_1 - baseline) / NULLIF(planned_1 - baseline, 0) AS on_plan_1,
        (value_2 - baseline) / NULLIF(planned_2 - baseline, 0) AS on_plan_2
    FROM newest
), kept AS (
    INSERT INTO bench_kpi SELECT organization_id, id, project_id, period, value, planned, target, attainment,
        on_plan, CASE WHEN value IS NULL THEN 'no_data' WHEN on_plan >= 0.9 THEN 'on_track'
            WHEN on_plan >= 0.7 THEN 'at_risk' ELSE 'off_track' END
    FROM rated
), tiers AS (
    SELECT organization_id, project_id, tier, count(*) AS due, count(value) AS given,
        sum(weight) FILTER (WHERE attainment IS NOT NULL) / sum(weight) AS coverage,
        100 * sum(weight * LEAST(1.2, GREATEST(0, attainment)))
            / sum(weight) FILTER (WHERE attainment IS NOT NULL) AS score,
        100 * sum(weight * LEAST(1.2, GREATEST(0, on_plan)))
            / sum(weight) FILTER (WHERE on_plan IS NOT NULL) AS now,
        100 * sum(weight * LEAST(1.2, GREATEST(0, on_plan_1)))
            / sum(weight) FILTER (WHERE on_plan_1 IS NOT NULL) AS before,
        100 * sum(weight * LEAST(1.2, GREATEST(0, on_plan_2)))
            / sum(weight) FILTER (WHERE on_plan_2 IS NOT NULL) AS long_before
    FROM rated GROUP BY 1, 2, 3
), scored AS (
    SELECT t.organization_id, t.project_id,
        max(t.score) FILTER (WHERE t.tier = 'functional') AS functional,
        max(t.score) FILTER (WHERE t.tier = 'operational') AS operational,
        max(t.score) FILTER (WHERE t.tier = 'strategic') AS strategic,
        sum(w.share * t.score) / sum(w.share) FILTER (WHERE t.score IS NOT NULL AND t.coverage >= 0.6) AS index,
        sum(w.share * t.now) / sum(w.share) FILTER (WHERE t.now IS NOT NULL) AS plan_index,
        sum(w.share * t.before) / sum(w.share) FILTER (WHERE t.before IS NOT NULL) AS plan_index_1,
        sum(w.share * t.long_before) / sum(w.share) FILTER (WHERE t.long_before IS NOT NULL) AS plan_index_2,
        sum(t.due) AS due, sum(t.given) AS given
    FROM tiers t JOIN organizations_organization o ON o.id = t.organization_id
    CROSS JOIN LATERAL (SELECT CASE t.tier WHEN 'functional' THEN o.weight_functional
        WHEN 'operational' THEN o.weight_operational ELSE o.weight_strategic END AS share) w
    GROUP BY 1, 2
), monthly AS (
    SELECT l.organization_id, l.project_id, l.kind, f.month,
        (date_part('year', f.month) * 12 + date_part('month', f.month))::int AS step,
        sum(f.amount::float8 * r.rate * r.risk) FILTER (WHERE f.series = 'plan') AS plan,
        sum(f.amount::float8 * r.rate * r.risk) FILTER (WHERE f.series = 'forecast') AS forecast,
        sum(f.amount::float8 * r.rate) FILTER (WHERE f.series = 'actual') AS actual
    FROM projects_moneyline l
    CROSS JOIN LATERAL (SELECT l.fx_rate::float8 AS rate, CASE l.kind WHEN 'cost' THEN 1 + l.risk_adjustment
        ELSE 1 - l.risk_adjustment END AS risk) r
    JOIN projects_cashflow f ON f.organization_id = l.organization_id AND f.line_id = l.id
    WHERE l.archived_at IS NULL GROUP BY 1, 2, 3, 4
), discounted AS (
    SELECT m.*, (1 + o.discount_rate) ^ (-(step - min(step) OVER (PARTITION BY project_id)) / 12.0) AS factor
    FROM monthly m JOIN organizations_organization o ON o.id = m.organization_id
), money AS (
    SELECT organization_id, project_id,
        sum(plan * factor) FILTER (WHERE kind = 'benefit') AS benefits,
        sum(plan * factor) FILTER (WHERE kind = 'cost') AS costs,
        sum(COALESCE(actual, forecast, plan) * factor) FILTER (WHERE kind = 'benefit') AS benefits_outlook,
        sum(COALESCE(actual, forecast, plan) * factor) FILTER (WHERE kind = 'cost') AS costs_outlook,
        sum(actual) FILTER (WHERE kind = 'benefit') AS benefits_actual,
        sum(actual) FILTER (WHERE kind = 'cost') AS costs_actual,
        sum(plan) FILTER (WHERE kind = 'benefit' AND month < %(today)s) AS benefits_plan,
        sum(plan) FILTER (WHERE kind = 'cost' AND month < %(today)s) AS costs_plan
    FROM discounted GROUP BY 1, 2
)
INSERT INTO bench_project SELECT s.*, m.benefits - m.costs, m.benefits_outlook - m.costs_outlook,
    (m.benefits - m.costs) / NULLIF(m.costs, 0), (m.benefits_outlook - m.costs_outlook) / NULLIF(m.costs_outlook, 0),
    m.benefits_actual, m.costs_actual, m.benefits_plan, m.costs_plan,
    CASE WHEN plan_index IS NULL THEN 'no_data' WHEN plan_index >= 90 THEN 'on_track'
        WHEN plan_index >= 70 THEN 'at_risk' ELSE 'off_track' END
FROM scored s LEFT JOIN money m USING (organization_id, project_id)
"""

_SCRATCH = """
DROP TABLE IF EXISTS bench_kpi, bench_project;
CREATE TABLE bench_kpi (organization_id bigint, kpi_id bigint, project_id bigint, period date, value float8,
    planned float8, target float8, attainment float8, on_plan float8, status text);
CREATE TABLE bench_project (organization_id bigint, project_id bigint, functional float8, operational float8,
    strategic float8, index float8, plan_index float8, plan_index_1 float8, plan_index_2 float8, due bigint,
    given bigint, npv_plan float8, npv_outlook float8, roi_plan float8, roi_outlook float8,
    benefits_actual float8, costs_actual float8, benefits_plan float8, costs_plan float8, status text)
"""


def valuation_seconds(cursor: Any, today: Any, *, times: int = 2) -> float:
    """The best of so many runs of `VALUATION`, each into empty tables."""
    best = float("inf")
    for _ in range(times):
        cursor.execute(_SCRATCH)
        started = time.perf_counter()
        cursor.execute(VALUATION, {"today": today})
        best = min(best, time.perf_counter() - started)
    return best
