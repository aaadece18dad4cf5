-- Whom to call first: high urgency before medium, the latest first within each.
WITH counted AS (
    SELECT * FROM comments
    WHERE duplicate_of IS NULL
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
),
found AS (
    SELECT comment_id, list(theme ORDER BY relevance DESC, theme) AS themes FROM comment_themes GROUP BY comment_id
)
SELECT scored.urgency, counted.commented_at, counted.customer_id, counted.text, scored.urgency_evidence,
    counted.nps, scored.sentiment, found.themes, counted.batch, raw.source_file, raw.sheet, raw.row_number,
    counted.comment_id
FROM counted
JOIN sentiment_scores AS scored USING (comment_id)
LEFT JOIN found USING (comment_id)
LEFT JOIN raw_comments AS raw ON raw.batch = counted.batch AND raw.row_id = counted.row_id
WHERE counted.is_informative AND scored.urgency IN ('high', 'medium')
ORDER BY scored.urgency = 'high' DESC, counted.commented_at DESC NULLS LAST, scored.score, counted.comment_id
LIMIT $most
