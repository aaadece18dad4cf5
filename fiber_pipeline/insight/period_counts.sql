-- Sums over periods. Days are kept for the whole only, and weeks for all but batches, which rarely span many:
-- finer figures would rest on a handful of comments each.
WITH dated AS (
    SELECT 'all' AS period_kind, 'all' AS period, * EXCLUDE (day) FROM insight_member_days
    UNION ALL
    SELECT 'month', strftime(day, '%Y-%m'), * EXCLUDE (day) FROM insight_member_days WHERE day IS NOT NULL
    UNION ALL
    SELECT 'week', strftime(day, '%G-W%V'), * EXCLUDE (day) FROM insight_member_days
    WHERE day IS NOT NULL AND dimension <> 'batch'
    UNION ALL
    SELECT 'day', strftime(day, '%Y-%m-%d'), * EXCLUDE (day) FROM insight_member_days
    WHERE day IS NOT NULL AND dimension = 'all'
),
summed AS (
    SELECT period_kind, period, dimension, member, sum(COLUMNS(* EXCLUDE (period_kind, period, dimension, member)))
    FROM dated
    GROUP BY period_kind, period, dimension, member
)
SELECT
    summed.*,
    whole.informative AS all_informative
FROM summed
JOIN summed AS whole
    ON whole.period_kind = summed.period_kind AND whole.period = summed.period AND whole.dimension = 'all'
ORDER BY period_kind, period, dimension, member
