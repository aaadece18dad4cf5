-- The monthly figures that are forecast, and the days that tell which months are whole.
SELECT metric, member, period, value
FROM insights
WHERE (period_kind = 'month' AND dimension = 'all' AND metric IN ('nps', 'volume'))
    OR (period_kind = 'month' AND dimension = 'theme' AND metric = 'theme_share')
    OR (period_kind = 'all' AND dimension = 'theme' AND metric = 'theme_share')
ORDER BY metric, member, period
