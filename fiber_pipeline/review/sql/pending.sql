-- Batches whose annotations do not say what people say: a reviewed text that an engine's label still stands for, or a
-- label of people that was taken back since.
WITH in_force AS (SELECT text_key, sentiment, urgency, themes FROM corrections WHERE is_in_force),
found AS (
    SELECT comment_id, list(theme ORDER BY theme) AS themes, bool_and(engine = $human) AS is_human
    FROM comment_themes
    WHERE comment_id IN (SELECT comment_id FROM comments WHERE text_key IN (SELECT text_key FROM corrections))
    GROUP BY comment_id
),
compared AS (
    SELECT comments.batch, comments.text_key,
        CASE
            WHEN in_force.text_key IS NULL THEN sentiment_scores.engine = $human OR coalesce(found.is_human, false)
            ELSE sentiment_scores.engine <> $human
                OR sentiment_scores.sentiment <> in_force.sentiment
                OR sentiment_scores.urgency <> in_force.urgency
                OR coalesce(found.themes, []) <> list_sort(list_intersect(in_force.themes, $themes::VARCHAR[]))
                OR NOT coalesce(found.is_human, true)
        END AS is_pending
    FROM comments
    JOIN sentiment_scores ON sentiment_scores.comment_id = comments.comment_id
    LEFT JOIN in_force ON in_force.text_key = comments.text_key
    LEFT JOIN found ON found.comment_id = comments.comment_id
    WHERE in_force.text_key IS NOT NULL OR sentiment_scores.engine = $human OR found.is_human
)
SELECT batch, count(*) AS comments, count(DISTINCT text_key) AS texts
FROM compared
WHERE is_pending
GROUP BY batch
ORDER BY batch
