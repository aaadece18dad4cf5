-- By theme and month (null for comments without a date): mentions, and the NPS groups of those who mention it.
-- The rows whose theme is null are all informative comments, which shares and impacts are measured against.
WITH mentions AS (
    SELECT comment_themes.theme, comment_themes.category, comment_themes.sentiment = 'negative' AS is_negative,
        insight_comments.day, insight_comments.nps_group
    FROM comment_themes
    JOIN insight_comments ON insight_comments.comment_id = comment_themes.comment_id
    WHERE insight_comments.is_informative
    UNION ALL
    SELECT NULL, NULL, FALSE, day, nps_group FROM insight_comments WHERE is_informative
)
SELECT
    theme,
    strftime(day, '%Y-%m') AS month,
    min(category) AS category,
    count(*) AS mentions,
    count(*) FILTER (WHERE is_negative) AS negative,
    count(nps_group) AS surveyed,
    count(*) FILTER (WHERE nps_group = 'promoter') AS promoters,
    count(*) FILTER (WHERE nps_group = 'detractor') AS detractors,
    min(day) AS first_day,
    max(day) AS last_day
FROM mentions
GROUP BY ALL
ORDER BY theme, month
