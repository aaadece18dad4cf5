-- The first and the last day with a comment, by month.
SELECT left(period, 7) AS month, min(period)::DATE AS first_day, max(period)::DATE AS last_day
FROM insights
WHERE period_kind = 'day' AND dimension = 'all' AND metric = 'volume'
GROUP BY month
