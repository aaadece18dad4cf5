-- Counted comments with what was made of them, latest first. Which ones is decided before anything is joined to them:
-- a million whole rows, of which most are then dropped, do not fit in memory.
WITH counted AS MATERIALIZED (
    SELECT comment_id, batch, row_id, position, question, is_main IS NOT FALSE AS is_main, commented_at, text, nps,
        nps_group, rating, rating_scale, is_informative
    FROM comments
    WHERE duplicate_of IS NULL
    ORDER BY commented_at DESC NULLS LAST, batch, position
    LIMIT $most
),
found AS (
    SELECT comment_id, list(theme ORDER BY relevance DESC, theme) AS themes
    FROM comment_themes
    WHERE comment_id IN (SELECT comment_id FROM counted)
    GROUP BY comment_id
)
SELECT counted.commented_at, counted.question, counted.is_main, counted.text, counted.nps, counted.nps_group, counted.rating, counted.rating_scale,
    translated.language, scored.sentiment, scored.score, scored.urgency,
    list_transform(scored.emotions, lambda felt: felt.emotion) AS emotions,
    found.themes, counted.is_informative, counted.batch, raw.source_file, raw.sheet, raw.row_number, counted.comment_id
FROM counted
LEFT JOIN translated_comments AS translated USING (comment_id)
LEFT JOIN sentiment_scores AS scored ON scored.comment_id = counted.comment_id AND scored.engine <> 'none'
LEFT JOIN found USING (comment_id)
LEFT JOIN raw_comments AS raw ON raw.batch = counted.batch AND raw.row_id = counted.row_id
ORDER BY counted.commented_at DESC NULLS LAST, counted.batch, counted.position
