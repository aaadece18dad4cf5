SELECT sentiment_scores.*
FROM sentiment_scores
JOIN (
    SELECT comment_id, position
    FROM comments
    WHERE duplicate_of IS NULL
        AND ($batches::VARCHAR[] IS NULL OR list_contains($batches, batch))
        AND ($source::VARCHAR IS NULL OR (contains(batch, '/') AND split_part(batch, '/', 1) = $source))
        AND ($since::TIMESTAMPTZ IS NULL OR commented_at >= $since)
        AND ($before::TIMESTAMPTZ IS NULL OR commented_at < $before)
        AND (
            $themes::VARCHAR[] IS NULL
            OR comment_id IN (SELECT comment_id FROM comment_themes WHERE list_contains($themes, theme))
        )
) AS chosen USING (comment_id)
ORDER BY batch, position
