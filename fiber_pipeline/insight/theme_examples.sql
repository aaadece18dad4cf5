-- The comments that show each theme best, negative ones first and one of each wording. Among those, a good example
-- is mostly about the theme, surely labelled, worded like others, long enough to say something and short enough to
-- be read at a glance, and recent: recency halves in half a year.
WITH candidates AS (
    SELECT
        comment_themes.theme,
        comment_themes.comment_id,
        comment_themes.sentiment = 'negative' AS is_negative,
        coalesce(comments.near_duplicate_group, comments.text_key) AS wording,
        1.5 * comment_themes.relevance
            + coalesce(sentiment_scores.confidence, 0)
            + CASE WHEN len(comment_themes.evidence) > 0 THEN 1 ELSE 0 END
            + CASE WHEN length(comments.text) BETWEEN 25 AND 200 THEN 1 ELSE 0 END
            + coalesce(0.5 ** ((max(insight_comments.day) OVER () - insight_comments.day) / 182.5), 0) AS quality
    FROM comment_themes
    JOIN insight_comments ON insight_comments.comment_id = comment_themes.comment_id
    JOIN comments ON comments.comment_id = comment_themes.comment_id
    LEFT JOIN sentiment_scores ON sentiment_scores.comment_id = comment_themes.comment_id
    WHERE insight_comments.is_informative
),
wordings AS (
    SELECT
        theme,
        wording,
        bool_or(is_negative) AS is_negative,
        arg_max(comment_id, (is_negative, quality, comment_id)) AS comment_id,
        max(quality) + 0.3 * ln(count(*)) AS quality
    FROM candidates
    GROUP BY theme, wording
),
ranked AS (
    SELECT theme, comment_id,
        row_number() OVER (PARTITION BY theme ORDER BY is_negative DESC, quality DESC, comment_id) AS place
    FROM wordings
)
SELECT theme, list(comment_id ORDER BY place) AS examples
FROM ranked
WHERE place <= $most_examples
GROUP BY theme
