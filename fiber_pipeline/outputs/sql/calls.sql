-- What a call list says of its comments besides what ranks them.
WITH wanted AS (SELECT unnest($wanted::VARCHAR[]) AS comment_id),
found AS (
    SELECT comment_id, list(theme ORDER BY relevance DESC, theme) AS themes
    FROM comment_themes
    JOIN wanted USING (comment_id)
    GROUP BY comment_id
)
SELECT comments.comment_id, comments.question, scored.sentiment, found.themes, comments.batch, raw.source_file, raw.sheet, raw.row_number
FROM comments
JOIN wanted USING (comment_id)
LEFT JOIN sentiment_scores AS scored USING (comment_id)
LEFT JOIN found USING (comment_id)
LEFT JOIN raw_comments AS raw ON raw.batch = comments.batch AND raw.row_id = comments.row_id
