-- What was said to each question, most answered first; nothing where all comments answer the same.
SELECT member AS question,
    max(value) FILTER (metric = 'volume') AS responses,
    max(value) FILTER (metric = 'informative_share') AS informative_share,
    max(value) FILTER (metric = 'positive_share') AS positive_share,
    max(value) FILTER (metric = 'negative_share') AS negative_share,
    max(value) FILTER (metric = 'nps') AS nps,
    coalesce(max(sample_size) FILTER (metric = 'nps'), 0) AS nps_sample
FROM insights
WHERE dimension = 'question' AND period_kind = 'all'
GROUP BY member
ORDER BY responses DESC, member
