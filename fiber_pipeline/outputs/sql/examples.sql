-- Comments that stand behind the figures: those asked for by id, the most pressing, and for each theme and
-- sentiment the latest of readable length, each wording once.
WITH counted AS (SELECT * FROM comments WHERE duplicate_of IS NULL),
found AS (
    SELECT comment_id, list(theme ORDER BY relevance DESC, theme) AS themes FROM comment_themes GROUP BY comment_id
),
candidates AS (
    SELECT counted.comment_id, counted.commented_at, counted.question, counted.text, counted.text_key, counted.nps, counted.nps_group,
        counted.batch, counted.row_id, translated.language, scored.sentiment, scored.urgency, found.themes,
        length(counted.text) BETWEEN 20 AND 280 AS is_readable
    FROM counted
    LEFT JOIN translated_comments AS translated USING (comment_id)
    LEFT JOIN sentiment_scores AS scored USING (comment_id)
    LEFT JOIN found USING (comment_id)
    WHERE counted.is_informative OR list_contains($wanted::VARCHAR[], counted.comment_id)
),
wordings AS (
    SELECT * FROM candidates
    QUALIFY row_number() OVER (
        PARTITION BY text_key, sentiment ORDER BY commented_at DESC NULLS LAST, comment_id
    ) = 1
),
placed AS (
    SELECT comment_id, row_number() OVER (
        PARTITION BY theme, sentiment ORDER BY is_readable DESC, commented_at DESC NULLS LAST, comment_id
    ) AS place
    FROM (
        SELECT comment_id, sentiment, is_readable, commented_at, unnest(coalesce(themes, ['']::VARCHAR[])) AS theme
        FROM wordings
    )
    UNION ALL
    SELECT comment_id, row_number() OVER (
        PARTITION BY urgency ORDER BY is_readable DESC, commented_at DESC NULLS LAST, comment_id
    )
    FROM wordings
    WHERE urgency IN ('high', 'medium')
    UNION ALL
    SELECT comment_id, row_number() OVER (
        PARTITION BY language ORDER BY is_readable DESC, commented_at DESC NULLS LAST, comment_id
    )
    FROM wordings
    UNION ALL
    SELECT comment_id, row_number() OVER (
        PARTITION BY nps ORDER BY is_readable DESC, commented_at DESC NULLS LAST, comment_id
    )
    FROM wordings
),
chosen AS (
    SELECT DISTINCT comment_id FROM placed WHERE place <= $each
    UNION
    SELECT unnest($wanted::VARCHAR[])
)
SELECT candidates.* EXCLUDE (text_key, is_readable, row_id), raw.source_file, raw.sheet, raw.row_number
FROM candidates
JOIN chosen USING (comment_id)
LEFT JOIN raw_comments AS raw ON raw.batch = candidates.batch AND raw.row_id = candidates.row_id
-- Those asked for are never cut off by the limit.
QUALIFY row_number() OVER (
    ORDER BY list_contains($wanted::VARCHAR[], candidates.comment_id) DESC, candidates.commented_at DESC NULLS LAST,
        candidates.comment_id
) <= $most
ORDER BY candidates.commented_at DESC NULLS LAST, candidates.comment_id
