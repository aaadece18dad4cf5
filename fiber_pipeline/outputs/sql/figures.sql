-- The measured figures in total and by month.
SELECT period_kind, period, metric, value, sample_size, low, high, is_small_sample
FROM insights
WHERE dimension = 'all' AND period_kind IN ('all', 'month')
ORDER BY period, metric
