-- Each theme's share of the comments, month by month.
SELECT period, member AS theme, value, sample_size, is_small_sample
FROM insights
WHERE dimension = 'theme' AND metric = $metric AND period_kind = 'month'
ORDER BY period, member
