-- A sample of distinct texts in which every sentiment appears: as many of each label as of the others, as far as
-- there are, and the rest from labels that have more. Texts are drawn by a digest of their key and the seed, so that
-- one drawn once is drawn again when comments are added, and what engines said of it is still in the cache.
WITH counted AS (
    SELECT text_key, comment_id, text, batch, position,
        -- A score speaks for the main answer; what else a response says need not agree with it.
        CASE WHEN is_main IS NOT FALSE THEN nps END AS nps,
        CASE WHEN is_main IS NOT FALSE THEN nps_group END AS nps_group,
        CASE WHEN is_main IS NOT FALSE THEN rating END AS rating,
        CASE WHEN is_main IS NOT FALSE THEN rating_scale END AS rating_scale,
        count(*) OVER (PARTITION BY text_key) AS comments
    FROM comments
    WHERE duplicate_of IS NULL AND is_informative
    QUALIFY row_number() OVER (PARTITION BY text_key ORDER BY batch, position) = 1
),
ranked AS (
    SELECT counted.*, translated_comments.text_es, translated_comments.language, sentiment_scores.sentiment,
        row_number() OVER (
            PARTITION BY sentiment_scores.sentiment ORDER BY md5(counted.text_key || $seed), counted.text_key
        ) AS place
    FROM counted
    JOIN translated_comments ON translated_comments.comment_id = counted.comment_id
    JOIN sentiment_scores ON sentiment_scores.comment_id = counted.comment_id
)
SELECT comment_id, text_key, text, text_es, language, sentiment, comments, nps, nps_group, rating, rating_scale
FROM ranked
ORDER BY place, sentiment
LIMIT $size
