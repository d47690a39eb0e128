"""The planned value of a period, read from a KPI's `plan_path`."""

from django.db import migrations

# Before the path begins nothing is planned; after its end the last value holds.
CREATE = """
CREATE FUNCTION planned_at(path double precision[], start date, frequency text, period date)
RETURNS double precision LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE WHEN period >= start THEN path[LEAST(array_length(path, 1), 1 + CASE frequency
        WHEN 'week' THEN (period - start) / 7
        ELSE ((date_part('year', period) - date_part('year', start)) * 12
            + date_part('month', period) - date_part('month', start))::int
            / CASE frequency WHEN 'quarter' THEN 3 WHEN 'year' THEN 12 ELSE 1 END END)] END
$$
"""


class Migration(migrations.Migration):
    dependencies = []
    operations = [
        migrations.RunSQL(CREATE, "DROP FUNCTION planned_at(double precision[], date, text, date)")
    ]
