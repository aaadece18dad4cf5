-- Where the figures are heading: NPS, volume, then themes.
SELECT metric, member, period, value, low, high, model, history, backtest_error, naive_error, backtest_coverage, note
FROM forecasts
ORDER BY CASE metric WHEN 'nps' THEN 0 WHEN 'volume' THEN 1 ELSE 2 END, member, period
