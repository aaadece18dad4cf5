-- The comments that an export is about: of these batches, days and themes; null for all.
CREATE OR REPLACE TEMPORARY TABLE chosen_comments AS
SELECT comment_id, batch, row_id, position
FROM comments
WHERE duplicate_of IS NULL
    AND ($batches::VARCHAR[] IS NULL OR list_contains($batches, batch))
    AND ($since::TIMESTAMPTZ IS NULL OR commented_at >= $since)
    AND ($before::TIMESTAMPTZ IS NULL OR commented_at < $before)
    AND (
        $themes::VARCHAR[] IS NULL
        OR comment_id IN (SELECT comment_id FROM comment_themes WHERE list_contains($themes, theme))
    )
