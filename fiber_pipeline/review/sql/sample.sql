-- A sample of distinct texts in which every sentiment appears: as many of each label as of the others, as far as
-- there are, and the rest from labels that have more. Texts are drawn by a digest of their key and the seed, so that
-- one drawn once is drawn again when comments are added, and what engines said of it is still in the cache.
WITH counted AS (
    SELECT text_key, comment_id, text, nps, nps_group, rating, rating_scale, batch, position,
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
