-- What to do about it, most pressing first.
SELECT rank, title, why, theme, impact, effort, evidence, engine, model, fallback_reason
FROM recommendations
ORDER BY rank
