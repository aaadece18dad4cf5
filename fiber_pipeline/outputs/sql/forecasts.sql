-- Where the figures are heading.
SELECT metric, member, period, value, low, high, model, history, backtest_error, naive_error, note
FROM forecasts
ORDER BY metric, member, period
