-- Batches whose annotations do not say what people say: a reviewed text that an engine's label still stands for, or a
-- label of people that was taken back since. A language that the detector and people agree on is no reason by itself.
WITH said AS (
    SELECT text_key, string_agg(corrections::VARCHAR, '' ORDER BY reviewer) AS words
    FROM corrections
    GROUP BY text_key
),
in_force AS (SELECT text_key, sentiment, urgency, language, themes FROM corrections WHERE is_in_force),
looked_at AS (
    SELECT batch, comment_id, text_key
    FROM comments
    WHERE text_key IN (SELECT text_key FROM corrections)
        OR comment_id IN (
            SELECT comment_id FROM translated_comments WHERE language_engine = $human
            UNION ALL
            SELECT comment_id FROM sentiment_scores WHERE engine = $human
            UNION ALL
            SELECT comment_id FROM comment_themes WHERE engine = $human
        )
),
found AS (
    SELECT comment_id, list(theme ORDER BY theme) AS themes, bool_and(engine = $human) AS is_human
    FROM comment_themes
    WHERE comment_id IN (SELECT comment_id FROM looked_at)
    GROUP BY comment_id
),
compared AS (
    SELECT looked_at.batch, looked_at.text_key, said.words,
        CASE
            WHEN in_force.text_key IS NULL
                THEN sentiment_scores.engine = $human
                    OR coalesce(found.is_human, false)
                    OR coalesce(translated_comments.language_engine = $human, false)
            ELSE sentiment_scores.engine <> $human
                OR sentiment_scores.sentiment <> in_force.sentiment
                OR sentiment_scores.urgency <> in_force.urgency
                OR translated_comments.language <> in_force.language
                OR coalesce(found.themes, []) <> list_sort(list_intersect(in_force.themes, $themes::VARCHAR[]))
                OR NOT coalesce(found.is_human, true)
        END AS is_pending
    FROM looked_at
    JOIN translated_comments ON translated_comments.comment_id = looked_at.comment_id
    JOIN sentiment_scores ON sentiment_scores.comment_id = looked_at.comment_id
    LEFT JOIN in_force ON in_force.text_key = looked_at.text_key
    LEFT JOIN said ON said.text_key = looked_at.text_key
    LEFT JOIN found ON found.comment_id = looked_at.comment_id
)
SELECT batch, count(*) AS comments, count(DISTINCT text_key) AS texts,
    md5(string_agg(DISTINCT concat(text_key, words), '' ORDER BY concat(text_key, words))) AS said
FROM compared
WHERE is_pending
GROUP BY batch
ORDER BY batch
