-- By theme and month (null for comments without a date): mentions, and the NPS groups of the responses that mention it,
-- each once. The rows whose theme is null are all informative comments, which shares and impacts are measured against.
WITH informative AS (
    SELECT comment_id, day, nps_group, response, is_of_several FROM insight_comments WHERE is_informative
),
mentions AS (
    SELECT comment_themes.theme, comment_themes.category, comment_themes.sentiment = 'negative' AS is_negative,
        informative.*
    FROM comment_themes
    JOIN informative ON informative.comment_id = comment_themes.comment_id
    UNION ALL
    SELECT NULL, NULL, FALSE, * FROM informative
),
counted AS (
    SELECT *, TRUE AS is_response FROM mentions WHERE NOT is_of_several
    UNION ALL
    SELECT *, comment_id = min(comment_id) OVER (PARTITION BY theme, response) FROM mentions WHERE is_of_several
)
SELECT
    theme,
    strftime(day, '%Y-%m') AS month,
    min(category) AS category,
    count(*) AS mentions,
    count(*) FILTER (WHERE is_negative) AS negative,
    count(nps_group) FILTER (WHERE is_response) AS surveyed,
    count(*) FILTER (WHERE is_response AND nps_group = 'promoter') AS promoters,
    count(*) FILTER (WHERE is_response AND nps_group = 'detractor') AS detractors,
    min(day) AS first_day,
    max(day) AS last_day
FROM counted
GROUP BY ALL
ORDER BY theme, month
