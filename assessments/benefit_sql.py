"""Pieces of SQL about booked benefits, shared by the confirmations, the figures and the watch over them."""

#: the newest word of finance about each month of a line, as `c`
NEWEST_ANSWERS = """
SELECT DISTINCT ON (c.line_id, c.month) c.line_id, c.month, c.id, c.answer, c.amount, c.reason, c.answered_name, c.answered_at
FROM projects_confirmation c
WHERE c.organization_id = %(organization)s AND c.answered_at <= %(known_at)s
ORDER BY c.line_id, c.month, c.id DESC
"""

#: where a booked amount `f` stands after the answer `n`: a word holds while the amount is the same
STATE = """
CASE WHEN n.id IS NULL THEN 'waiting' WHEN n.answer = 'reopened' THEN 'reopened'
    WHEN n.amount <> f.amount THEN 'changed' ELSE n.answer END
"""

#: of the periods of KPI `k` that make the month `f.month`: how many count, and how many of them are verified
KPI_MONTH = """
SELECT count(*) AS counted, count(*) FILTER (WHERE d.status = 'verified') AS verified,
    string_agg(DISTINCT d.person, ', ') FILTER (WHERE d.status = 'verified') AS people, max(d.period) AS period
FROM (
    SELECT DISTINCT ON (v.period) v.period, v.status, v.value{person}
    FROM {values} v{people}
    WHERE v.organization_id = %(organization)s AND v.kpi_id = k.id AND v.recorded_at <= %(known_at)s
        AND v.status <> 'draft' AND v.period > f.month - 366 AND v.period < f.month + 31
        AND CASE k.frequency WHEN 'week' THEN date_trunc('month', v.period + 6)::date = f.month
            WHEN 'month' THEN v.period = f.month WHEN 'quarter' THEN v.period = date_trunc('quarter', f.month)::date
            ELSE v.period = date_trunc('year', f.month)::date END
    ORDER BY v.period, v.version DESC
) d WHERE d.status <> 'returned' AND d.value IS NOT NULL
"""
