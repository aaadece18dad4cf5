-- Distinct texts nobody has reviewed, as the comment that shows them stands in the tables, with every reason to look
-- at each. For each reason only the first $rows are kept, so that the answer stays small however many texts there are.
-- Within a reason, what is expected to put more labels right comes first: comments that have the text, times doubt.
WITH told AS (
    SELECT comments.text_key, comments.comment_id, comments.batch, comments.position, comments.text, comments.question, comments.nps,
        translated_comments.text_es, translated_comments.language, sentiment_scores.sentiment,
        sentiment_scores.urgency, sentiment_scores.confidence, sentiment_scores.contradicts_score
    FROM comments
    JOIN translated_comments ON translated_comments.comment_id = comments.comment_id
    JOIN sentiment_scores ON sentiment_scores.comment_id = comments.comment_id
    WHERE comments.duplicate_of IS NULL AND comments.is_informative AND length(comments.text) <= $longest
        AND comments.text_key NOT IN (SELECT text_key FROM corrections WHERE is_in_force)
),
texts AS (
    SELECT told.*,
        count(*) OVER whole AS comments,
        count(*) FILTER (contradicts_score) OVER whole AS contradicting,
        min(confidence) OVER whole AS least_confidence,
        count(*) OVER whole * (1 - min(confidence) OVER whole) AS gain
    FROM told
    WINDOW whole AS (PARTITION BY text_key)
    QUALIFY row_number() OVER (PARTITION BY text_key ORDER BY contradicts_score DESC, batch, position) = 1
),
disputed AS (
    SELECT text_key,
        list({'kind': kind, 'labels': labels} ORDER BY kind) AS opinions
    FROM engine_disputes
    GROUP BY text_key
),
emergent AS (
    SELECT DISTINCT comments.text_key
    FROM (SELECT unnest(examples) AS comment_id FROM emergent_themes) AS example
    JOIN comments ON comments.comment_id = example.comment_id
),
reasoned AS (
    SELECT texts.*,
        disputed.opinions,
        disputed.text_key IS NOT NULL AS is_disputed,
        contradicting > 0 AS is_contradiction,
        urgency = 'high' AS is_urgent,
        least_confidence < $doubtful AS is_doubtful,
        comments >= $often AS is_frequent,
        emergent.text_key IS NOT NULL AS is_emergent
    FROM texts
    LEFT JOIN disputed ON disputed.text_key = texts.text_key
    LEFT JOIN emergent ON emergent.text_key = texts.text_key
),
ranked AS (
    SELECT *,
        CASE WHEN is_disputed THEN row_number() OVER (ORDER BY is_disputed DESC, gain DESC, text_key) END AS disputed,
        CASE WHEN is_contradiction
            THEN row_number() OVER (ORDER BY is_contradiction DESC, contradicting DESC, gain DESC, text_key)
        END AS contradicts_score,
        CASE WHEN is_urgent THEN row_number() OVER (ORDER BY is_urgent DESC, gain DESC, text_key) END AS urgent,
        CASE WHEN is_doubtful THEN row_number() OVER (ORDER BY is_doubtful DESC, gain DESC, text_key) END
            AS low_confidence,
        CASE WHEN is_frequent THEN row_number() OVER (ORDER BY is_frequent DESC, comments DESC, text_key) END
            AS frequent,
        CASE WHEN is_emergent THEN row_number() OVER (ORDER BY is_emergent DESC, gain DESC, text_key) END AS emergent,
        row_number() OVER (ORDER BY md5(text_key || $seed), text_key) AS random
    FROM (SELECT * EXCLUDE (contradicts_score) FROM reasoned)
),
kept AS (
    SELECT *
    FROM ranked
    WHERE least(disputed, contradicts_score, urgent, low_confidence, frequent, emergent, random) <= $rows
)
SELECT kept.text_key, kept.comment_id, kept.text, kept.text_es, kept.question, kept.nps, kept.language, kept.sentiment, kept.urgency,
    kept.comments, kept.opinions,
    coalesce(
        (
            SELECT list(theme ORDER BY relevance DESC, theme)
            FROM comment_themes
            WHERE comment_themes.comment_id = kept.comment_id
        ),
        []
    ) AS themes,
    disputed, contradicts_score, urgent, low_confidence, frequent, emergent, random
FROM kept
ORDER BY random
